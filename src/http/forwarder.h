#pragma once
// Passes connections on to another machine's port, byte for byte: what a hub does with its ports
// while another one leads, so that whoever calls may call any of them. TLS and HTTP stay between
// the caller and the leading hub, which therefore has the same certificate. One loop's thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"

namespace tillbridge::http {

struct ForwarderSettings {
  std::string address = "127.0.0.1";   // to listen on
  std::uint16_t port = 0;              // 0: any free one, see Forwarder::port()
  std::size_t connections_max = 4096;  // LIMIT: further ones are closed at once
  Duration connect_time_max = std::chrono::seconds{2};
  Duration idle_time_max = std::chrono::seconds{120};  // without a byte either way: closed
  std::string name = "public";                         // in the log
};

// Where a caller is passed on to. host: an IP address or a name.
struct Destination {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const Destination&, const Destination&) = default;
};

class Forwarder {
 public:
  Forwarder(Loop& loop, ForwarderSettings settings);
  ~Forwarder();  // ends all connections
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Binds and starts accepting; errors name the address and what to do.
  Result<void> start();
  std::uint16_t port() const;
  std::size_t connections() const;

  // nullopt, as at first: nowhere; callers are cut off and try again, which senders do. Whoever is
  // connected to another destination is cut off too: it does not lead any more.
  void pass_to(std::optional<Destination> destination);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tillbridge::http
