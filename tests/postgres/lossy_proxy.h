#pragma once
// A proxy before PostgreSQL that breaks a connection at the worst moment: the server has committed,
// and its answer does not arrive.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace tillbridge::journal {

class LossyProxy {
 public:
  // In front of a server on a Unix socket; listens on a free loopback port.
  explicit LossyProxy(std::string server_socket);
  ~LossyProxy();
  LossyProxy(const LossyProxy&) = delete;
  LossyProxy& operator=(const LossyProxy&) = delete;

  std::uint16_t port() const { return port_; }
  // The next "COMMIT" is executed, its answer is dropped and the connection with it.
  void lose_next_commit_answer() { lose_answer_ = true; }
  // The next connection's COMMIT does not reach the server.
  void lose_next_commit() { lose_request_ = true; }
  bool lost_one() const { return lost_; }

 private:
  void accept_until_stopped();
  void carry(int client);

  const std::string server_socket_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> lose_answer_ = false;
  std::atomic<bool> lose_request_ = false;
  std::atomic<bool> lost_ = false;
  std::thread acceptor_;
  std::vector<std::thread> carriers_;
};

}  // namespace tillbridge::journal
