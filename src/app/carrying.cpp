#include "app/carrying.h"

#include <mutex>
#include <thread>

#include <boost/asio/post.hpp>

#include "app/carried_work.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration again_after = std::chrono::seconds{2};
constexpr Duration looks_every = std::chrono::hours{1};  // it is woken

}  // namespace

struct Carrying::State {
  State(Config with, CarryingOptions given, Leading& on)
      : config(std::move(with)),
        options(std::move(given)),
        leading(on),
        woken(loop),
        tasks(loop, [](const std::string& what) {
          telemetry::log(telemetry::Level::error, "task_failed", {{"what", what}});
        }) {}

  Task<void> run();
  void wake() { woken.notify(); }
  void count_in(std::shared_ptr<telemetry::Metrics> fresh) {
    const std::lock_guard lock(mutex);
    metrics = std::move(fresh);
  }

  const Config config;
  const CarryingOptions options;
  Leading& leading;
  Loop loop{1};
  SystemClock clock;
  Signal woken;
  TaskGroup tasks;
  bool stopping = false;
  bool renewal = false;
  std::mutex mutex;                             // guards what follows
  std::shared_ptr<telemetry::Metrics> metrics;  // of what runs now; nullptr: nothing does
  std::thread thread;
};

// One after the other: changed settings are taken up by a new one.
Task<void> Carrying::State::run() {
  while (!stopping) {
    renewal = false;
    // Afresh with each, as its connections are: what is gone is not told of any more.
    const auto counted = std::make_shared<telemetry::Metrics>();
    count_in(counted);
    CarriedWork work(loop, clock, *counted, config, options, leading, [this] {
      renewal = true;
      wake();
    });
    const auto started = co_await work.start();
    if (!started) {
      telemetry::log(telemetry::Level::error, "does_not_carry",
                     {{"reason", started.error().what},
                      {"do", "the other hubs send meanwhile; this one tries again"}});
    }
    const Tick until = clock.tick() + (started ? looks_every : again_after);
    while (!stopping && !renewal && (started || clock.tick() < until))
      co_await woken.wait(started ? looks_every : again_after);
    co_await work.stop();
    count_in(nullptr);
  }
}

Carrying::Carrying(Config config, CarryingOptions options, Leading& leading)
    : state_(std::make_unique<State>(std::move(config), std::move(options), leading)) {
  State& state = *state_;
  state.tasks.start(state.run());
  state.thread = std::thread([&state] { state.loop.run(); });
}

std::string Carrying::metrics() const {
  std::shared_ptr<telemetry::Metrics> counted;
  {
    const std::lock_guard lock(state_->mutex);
    counted = state_->metrics;
  }
  return counted ? counted->prometheus_text() : "";
}

Carrying::~Carrying() {
  boost::asio::post(state_->loop, [&state = *state_] {
    state.stopping = true;
    state.wake();
  });
  state_->thread.join();
}

}  // namespace tillbridge::app
