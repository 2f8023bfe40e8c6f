#pragma once
// Inside of the server: what the connections of one listener share. Core thread only.

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/server.h"

namespace tillbridge::http {

namespace asio = boost::asio;

using Executor = Loop::executor_type;  // concrete everywhere: type erasure costs on each operation
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
constexpr auto awaiting = asio::as_tuple(asio::use_awaitable_t<Executor>{});

class Connection;

struct ListenerMetrics {
  ListenerMetrics(telemetry::Metrics& metrics, const std::string& listener);
  std::array<telemetry::Counter, 6> requests;  // by first digit of the status
  telemetry::Gauge connections;
  telemetry::Gauge streams;
  telemetry::Counter refused_connection_limit;
  telemetry::Counter refused_stream_limit;
  telemetry::Counter refused_malformed;
  telemetry::Counter refused_header_too_large;
  telemetry::Counter refused_body_too_large;
  telemetry::Counter refused_receive_time;
  telemetry::Counter refused_handle_time;
  telemetry::Counter refused_handshake;
  telemetry::Counter handler_failures;

  void count_reply(int status);
  void count_refusal(int status);
};

struct Listener {
  Listener(Loop& loop, const Clock& clock_, telemetry::Metrics& metrics_, ServerSettings settings_,
           Handler handler_);

  const Clock& clock;
  ServerSettings settings;
  Handler handler;
  ListenerMetrics metrics;
  std::unordered_set<Connection*> connections;  // each takes itself out when it ends
  std::size_t streams = 0;                      // streamed answers whose function runs
  Timer emptied;                                // cancelled when the last connection has ended
  std::unique_ptr<asio::ssl::context> tls;
  bool stopping = false;
  bool gone = false;  // the Server is destroyed: clock, metrics and handler must not be touched

  const std::string& date();
  void enter(Connection& connection);
  void leave(Connection& connection);

 private:
  std::string date_;
  std::int64_t date_second_ = -1;
};

// Counts one streamed answer as long as it lives.
class CountedStream {
 public:
  explicit CountedStream(std::shared_ptr<Listener> listener);
  ~CountedStream();
  CountedStream(CountedStream&&) noexcept = default;
  CountedStream& operator=(CountedStream&&) = delete;

 private:
  std::shared_ptr<Listener> listener_;
};

// Reads certificate and key; errors name the file and what is wrong with it.
Result<std::unique_ptr<asio::ssl::context>> make_tls(const ServerSettings& settings);

}  // namespace tillbridge::http
