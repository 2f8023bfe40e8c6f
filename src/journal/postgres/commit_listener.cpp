#include "journal/postgres/commit_listener.h"

#include <algorithm>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "journal/postgres/connection.h"
#include "journal/postgres/sql.gen.h"
#include "telemetry/log.h"

namespace tillbridge::journal::postgres {
namespace {

constexpr Duration pause_min = std::chrono::milliseconds{50};
constexpr Duration pause_max = std::chrono::seconds{2};
constexpr Duration wait_max = std::chrono::seconds{30};

}  // namespace

CommitListener::CommitListener(std::string url, PostgresSettings settings,
                               std::function<void(const std::string& payload)> heard)
    : url_(std::move(url)),
      settings_(std::move(settings)),
      heard_(std::move(heard)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  TB_ASSERT(wake_ >= 0);
  thread_ = std::thread([this] { listen_until_stopped(); });
}

CommitListener::~CommitListener() {
  stopping_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(wake_);
}

void CommitListener::listen_until_stopped() {
  Duration pause{0};
  while (!stopping_) {
    const auto began = SystemClock().tick();
    const auto outcome = guarded([this] { listen(); });
    if (outcome || stopping_) continue;
    if (SystemClock().tick() - began > pause_max) pause = Duration{0};
    if (pause == Duration{0}) {
      telemetry::log(telemetry::Level::warning, "journal_listener_lost",
                     {{"reason", outcome.error().what}});
    }
    pause = std::clamp(pause * 2, pause_min, pause_max);
    wait(pause);
  }
}

void CommitListener::wait(Duration time) {
  pollfd waits{wake_, POLLIN, 0};
  ::poll(&waits, 1,
         static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()));
}

void CommitListener::listen() {
  Connection connection(
      {url_, "tillbridge listener", settings_.connect_time_max, settings_.answer_time_max});
  const auto schema = connection.query(sql::schema_name);
  connection.run("LISTEN \"tillbridge_" + std::string(schema[0].bytes(0)) + "\"");
  heard_("");
  while (!stopping_) connection.wait_for_notifications(wait_max, wake_, heard_);
}

}  // namespace tillbridge::journal::postgres
