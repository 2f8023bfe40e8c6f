#pragma once
// The bytes that a person wrote instead of a delivery's own. Pure; any thread.

#include <string>
#include <vector>

#include "base/result.h"

namespace tillbridge::app {

constexpr std::size_t edited_part_bytes_max = 1'000'000;

// The parts as they are sent: as many as there were, none empty or too large. Where the old part
// was JSON the new one is JSON of the same kind, an object with the same members at its top in the
// same order (the platforms' calls are put together around those), and without the spaces between
// its tokens; numbers and texts stay as they were written. invalid_input says which part is wrong.
Result<std::vector<std::string>> edited_parts(const std::vector<std::string>& before,
                                              std::vector<std::string> edited);

}  // namespace tillbridge::app
