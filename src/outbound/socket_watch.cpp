#include "outbound/socket_watch.h"

#include <cerrno>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace tillbridge::outbound {
namespace {

// LIMIT: sockets told of by one wait; the others come with the next.
constexpr std::size_t ready_max = 256;

int opened_or_throw(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

}  // namespace

SocketWatch::SocketWatch() : events_(ready_max) {
  epoll_ = opened_or_throw(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  if (wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    const int error = errno;
    if (wake_ >= 0) ::close(wake_);
    ::close(epoll_);
    throw std::system_error(error, std::generic_category(), "eventfd");
  }
}

SocketWatch::~SocketWatch() {
  ::close(wake_);
  ::close(epoll_);
}

void SocketWatch::want(int socket, bool read, bool write) {
  TB_ASSERT(socket >= 0);
  const auto at = static_cast<std::size_t>(socket);
  if (at >= wanted_.size()) wanted_.resize(at + 1, 0);
  wanted_[at] = (read ? std::uint32_t{EPOLLIN} : 0U) | (write ? std::uint32_t{EPOLLOUT} : 0U);
  apply(socket, wanted_[at]);
}

void SocketWatch::opened(int socket) {
  const auto at = static_cast<std::size_t>(socket);
  if (socket >= 0 && at < wanted_.size() && wanted_[at] != 0) apply(socket, wanted_[at]);
}

// Whether the kernel still has the socket is not for us to know: it forgets those that are closed.
void SocketWatch::apply(int socket, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  if (events == 0) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, &event);
    return;
  }
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0) return;
  // What cannot be watched ends with the time limit of its call.
  if (errno == EEXIST) epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
}

std::span<const SocketWatch::Ready> SocketWatch::wait(std::chrono::milliseconds at_most) {
  ready_.clear();
  const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                               static_cast<int>(at_most.count()));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_) {
      std::uint64_t times = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake_, &times, sizeof times);
      continue;
    }
    ready_.push_back({event.data.fd, (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                      (event.events & (EPOLLERR | EPOLLHUP)) != 0});
  }
  return ready_;
}

void SocketWatch::wake() {
  const std::uint64_t once = 1;
  // A full counter is a wake-up that has not been seen yet.
  [[maybe_unused]] const ssize_t put = ::write(wake_, &once, sizeof once);
}

}  // namespace tillbridge::outbound
