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

SocketWatch::Watched& SocketWatch::at(int socket) {
  TB_ASSERT(socket >= 0);
  const auto index = static_cast<std::size_t>(socket);
  if (index >= watched_.size()) watched_.resize(index + 1);
  return watched_[index];
}

void SocketWatch::want(int socket, bool read, bool write) {
  Watched& watched = at(socket);
  watched.wanted = (read ? std::uint32_t{EPOLLIN} : 0U) | (write ? std::uint32_t{EPOLLOUT} : 0U);
  if (watched.ours && watched.known == watched.wanted) return;
  // An idle connection has nothing to say as a rule. If it does, wait() lets it go.
  if (watched.ours && watched.wanted == 0 && watched.known == EPOLLIN) return;
  // One that is left while it connects may be closed without a word: nothing is sure of it.
  if (watched.wanted == 0) watched.ours = false;
  tell(socket, watched.wanted);
}

void SocketWatch::opened(int socket) {
  if (socket < 0) return;
  Watched& watched = at(socket);
  watched.known = 0;
  watched.ours = true;
  if (watched.wanted != 0) tell(socket, watched.wanted);
}

void SocketWatch::closing(int socket) {
  Watched& watched = at(socket);
  watched.known = 0;  // the kernel forgets it by itself
  watched.ours = false;
}

void SocketWatch::tell(int socket, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  at(socket).known = events;
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
    if (at(event.data.fd).wanted == 0) {
      tell(event.data.fd, 0);
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
