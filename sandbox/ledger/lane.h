#pragma once
// The order of arrivals of one customer at one platform, as the headers of all tills address them.

#include <algorithm>
#include <cstdint>

namespace sandbox {

struct Lane {
  std::uint64_t sequence_before = 0;  // highest final_sequence of earlier requests
  std::uint64_t request = 0;
  std::uint64_t sequence_in_request = 0;

  // Whether this header comes after a later one. What travels in one request has no order among
  // itself.
  bool is_late(std::uint64_t in_request, std::uint64_t final_sequence) {
    if (request != in_request) {
      sequence_before = std::max(sequence_before, sequence_in_request);
      sequence_in_request = 0;
      request = in_request;
    }
    sequence_in_request = std::max(sequence_in_request, final_sequence);
    return final_sequence < sequence_before;
  }
};

}  // namespace sandbox
