// The far end of every measurement: answers 200 to each POST and keeps account of every order.
//   GET /report   JSON: received, distinct, doubles, order violations, latency from the scheduled
//                 sending, CPU
//   GET /seen     the bitmap of all orders seen
//   GET /arrivals 24 bytes per new order, in the order they came (account.h, Arrived)
//   POST /reset   forgets everything
//   POST /mode/N  answers events with status N from now on, and counts none but with 200;
//                 /mode/0: reads events and never answers
//   POST /delay/N events are answered N ms after they came from now on
// Says {"port":N} on standard output when it listens. One thread; ends on SIGTERM.
//
// An order is known by "bench_id":"<12 digits>" in the body, its sending by "bench_at":"<16
// digits>".

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http_frames.h"
#include "sink/account.h"
#include "sink/delayed_answers.h"

namespace {

using namespace tillbridge::bench;

constexpr std::size_t request_bytes_max = 16U << 20U;

class Sink {
 public:
  Sink(std::uint16_t port, std::uint64_t lanes) : lanes_(lanes), account_(lanes) {
    listener_ = listen_on(port);
    if (listener_ < 0) throw std::runtime_error(fmt::format("cannot listen on port {}", port));
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    watch(listener_);
  }

  std::uint16_t port() const { return port_of(listener_); }

  [[noreturn]] void run() {
    std::vector<epoll_event> ready(256);
    for (;;) {
      const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()),
                                   later_.wait_ms(monotonic_ns()));
      for (int i = 0; i < count; ++i) {
        const int socket = ready[static_cast<std::size_t>(i)].data.fd;
        if (socket == listener_)
          accept_all();
        else
          read(socket);
      }
      for (const DelayedAnswers::Answer& answer : later_.take_due(monotonic_ns())) {
        const auto found = connections_.find(answer.socket);
        if (found != connections_.end() && found->second.number == answer.connection)
          send_all(answer.socket, answer.text);
      }
    }
  }

 private:
  void watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void accept_all() {
    for (;;) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) return;
      connections_[socket] = {++connections_made_, {}};
      watch(socket);
    }
  }

  void drop(int socket) {
    connections_.erase(socket);
    close(socket);
  }

  void read(int socket) {
    char bytes[65'536];
    const ssize_t got = recv(socket, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return drop(socket);
    Connection& connection = connections_[socket];
    std::string& buffer = connection.buffer;
    buffer.append(bytes, static_cast<std::size_t>(got));
    std::string answers;
    std::size_t used = 0;
    for (;;) {
      const std::string_view rest = std::string_view(buffer).substr(used);
      Head head;
      const HeadState state = read_head(rest, head);
      if (state == HeadState::refused || rest.size() > request_bytes_max) return drop(socket);
      if (state == HeadState::incomplete || rest.size() < head.head_bytes + head.body_bytes) break;
      const bool is_event = answer(answers, head, rest.substr(head.head_bytes, head.body_bytes));
      if (is_event && later_.delays() && !answers.empty()) {
        later_.add({socket, connection.number, std::move(answers)}, monotonic_ns());
        answers.clear();
      }
      used += head.head_bytes + head.body_bytes;
    }
    buffer.erase(0, used);
    if (!answers.empty()) send_all(socket, answers);
  }

  // Whether it was an event.
  bool answer(std::string& out, const Head& head, std::string_view body) {
    bool is_event = false;
    std::string_view reply = "ok";
    std::string report;
    unsigned status = 200;
    constexpr std::string_view mode = "POST /mode/";
    constexpr std::string_view delay = "POST /delay/";
    if (head.first_line.starts_with("GET /seen")) {
      reply = account_.seen();
    } else if (head.first_line.starts_with("GET /arrivals")) {
      reply = account_.arrivals();
    } else if (head.first_line.starts_with(mode)) {
      status_ = static_cast<unsigned>(digits_after(head.first_line, mode.size()));
    } else if (head.first_line.starts_with(delay)) {
      later_.delay(digits_after(head.first_line, delay.size()));
    } else if (head.first_line.starts_with("GET ")) {
      report = account_.report(cpu_seconds());
      reply = report;
    } else if (head.first_line.starts_with("POST /reset")) {
      account_ = Account(lanes_);
    } else {
      is_event = true;
      status = status_;
      if (status_ == 200)
        account_.take(body, monotonic_ns() / 1'000);
      else
        account_.refuse();
      if (status_ == 0) return is_event;
    }
    fmt::format_to(
        std::back_inserter(out),
        "HTTP/1.1 {} As told\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        status, reply.size());
    out += reply;
    return is_event;
  }

  // Answers are small but for the bitmap, whose reader is waiting for it: this may block for it.
  void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return drop(socket);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  std::uint64_t lanes_;
  Account account_;
  unsigned status_ = 200;  // of the answers to events; 0: none
  int listener_ = -1;
  int epoll_ = -1;
  struct Connection {
    std::uint64_t number = 0;
    std::string buffer;
  };
  std::unordered_map<int, Connection> connections_;
  std::uint64_t connections_made_ = 0;
  DelayedAnswers later_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  std::uint64_t lanes = 1'024;
  CLI::App app("Sink for order events");
  app.add_option("--port", port, "0: any free port");
  app.add_option("--lanes", lanes, "customers, as the load generator was told")
      ->check(CLI::Range(1, 1'000'000));
  CLI11_PARSE(app, argc, argv);
  try {
    Sink sink(port, lanes);
    fmt::print("{{\"port\":{}}}\n", sink.port());
    std::fflush(stdout);
    sink.run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "sink_server: {}\n", error.what());
    return 1;
  }
}
