#include "http/forwarder.h"

#include <array>
#include <exception>
#include <unordered_set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "base/assert.h"
#include "http/listening.h"
#include "telemetry/log.h"

namespace tillbridge::http {
namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
constexpr std::size_t chunk_bytes = 16 * 1024;
constexpr Duration accept_pause = std::chrono::milliseconds{100};

void log_failure(std::exception_ptr failure) {
  if (failure) telemetry::log(telemetry::Level::error, "forwarder_failed", {});
}

// One caller and whom it is passed on to.
struct Pair {
  Pair(Socket caller_, Executor executor)
      : caller(std::move(caller_)), hub(executor), resolver(executor), deadline(executor) {}
  Socket caller;
  Socket hub;
  Resolver resolver;
  Timer deadline;
  int open_ways = 2;
  bool closed = false;

  void close() {
    if (closed) return;
    closed = true;
    boost::system::error_code ignored;
    caller.close(ignored);
    hub.close(ignored);
    resolver.cancel();
    deadline.cancel();
  }
};

enum class Way { to_hub, to_caller };

// Until that side says no more; the pair ends when both have, or at once when one breaks off.
Task<void> pump(std::shared_ptr<Pair> pair, Way way, Duration idle_time_max) {
  Socket& from = way == Way::to_hub ? pair->caller : pair->hub;
  Socket& to = way == Way::to_hub ? pair->hub : pair->caller;
  std::array<char, chunk_bytes> chunk{};
  while (!pair->closed) {
    const auto [read_error, size] = co_await from.async_read_some(asio::buffer(chunk), awaiting);
    if (read_error == asio::error::eof && --pair->open_ways > 0) {
      boost::system::error_code ignored;
      to.shutdown(Socket::shutdown_send, ignored);
      co_return;
    }
    if (read_error || pair->closed) break;
    pair->deadline.expires_after(idle_time_max);
    const auto [write_error, written] =
        co_await asio::async_write(to, asio::buffer(chunk.data(), size), awaiting);
    if (write_error) break;
  }
  pair->close();
}

}  // namespace

struct Forwarder::State {
  State(Loop& loop, ForwarderSettings settings_)
      : settings(std::move(settings_)),
        acceptor(loop.get_executor()),
        accept_timer(loop.get_executor()) {}

  const ForwarderSettings settings;
  Acceptor acceptor;
  Timer accept_timer;
  std::optional<Destination> destination;
  std::unordered_set<std::shared_ptr<Pair>> pairs;
  bool stopping = false;

  void end_pairs() {
    const auto open = std::exchange(pairs, {});
    for (const auto& pair : open) pair->close();
  }
  static Task<void> accept(std::shared_ptr<State> self);
  static Task<void> pass(std::shared_ptr<State> self, std::shared_ptr<Pair> pair, Destination to);
  static Task<bool> connect(std::shared_ptr<Pair> pair, Destination to);
  static Task<void> watch(std::shared_ptr<State> self, std::shared_ptr<Pair> pair);
};

// As long as the pair lives, which ends when nothing moved until its deadline; every byte puts that
// off.
Task<void> Forwarder::State::watch(std::shared_ptr<State> self, std::shared_ptr<Pair> pair) {
  while (!pair->closed) {
    co_await pair->deadline.async_wait(awaiting);
    if (pair->deadline.expiry() <= std::chrono::steady_clock::now()) pair->close();
  }
  self->pairs.erase(pair);
}

Task<void> Forwarder::State::accept(std::shared_ptr<State> self) {
  while (!self->stopping) {
    auto [error, socket] = co_await self->acceptor.async_accept(awaiting);
    if (self->stopping) co_return;
    if (error) {
      telemetry::log(telemetry::Level::warning, "forwarder_accept_failed",
                     {{"listener", self->settings.name}, {"what", error.message()}});
      self->accept_timer.expires_after(accept_pause);
      co_await self->accept_timer.async_wait(awaiting);
      continue;
    }
    if (!self->destination || self->pairs.size() >= self->settings.connections_max) continue;
    const auto pair = std::make_shared<Pair>(std::move(socket), self->acceptor.get_executor());
    pair->deadline.expires_after(self->settings.connect_time_max);
    self->pairs.insert(pair);
    const Executor executor = self->acceptor.get_executor();
    asio::co_spawn(executor, watch(self, pair), log_failure);
    asio::co_spawn(executor, pass(self, pair, *self->destination), log_failure);
  }
}

Task<bool> Forwarder::State::connect(std::shared_ptr<Pair> pair, Destination to) {
  // A name may take its time, and its look-up cannot be broken off.
  boost::system::error_code is_name;
  const auto address = asio::ip::make_address(to.host, is_name);
  if (!is_name) {
    const asio::ip::tcp::endpoint hub(address, to.port);
    const auto [failed] = co_await pair->hub.async_connect(hub, awaiting);
    co_return !failed && !pair->closed;
  }
  const auto [unknown, found] =
      co_await pair->resolver.async_resolve(to.host, std::to_string(to.port), awaiting);
  if (unknown || pair->closed) co_return false;
  const auto [refused, endpoint] = co_await asio::async_connect(pair->hub, found, awaiting);
  co_return !refused && !pair->closed;
}

Task<void> Forwarder::State::pass(std::shared_ptr<State> self, std::shared_ptr<Pair> pair,
                                  Destination to) {
  if (!co_await connect(pair, std::move(to))) {
    pair->close();
    co_return;
  }
  boost::system::error_code ignored;
  pair->caller.set_option(asio::ip::tcp::no_delay(true), ignored);
  pair->hub.set_option(asio::ip::tcp::no_delay(true), ignored);
  const Duration idle = self->settings.idle_time_max;
  pair->deadline.expires_after(idle);
  asio::co_spawn(self->acceptor.get_executor(), pump(pair, Way::to_caller, idle), log_failure);
  co_await pump(pair, Way::to_hub, idle);
}

Forwarder::Forwarder(Loop& loop, ForwarderSettings settings)
    : state_(std::make_shared<State>(loop, std::move(settings))) {}

Forwarder::~Forwarder() {
  state_->stopping = true;
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->accept_timer.cancel();
  state_->end_pairs();
}

Result<void> Forwarder::start() {
  TB_ASSERT(!state_->stopping);
  TB_CHECK(listen_on(state_->acceptor, state_->settings.address, state_->settings.port));
  asio::co_spawn(state_->acceptor.get_executor(), State::accept(state_), log_failure);
  return {};
}

std::uint16_t Forwarder::port() const {
  boost::system::error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

std::size_t Forwarder::connections() const {
  return state_->pairs.size();
}

void Forwarder::pass_to(std::optional<Destination> destination) {
  if (destination == state_->destination) return;
  state_->destination = std::move(destination);
  state_->end_pairs();
}

}  // namespace tillbridge::http
