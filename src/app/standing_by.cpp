#include "app/standing_by.h"

#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "app/listener_settings.h"
#include "app/standing_by_answers.h"
#include "http/forwarder.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

template <typename Started>
std::unique_ptr<Started> or_none(std::unique_ptr<Started> made, const std::string& name) {
  const auto started = made->start();
  if (started) return made;
  telemetry::log(telemetry::Level::warning, "stands_by_without_port",
                 {{"listener", name}, {"reason", started.error().what}});
  return nullptr;
}

std::unique_ptr<http::Forwarder> forwarder(Loop& loop, const Listener& listener,
                                           const std::string& name) {
  http::ForwarderSettings settings;
  settings.address = listener.address;
  settings.port = listener.port;
  settings.name = name;
  auto made = std::make_unique<http::Forwarder>(loop, std::move(settings));
  return or_none(std::move(made), name);
}

std::optional<http::Destination> destination(const std::optional<NodeAddress>& address,
                                             std::uint16_t NodeAddress::* port) {
  if (!address || (*address).*port == 0) return std::nullopt;
  return http::Destination{address->host, (*address).*port};
}

}  // namespace

struct StandingBy::State {
  State() : work(loop.get_executor()) {}
  SystemClock clock;
  telemetry::Metrics metrics;
  Loop loop{1};
  boost::asio::executor_work_guard<Loop::executor_type> work;
  // On the loop; nullptr: port not had.
  std::unique_ptr<http::Forwarder> to_public, to_console;
  std::unique_ptr<http::Server> control;
  std::optional<NodeAddress> leader;          // on the loop
  std::function<std::string()> more_metrics;  // likewise
  std::uint16_t public_port = 0, console_port = 0, control_port = 0;
  std::thread thread;

  Task<http::Reply> answer(http::Request request) {
    std::string text = metrics.prometheus_text();
    if (more_metrics) text += more_metrics();
    co_return answer_standing_by(request, leader, to_public != nullptr, std::move(text));
  }

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
  state.control =
      or_none(std::make_unique<http::Server>(
                  state.loop, state.clock, state.metrics, server_settings(hub.control, "control"),
                  [&state](http::Request request) { return state.answer(std::move(request)); }),
              "control");
  if (state.control) state.control_port = state.control->port();
  state.thread = std::thread([&state] { state.loop.run(); });
}

StandingBy::~StandingBy() {
  state_->on_loop([this] {
    state_->to_public.reset();
    state_->to_console.reset();
    state_->control.reset();
  });
  state_->work.reset();
  state_->thread.join();
}

void StandingBy::leads(const std::optional<NodeAddress>& address) {
  state_->on_loop([this, &address] {
    state_->leader = address;
    if (state_->to_public)
      state_->to_public->pass_to(destination(address, &NodeAddress::public_port));
    if (state_->to_console)
      state_->to_console->pass_to(destination(address, &NodeAddress::console_port));
  });
}

telemetry::Metrics& StandingBy::metrics() {
  return state_->metrics;
}

void StandingBy::shows_too(std::function<std::string()> more_metrics) {
  state_->on_loop([this, &more_metrics] { state_->more_metrics = std::move(more_metrics); });
}

std::uint16_t StandingBy::public_port() const {
  return state_->public_port;
}

std::uint16_t StandingBy::console_port() const {
  return state_->console_port;
}

std::uint16_t StandingBy::control_port() const {
  return state_->control_port;
}

}  // namespace tillbridge::app
