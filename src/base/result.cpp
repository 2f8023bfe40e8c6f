#include "base/result.h"

namespace tillbridge {

std::string_view name(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::retry:
      return "retry";
    case Error::Kind::rate_limited:
      return "rate_limited";
    case Error::Kind::rejected:
      return "rejected";
    case Error::Kind::auth:
      return "auth";
    case Error::Kind::not_found:
      return "not_found";
    case Error::Kind::unknown_outcome:
      return "unknown_outcome";
    case Error::Kind::invalid_input:
      return "invalid_input";
    case Error::Kind::corrupt:
      return "corrupt";
    case Error::Kind::unavailable:
      return "unavailable";
  }
  return "unknown";
}

}  // namespace tillbridge
