#include "http/listener.h"

#include "http/reply_text.h"

namespace tillbridge::http {

ListenerMetrics::ListenerMetrics(telemetry::Metrics& metrics, const std::string& listener) {
  const auto refused = [&](const char* reason) {
    return metrics.counter("tillbridge_http_refused_total",
                           "Connections and requests refused by the server's own limits.",
                           {{"listener", listener}, {"reason", reason}});
  };
  for (std::size_t i = 1; i < requests.size(); ++i) {
    requests[i] = metrics.counter("tillbridge_http_requests_total", "Requests answered.",
                                  {{"listener", listener}, {"code", std::to_string(i) + "xx"}});
  }
  requests[0] = requests[5];  // a status that makes no sense is written as 500
  connections =
      metrics.gauge("tillbridge_http_connections", "Connections open.", {{"listener", listener}});
  streams = metrics.gauge("tillbridge_http_streams", "Streamed answers under way.",
                          {{"listener", listener}});
  refused_stream_limit = refused("stream_limit");
  refused_connection_limit = refused("connection_limit");
  refused_malformed = refused("malformed");
  refused_header_too_large = refused("header_too_large");
  refused_body_too_large = refused("body_too_large");
  refused_receive_time = refused("receive_time");
  refused_handle_time = refused("handle_time");
  refused_handshake = refused("tls_handshake");
  handler_failures =
      metrics.counter("tillbridge_http_handler_failures_total",
                      "Exceptions that escaped a handler (defects).", {{"listener", listener}});
}

void ListenerMetrics::count_reply(int status) {
  const auto digit = static_cast<std::size_t>(status >= 100 && status <= 599 ? status / 100 : 0);
  requests[digit].add();
}

void ListenerMetrics::count_refusal(int status) {
  switch (status) {
    case 408:
      return refused_receive_time.add();
    case 413:
      return refused_body_too_large.add();
    case 431:
      return refused_header_too_large.add();
    case 503:
      return refused_handle_time.add();
    default:
      return refused_malformed.add();
  }
}

Listener::Listener(Loop& loop, const Clock& clock_, telemetry::Metrics& metrics_,
                   ServerSettings settings_, Handler handler_)
    : clock(clock_),
      settings(std::move(settings_)),
      handler(std::move(handler_)),
      metrics(metrics_, settings.name),
      emptied(loop.get_executor()) {}

const std::string& Listener::date() {
  const Instant now = clock.now();
  if (const auto second = to_unix_seconds(now); second != date_second_) {
    date_ = http_date(now);
    date_second_ = second;
  }
  return date_;
}

void Listener::enter(Connection& connection) {
  connections.insert(&connection);
  metrics.connections.set(static_cast<double>(connections.size()));
}

void Listener::leave(Connection& connection) {
  connections.erase(&connection);
  if (gone) return;
  metrics.connections.set(static_cast<double>(connections.size()));
  if (connections.empty()) emptied.cancel();
}

CountedStream::CountedStream(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {
  listener_->metrics.streams.set(static_cast<double>(++listener_->streams));
}

CountedStream::~CountedStream() {
  if (!listener_) return;
  --listener_->streams;
  if (!listener_->gone) listener_->metrics.streams.set(static_cast<double>(listener_->streams));
}

}  // namespace tillbridge::http
