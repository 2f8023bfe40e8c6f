// Sends order events over keep-alive connections, one thread, and prints one JSON object.
//   --rate N   open loop: N per second whatever the server does; a latency counts from the moment
//              the request was to be sent, so a stalled server cannot hide what it made wait
//   --rate 0   closed loop: each connection sends as soon as its answer is there
// Connection c sends the orders c, c + connections, ...: orders of a customer stay on one
// connection and one after the other, so their order at the sink can be judged.

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load/order_event.h"
#include "net/histogram.h"
#include "net/http_frames.h"
#include "net/id_set.h"

namespace {

using namespace tillbridge::bench;

constexpr std::uint64_t second_ns = 1'000'000'000;
// How long after the last request an answer may still come.
constexpr std::uint64_t patience_ns = 30 * second_ns;

struct Settings {
  std::uint16_t port = 0;
  Target target;
  std::string shape = "order";
  std::uint64_t connections = 64;
  double rate = 0;
  double seconds = 5;
  std::uint64_t first_id = 0;
  std::uint64_t lanes = 1'024;
  std::string acked_file;
};

struct Connection {
  int socket = -1;
  std::uint64_t sent = 0;  // requests begun; the next order is first_id + sent * connections + c
  std::uint64_t due = 0;   // open loop: requests whose time has come
  std::uint64_t scheduled_ns = 0;
  std::size_t written = 0;
  bool waiting = false;
  std::string answer;
};

class Load {
 public:
  explicit Load(const Settings& settings)
      : settings_(settings), connections_(settings.connections) {
    for (std::uint64_t i = 0; i < settings.connections; ++i) events_.emplace_back(settings.target);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
  }
  ~Load() {
    for (const Connection& connection : connections_)
      if (connection.socket >= 0) close(connection.socket);
    close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void run() {
    prctl(PR_SET_TIMERSLACK, 1);
    started_ns_ = monotonic_ns();
    until_ns_ = started_ns_ + static_cast<std::uint64_t>(settings_.seconds * 1e9);
    total_ = open_loop() ? static_cast<std::uint64_t>(settings_.rate * settings_.seconds) : 0;
    if (!open_loop())
      for (std::size_t i = 0; i < connections_.size(); ++i) begin(i, monotonic_ns());
    std::vector<epoll_event> ready(connections_.size());
    while (!finished()) {
      std::uint64_t now = monotonic_ns();
      if (open_loop()) start_due(now);
      const std::uint64_t wake =
          open_loop() && scheduled_ < total_ ? time_of(scheduled_) : now + second_ns / 20;
      timespec timeout{};
      const std::uint64_t wait = wake > now ? wake - now : 0;
      timeout.tv_sec = static_cast<time_t>(wait / second_ns);
      timeout.tv_nsec = static_cast<long>(wait % second_ns);
      const int count =
          epoll_pwait2(epoll_, ready.data(), static_cast<int>(ready.size()), &timeout, nullptr);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[static_cast<std::size_t>(i)];
        if ((event.events & EPOLLOUT) != 0) write(event.data.u64);
        if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(event.data.u64);
      }
    }
    ended_ns_ = monotonic_ns();
  }

  void print() const {
    const double seconds = static_cast<double>(last_answer_ns_ - started_ns_) / 1e9;
    std::string statuses;
    for (const auto& [status, count] : statuses_)
      statuses += fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, count);
    const auto ms = [this](double percent) {
      return static_cast<double>(latencies_.percentile(percent)) / 1e6;
    };
    fmt::print(
        "{{\"sent\":{},\"acked\":{},\"errors\":{},\"unanswered\":{},\"unsent\":{},\"statuses\":{{{}"
        "}},"
        "\"seconds\":{:.3f},\"rate\":{:.1f},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},\"p999_ms\":{:.3f},"
        "\"max_ms\":{:.3f},\"late_p99_ms\":{:.3f},\"cpu_s\":{:.3f},\"cpu_us_per_request\":{:.2f},"
        "\"started_us\":{},"
        "\"ended_us\":{},\"next_id\":{}}}\n",
        sent_, acked_.count(), errors_, unanswered(), open_loop() ? total_ - sent_ : 0, statuses,
        seconds, seconds > 0 ? static_cast<double>(acked_.count()) / seconds : 0, ms(50), ms(99),
        ms(99.9), static_cast<double>(latencies_.max()) / 1e6,
        static_cast<double>(lateness_.percentile(99)) / 1e6, cpu_seconds(),
        sent_ > 0 ? cpu_seconds() * 1e6 / static_cast<double>(sent_) : 0, started_ns_ / 1'000,
        ended_ns_ / 1'000, next_id());
  }

