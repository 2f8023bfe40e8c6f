// The little HTTP/1.1 that load generator and sink speak: heads with a Content-Length, keep-alive.
// Chunked bodies are refused, because no program measured here needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

namespace tillbridge::bench {

struct Head {
  std::size_t head_bytes = 0;  // with the empty line
  std::size_t body_bytes = 0;
  std::string_view first_line;  // a view into the text given
  bool close = false;
};

enum class HeadState { complete, incomplete, refused };

// Reads a head at the start of the text; `head` is set when it is complete.
HeadState read_head(std::string_view text, Head& head);

// The status of an answer's first line, 0 when there is none.
int status_of(std::string_view first_line);

// CLOCK_MONOTONIC is one clock for all processes of the machine, so stamps of one program mean the
// same in another.
inline std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// User and system time of this process so far.
double cpu_seconds();

// A listening or connected socket without Nagle's delay, non-blocking. Negative: errno says why.
int listen_on(std::uint16_t port);
int connect_to(std::uint16_t port);
std::uint16_t port_of(int socket);

}  // namespace tillbridge::bench
