#include "model/tracking.h"

namespace tillbridge::model {

std::string_view name(ConsentChannel channel) {
  return channel == ConsentChannel::email ? "email" : "sms";
}

std::string_view name(ConsentState state) {
  switch (state) {
    case ConsentState::unknown:
      return "unknown";
    case ConsentState::subscribed:
      return "subscribed";
    case ConsentState::unsubscribed:
      return "unsubscribed";
  }
  return "unknown";
}

}  // namespace tillbridge::model
