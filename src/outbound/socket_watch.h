#pragma once
// Inside of the transport: waits for the sockets that libcurl waits for. What a wait costs grows
// with the sockets that are ready, not with those that are open. One thread, unless said otherwise.

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <sys/epoll.h>

namespace tillbridge::outbound {

class SocketWatch {
 public:
  struct Ready {
    int socket;
    bool read;
    bool write;
    bool unclear;  // an error or the other side's end: look at the socket itself
  };

  SocketWatch();  // throws what the system says when there are no more descriptors
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // Replaces what was wanted of this socket before. Neither: it is left alone, and may be closed
  // already.
  void want(int socket, bool read, bool write);
  // This number is a new socket, and closing() will be said of it. Such a socket may stay with the
  // kernel while nothing is wanted of it: most are wanted again at once, by the next call.
  // libcurl closes some sockets without a word while they connect, and when the next one gets the
  // same number and it wants the same of it, it says nothing either: so this one is watched, too.
  void opened(int socket);
  void closing(int socket);
  // Until a socket is ready, wake() is called or the time is over. Good until the next wait.
  std::span<const Ready> wait(std::chrono::milliseconds at_most);
  // Any thread: the wait that is on, or else the next one, ends at once.
  void wake();

 private:
  struct Watched {
    std::uint32_t wanted = 0;
    std::uint32_t known = 0;  // to the kernel, as far as can be told; right when the socket is ours
    bool ours = false;        // opened() was said, and closing() not yet
  };

  Watched& at(int socket);
  void tell(int socket, std::uint32_t events);

  int epoll_ = -1;
  int wake_ = -1;
  std::vector<Watched> watched_;  // by socket
  std::vector<epoll_event> events_;
  std::vector<Ready> ready_;
};

}  // namespace tillbridge::outbound
