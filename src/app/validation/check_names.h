#pragma once
// Names that the steps at the platforms share.

namespace tillbridge::app {

constexpr const char* bloomreach_step_name = "bloomreach";
constexpr const char* check_source = "Tillbridge check";  // of events that a validation tracks

}  // namespace tillbridge::app
