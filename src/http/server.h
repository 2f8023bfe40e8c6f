#pragma once
// HTTP/1.1 server on the core loop: keep-alive, optional TLS, limits on everything, graceful stop.
// Core thread only. One read buffer per connection, Beast's parser fed by hand, one write per
// reply; a single sweep per second enforces the deadlines (no timer per read). Expect: 100-continue
// is honoured.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "telemetry/metrics.h"

namespace tillbridge::http {

// Handlers run on the core loop and must answer within the server's handle time limit.
using Handler = std::function<Task<Reply>(Request)>;

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;            // 0: any free port, see Server::port()
  std::string tls_certificate_file;  // PEM chain; empty: plain HTTP
  std::string tls_key_file;
  std::size_t header_bytes_max = 16 * 1024;  // 431 above
  std::size_t body_bytes_max = 1024 * 1024;  // 413 above
  std::size_t connections_max = 4096;        // further ones are closed at once and counted
  std::size_t streams_max = 256;             // streamed answers at a time; 503 above
  // From the first byte of a request to its last: 408. Also for each write of a streamed answer.
  Duration receive_time_max = std::chrono::seconds{15};
  Duration idle_time_max = std::chrono::seconds{75};    // keep-alive without a request: closed
  Duration handle_time_max = std::chrono::seconds{30};  // handler slower than this: 503
  std::string name = "public";                          // label of this listener's metrics
};

class Server {
 public:
  // handler gets every well-formed request; see Router for dispatch by path.
  Server(Loop& loop, const Clock& clock, telemetry::Metrics& metrics, ServerSettings settings,
         Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and starts accepting. Errors name the address and what to do (port in use, certificate
  // unreadable).
  Result<void> start();
  std::uint16_t port() const;
  std::size_t connections() const;

  // Stops accepting, lets running requests finish (each answered with Connection: close), then
  // closes what is left after `grace`. Idle connections are closed at once, and so are streamed
  // answers: their functions are told.
  Task<void> stop(Duration grace);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tillbridge::http
