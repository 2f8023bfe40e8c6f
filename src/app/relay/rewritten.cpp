#include "app/relay/rewritten.h"

#include <fmt/format.h>

namespace tillbridge::app {

std::string rewritten_fact(DeliveryId delivery) {
  return fmt::format("rewritten/{}", delivery.value);
}

}  // namespace tillbridge::app
