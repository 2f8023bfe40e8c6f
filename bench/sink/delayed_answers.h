// Answers that go out some time after the request came: a platform that takes its time. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace tillbridge::bench {

class DelayedAnswers {
 public:
  struct Answer {
    int socket = -1;
    std::uint64_t connection = 0;  // a closed connection's socket number comes again
    std::string text;
  };

  void delay(std::uint64_t milliseconds) { delay_ns_ = milliseconds * ns_per_ms; }
  bool delays() const { return delay_ns_ > 0; }

  void add(Answer answer, std::uint64_t now_ns) {
    waiting_.push_back({now_ns + delay_ns_, std::move(answer)});
  }

  // How long epoll_wait may wait; -1: nothing is due at any time.
  int wait_ms(std::uint64_t now_ns) const {
    if (waiting_.empty()) return -1;
    const std::uint64_t due = waiting_.front().due_ns;
    return due <= now_ns ? 0 : static_cast<int>((due - now_ns + ns_per_ms - 1) / ns_per_ms);
  }

  // In the order in which the requests came: whoever changes the delay meanwhile waits for those
  // before.
  std::vector<Answer> take_due(std::uint64_t now_ns) {
    std::vector<Answer> due;
    while (!waiting_.empty() && waiting_.front().due_ns <= now_ns) {
      due.push_back(std::move(waiting_.front().answer));
      waiting_.pop_front();
    }
    return due;
  }

 private:
  static constexpr std::uint64_t ns_per_ms = 1'000'000;
  struct Waiting {
    std::uint64_t due_ns;
    Answer answer;
  };

  std::uint64_t delay_ns_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace tillbridge::bench