  void write_acked() const {
    if (settings_.acked_file.empty()) return;
    std::ofstream file(settings_.acked_file, std::ios::binary);
    file << acked_.bytes();
    if (!file.flush()) throw std::runtime_error("cannot write " + settings_.acked_file);
  }

 private:
  bool open_loop() const { return settings_.rate > 0; }

  std::uint64_t time_of(std::uint64_t request) const {
    return started_ns_ +
           static_cast<std::uint64_t>(static_cast<double>(request) * 1e9 / settings_.rate);
  }

  std::uint64_t unanswered() const {
    std::uint64_t count = 0;
    for (const Connection& connection : connections_) count += connection.waiting ? 1 : 0;
    return count;
  }

  std::uint64_t next_id() const {
    std::uint64_t sent_most = 0;
    for (const Connection& connection : connections_)
      sent_most = std::max(sent_most, connection.sent);
    return settings_.first_id + sent_most * settings_.connections;
  }

  bool finished() const {
    const std::uint64_t now = monotonic_ns();
    if (now > until_ns_ + patience_ns) return true;
    const bool all_sent = open_loop() ? sent_ == total_ : now >= until_ns_;
    return all_sent && unanswered() == 0;
  }

  void open(std::size_t index) {
    Connection& connection = connections_[index];
    connection.socket = connect_to(settings_.port);
    if (connection.socket < 0)
      throw std::runtime_error(fmt::format("cannot connect to port {}", settings_.port));
    connection.answer.clear();
    watch(index, EPOLL_CTL_ADD, EPOLLIN);
  }

  void watch(std::size_t index, int operation, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = index;
    epoll_ctl(epoll_, operation, connections_[index].socket, &event);
  }

  void start_due(std::uint64_t now) {
    for (; scheduled_ < total_ && time_of(scheduled_) <= now; ++scheduled_) {
      const auto index = static_cast<std::size_t>(scheduled_ % settings_.connections);
      ++connections_[index].due;
      if (connections_[index].waiting) continue;
      lateness_.record(now - time_of(scheduled_));
      begin_due(index);
    }
  }

  void begin_due(std::size_t index) {
    Connection& connection = connections_[index];
    --connection.due;
    begin(index, time_of(connection.sent * settings_.connections + index));
  }

