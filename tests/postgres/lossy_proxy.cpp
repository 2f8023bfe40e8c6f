#include "lossy_proxy.h"

#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tillbridge::journal {
namespace {

constexpr int look_ms = 20;

// CommandComplete of COMMIT; the Bind message of COMMIT has no such mark, so requests are known by
// their order: after the answer of the first round comes the second with COMMIT at its end.
const std::string_view committed(
    "C\0\0\0\x0b"
    "COMMIT\0",
    12);

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

LossyProxy::LossyProxy(std::string server_socket) : server_socket_(std::move(server_socket)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, plain, &size) != 0) {
    throw std::runtime_error("no port for the proxy");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_until_stopped(); });
}

LossyProxy::~LossyProxy() {
  stopping_ = true;
  acceptor_.join();
  for (auto& carrier : carriers_) carrier.join();
  ::close(listener_);
}

void LossyProxy::accept_until_stopped() {
  while (!stopping_) {
    pollfd waits{listener_, POLLIN, 0};
    if (::poll(&waits, 1, look_ms) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) carriers_.emplace_back([this, client] { carry(client); });
  }
}

void LossyProxy::carry(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, server_socket_.c_str(), sizeof address.sun_path - 1);
  bool open = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 65536> buffer{};
  std::string answers;  // what may be the beginning of the mark
  while (open && !stopping_) {
    std::array<pollfd, 2> waits{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), look_ms) <= 0) continue;
    if (waits[0].revents != 0) {
      const auto got = ::recv(client, buffer.data(), buffer.size(), 0);
      const std::string_view bytes(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
      // Where COMMIT is prepared for the first time, its text goes by.
      if (lose_request_ && bytes.find("COMMIT") != std::string_view::npos) {
        lose_request_ = false;
        lost_ = true;
        break;
      }
      open = got > 0 && send_all(server, bytes);
    }
    if (open && waits[1].revents != 0) {
      const auto got = ::recv(server, buffer.data(), buffer.size(), 0);
      const std::string_view bytes(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
      answers += bytes;
      if (lose_answer_ && answers.find(committed) != std::string::npos) {
        lose_answer_ = false;
        lost_ = true;
        break;
      }
      // Less than the mark: a commit that was answered before is not found again.
      answers = answers.substr(answers.size() - std::min(answers.size(), committed.size() - 1));
      open = got > 0 && send_all(client, bytes);
    }
  }
  ::close(server);
  ::close(client);
}

}  // namespace tillbridge::journal
