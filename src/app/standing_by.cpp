#include "app/standing_by.h"

#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "http/forwarder.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

std::unique_ptr<http::Forwarder> forwarder(Loop& loop, const Listener& listener,
                                           const std::string& name) {
  http::ForwarderSettings settings;
  settings.address = listener.address;
  settings.port = listener.port;
  settings.name = name;
  auto made = std::make_unique<http::Forwarder>(loop, std::move(settings));
  const auto started = made->start();
  if (started) return made;
  telemetry::log(telemetry::Level::warning, "stands_by_without_port",
                 {{"listener", name}, {"reason", started.error().what}});
  return nullptr;
}

std::optional<http::Destination> destination(const std::optional<NodeAddress>& address,
                                             std::uint16_t NodeAddress::* port) {
  if (!address || (*address).*port == 0) return std::nullopt;
  return http::Destination{address->host, (*address).*port};
}

}  // namespace

struct StandingBy::State {
  State() : work(loop.get_executor()) {}
  Loop loop{1};
  boost::asio::executor_work_guard<Loop::executor_type> work;
  std::unique_ptr<http::Forwarder> to_public, to_console;  // on the loop; nullptr: port not had
  std::uint16_t public_port = 0, console_port = 0;
  std::thread thread;

  template <typename Act>
  void on_loop(const Act& act) {
    std::packaged_task<void()> task(act);
    auto done = task.get_future();
    boost::asio::post(loop, [&task] { task(); });
    done.get();
  }
};

StandingBy::StandingBy(const HubSettings& hub) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.to_public = forwarder(state.loop, hub.listen, "public");
  if (state.to_public) state.public_port = state.to_public->port();
  if (hub.console_served) state.to_console = forwarder(state.loop, hub.console, "console");
  if (state.to_console) state.console_port = state.to_console->port();
  state.thread = std::thread([&state] { state.loop.run(); });
}

StandingBy::~StandingBy() {
  state_->on_loop([this] {
    state_->to_public.reset();
    state_->to_console.reset();
  });
  state_->work.reset();
  state_->thread.join();
}

void StandingBy::leads(const std::optional<NodeAddress>& address) {
  state_->on_loop([this, &address] {
    if (state_->to_public)
      state_->to_public->pass_to(destination(address, &NodeAddress::public_port));
    if (state_->to_console)
      state_->to_console->pass_to(destination(address, &NodeAddress::console_port));
  });
}

std::uint16_t StandingBy::public_port() const {
  return state_->public_port;
}

std::uint16_t StandingBy::console_port() const {
  return state_->console_port;
}

}  // namespace tillbridge::app