  void begin(std::size_t index, std::uint64_t scheduled_ns) {
    Connection& connection = connections_[index];
    connection.scheduled_ns = scheduled_ns;
    connection.waiting = true;
    connection.written = 0;
    const std::uint64_t id = settings_.first_id + connection.sent++ * settings_.connections + index;
    events_[index].make(id, settings_.lanes, scheduled_ns / 1'000);
    ++sent_;
    write(index);
  }

  void write(std::size_t index) {
    Connection& connection = connections_[index];
    const std::string& request = events_[index].text();
    const bool continued = connection.written > 0;
    const ssize_t written = send(connection.socket, request.data() + connection.written,
                                 request.size() - connection.written, MSG_NOSIGNAL);
    if (written < 0 && errno != EAGAIN) return lost(index);
    connection.written += written > 0 ? static_cast<std::size_t>(written) : 0;
    const bool complete = connection.written == request.size();
    if (!complete) watch(index, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    if (complete && continued) watch(index, EPOLL_CTL_MOD, EPOLLIN);
  }

  void read(std::size_t index) {
    Connection& connection = connections_[index];
    char buffer[16'384];
    const ssize_t got = recv(connection.socket, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return lost(index);
    connection.answer.append(buffer, static_cast<std::size_t>(got));
    Head head;
    const HeadState state = read_head(connection.answer, head);
    if (state == HeadState::refused) throw std::runtime_error("an answer without Content-Length");
    if (state == HeadState::incomplete) return;
    if (connection.answer.size() < head.head_bytes + head.body_bytes) return;
    if (!connection.waiting) return lost(index);
    const int status = status_of(head.first_line);
    const bool close_after = head.close;
    connection.answer.clear();
    answered(index, status);
    if (close_after) reopen(index);
    next(index);
  }

  void answered(std::size_t index, int status) {
    Connection& connection = connections_[index];
    connection.waiting = false;
    last_answer_ns_ = monotonic_ns();
    ++statuses_[status];
    latencies_.record(last_answer_ns_ - std::min(connection.scheduled_ns, last_answer_ns_));
    if (status >= 200 && status < 300)
      acked_.add(settings_.first_id + (connection.sent - 1) * settings_.connections + index);
    else
      ++errors_;
  }

  void next(std::size_t index) {
    if (open_loop()) {
      if (connections_[index].due > 0) begin_due(index);
    } else if (last_answer_ns_ < until_ns_) {
      begin(index, last_answer_ns_);
    }
  }

  void reopen(std::size_t index) {
    close(connections_[index].socket);
    open(index);
  }

  // The other side closed: the order under way is in doubt, and counts as an error.
  void lost(std::size_t index) {
    const bool was_waiting = connections_[index].waiting;
    if (was_waiting) {
      connections_[index].waiting = false;
      last_answer_ns_ = monotonic_ns();
      ++errors_;
      ++statuses_[0];
    }
    reopen(index);
    if (was_waiting) next(index);
  }

  const Settings& settings_;
  std::vector<OrderEvent> events_;
  std::vector<Connection> connections_;
  int epoll_ = -1;
  std::uint64_t started_ns_ = 0, until_ns_ = 0, ended_ns_ = 0, last_answer_ns_ = 0;
  std::uint64_t total_ = 0, scheduled_ = 0, sent_ = 0, errors_ = 0;
  std::map<int, std::uint64_t> statuses_;
  IdSet acked_;
  Histogram latencies_;
  // How late requests were sent although their connection was free: this program's own fault (or
  // that of whoever took its core), part of the latencies above.
  Histogram lateness_;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Open-loop load generator for order events");
  app.add_option("--port", settings.port)->required();
  app.add_option("--path", settings.target.path)->required();
  app.add_option("--shape", settings.shape, "order, sitoo or feed")
      ->check(CLI::IsMember({"order", "sitoo", "feed"}));
  app.add_option("--user", settings.target.user);
  app.add_option("--password", settings.target.password);
  app.add_option("--token", settings.target.token, "sent as a bearer token");
  app.add_option("--connections", settings.connections)->check(CLI::Range(1, 10'000));
  app.add_option("--rate", settings.rate, "requests per second; 0: as fast as answers come");
  app.add_option("--seconds", settings.seconds);
  app.add_option("--first-id", settings.first_id);
  app.add_option("--lanes", settings.lanes, "customers; a multiple of the connections");
  app.add_option("--acked", settings.acked_file, "bitmap of what was acknowledged");
  CLI11_PARSE(app, argc, argv);
  try {
    if (settings.lanes % settings.connections != 0)
      throw std::runtime_error("--lanes must be a multiple of --connections");
    settings.target.shape = settings.shape == "sitoo"  ? Shape::sitoo
                            : settings.shape == "feed" ? Shape::feed
                                                       : Shape::order;
    Load load(settings);
    load.run();
    load.print();
    load.write_acked();
  } catch (const std::exception& error) {
    fmt::print(stderr, "load_generator: {}\n", error.what());
    return 1;
  }
  return 0;
}
