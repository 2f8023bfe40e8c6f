#include "outbound/transport.h"

namespace tillbridge::outbound {

std::string_view HttpAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

}  // namespace tillbridge::outbound
