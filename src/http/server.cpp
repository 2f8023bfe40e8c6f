#include "http/server.h"

#include <algorithm>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "base/assert.h"
#include "http/connection.h"
#include "http/listener.h"
#include "http/listening.h"
#include "telemetry/log.h"

namespace tillbridge::http {
namespace {

constexpr Duration sweep_period_max = std::chrono::seconds{1};
constexpr Duration sweep_period_min = std::chrono::milliseconds{20};
constexpr Duration accept_pause = std::chrono::milliseconds{100};
constexpr Duration farewell_time_max = std::chrono::seconds{1};

// Deadlines are kept to within a second; limits shorter than that are for tests.
Duration sweep_period(const ServerSettings& settings) {
  const Duration shortest =
      std::min({settings.receive_time_max, settings.idle_time_max, settings.handle_time_max});
  return std::clamp(shortest / 4, sweep_period_min, sweep_period_max);
}

}  // namespace

struct Server::State : Listener {
  State(Loop& loop, const Clock& clock_, telemetry::Metrics& metrics_, ServerSettings settings_,
        Handler handler_)
      : Listener(loop, clock_, metrics_, std::move(settings_), std::move(handler_)),
        acceptor(loop.get_executor()),
        accept_timer(loop.get_executor()),
        sweep_timer(loop.get_executor()) {}

  Acceptor acceptor;
  Timer accept_timer;
  Timer sweep_timer;
  bool sweeping = false;

  static Task<void> accept(std::shared_ptr<State> self);
  static Task<void> sweep(std::shared_ptr<State> self);
  void stop_accepting();
  std::vector<Connection*> open_connections() const {
    return {connections.begin(), connections.end()};
  }
};

Task<void> Server::State::accept(std::shared_ptr<State> self) {
  while (!self->stopping) {
    auto [error, socket] = co_await self->acceptor.async_accept(awaiting);
    if (self->stopping) co_return;
    if (error) {
      // Out of descriptors, or a peer that left while it waited: neither may end the listener.
      telemetry::log(telemetry::Level::warning, "http_accept_failed",
                     {{"listener", self->settings.name}, {"what", error.message()}});
      self->accept_timer.expires_after(accept_pause);
      co_await self->accept_timer.async_wait(awaiting);
      continue;
    }
    if (self->connections.size() >= self->settings.connections_max) {
      self->metrics.refused_connection_limit.add();
      continue;  // the socket goes out of scope: closed
    }
    start_connection(self, std::move(socket));
  }
}

Task<void> Server::State::sweep(std::shared_ptr<State> self) {
  const Duration period = sweep_period(self->settings);
  while (self->sweeping) {
    self->sweep_timer.expires_after(period);
    co_await self->sweep_timer.async_wait(awaiting);
    if (!self->sweeping) co_return;
    const Tick now = self->clock.tick();
    for (Connection* connection : self->open_connections()) connection->check(now);
  }
}

void Server::State::stop_accepting() {
  stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  accept_timer.cancel();
}

Server::Server(Loop& loop, const Clock& clock, telemetry::Metrics& metrics, ServerSettings settings,
               Handler handler)
    : state_(
          std::make_shared<State>(loop, clock, metrics, std::move(settings), std::move(handler))) {}

Server::~Server() {
  state_->stop_accepting();
  state_->sweeping = false;
  state_->sweep_timer.cancel();
  for (Connection* connection : state_->open_connections()) connection->close();
  state_->gone = true;
}

Result<void> Server::start() {
  TB_ASSERT(!state_->sweeping && !state_->stopping);
  if (!state_->settings.tls_certificate_file.empty()) {
    TB_TRY(state_->tls, make_tls(state_->settings));
  }
  TB_CHECK(listen_on(state_->acceptor, state_->settings.address, state_->settings.port));
  state_->sweeping = true;
  const auto log_failure = [state = state_](std::exception_ptr failure) {
    if (!failure) return;
    telemetry::log(telemetry::Level::error, "http_listener_failed",
                   {{"listener", state->settings.name}});
  };
  asio::co_spawn(state_->acceptor.get_executor(), State::accept(state_), log_failure);
  asio::co_spawn(state_->acceptor.get_executor(), State::sweep(state_), log_failure);
  return {};
}

std::uint16_t Server::port() const {
  boost::system::error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

std::size_t Server::connections() const {
  return state_->connections.size();
}

Task<void> Server::stop(Duration grace) {
  const auto state = state_;
  state->stop_accepting();
  for (Connection* connection : state->open_connections()) connection->stop_when_idle();
  for (const Duration patience : {grace, farewell_time_max}) {
    if (!state->connections.empty()) {
      state->emptied.expires_after(patience);
      co_await state->emptied.async_wait(awaiting);
    }
    for (Connection* connection : state->open_connections()) connection->close();
  }
  if (!state->connections.empty()) {
    telemetry::log(telemetry::Level::error, "http_handlers_still_running",
                   {{"listener", state->settings.name}, {"count", state->connections.size()}});
  }
  state->sweeping = false;
  state->sweep_timer.cancel();
}

}  // namespace tillbridge::http
