#pragma once
// Inside of the server: turns the bytes of a connection into requests, with every limit on what a
// peer may send. No sockets, so that it can be tested and fuzzed alone. Core thread only.

#include <cstddef>
#include <memory>
#include <string_view>

#include "http/message.h"

namespace tillbridge::http {

struct ReaderLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
};

class RequestReader {
 public:
  explicit RequestReader(ReaderLimits limits);
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;

  // Forgets the last request and gets ready for the next.
  void begin();

  // Takes from the front of `bytes` and returns how much. What is not taken stays with the caller,
  // who calls again with more behind it, until finished(). The rest never exceeds
  // header_bytes_max plus one read: then the request is refused.
  std::size_t feed(std::string_view bytes);

  bool finished() const;  // complete, or refused
  // 0, or the status to answer a request with that cannot be taken: 400 malformed, 413 body too
  // large, 417 unknown expectation, 431 header too large, 501 unknown coding, 505 version.
  int refusal() const;
  // True once, when the peer waits for "100 Continue" before it sends the body.
  bool take_continue();

  // Facts for the answer; before the header is complete they are those of the most careful guess.
  bool keep_alive() const;
  bool is_head() const;
  unsigned version() const;  // 10 or 11

  // The complete request, moved out. Peer and captures are not filled in.
  Request take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::http
