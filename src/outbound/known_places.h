#pragma once
// Inside of the transport: what URLs that are called again and again say, so that they are not
// taken apart each time. Bounded; which ones it knows shows in nothing but the time. One thread.

#include <array>
#include <string>

#include "outbound/call.h"

namespace tillbridge::outbound {

class KnownPlaces {
 public:
  // As read_url() says.
  Result<Place> read(const std::string& url);

 private:
  struct Known {
    std::string url;
    Place place;
  };
  // LIMIT: a URL takes the slot of another one; longer ones are not kept.
  static constexpr std::size_t slots = 64;
  static constexpr std::size_t url_bytes_max = 512;
  std::array<Known, slots> known_;
};

}  // namespace tillbridge::outbound
