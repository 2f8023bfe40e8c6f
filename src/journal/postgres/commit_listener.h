#pragma once
// Says when another node has committed something to take up (LISTEN/NOTIFY), on its own thread and
// connection.

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "journal/postgres/postgres_store.h"

namespace tillbridge::journal::postgres {

class CommitListener {
 public:
  // heard is called on the listener's thread: with "<node> arrivals deliveries pauses settings" (of
  // these words those that fit) for a commit; with "<node> " and what a ChangeReader was given to
  // tell; with "" when it listens (again): commits may have
  // gone unheard before. A notification can be lost with the node that sends it: look now and then
  // as well (ChangeReader).
  CommitListener(std::string url, PostgresSettings settings,
                 std::function<void(const std::string& payload)> heard);
  ~CommitListener();  // no call after it
  CommitListener(const CommitListener&) = delete;
  CommitListener& operator=(const CommitListener&) = delete;

 private:
  void listen_until_stopped();
  void listen();  // until stopped; throws when the connection is lost
  void wait(Duration time);

  const std::string url_;
  const PostgresSettings settings_;
  const std::function<void(const std::string&)> heard_;
  int wake_ = -1;  // eventfd
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tillbridge::journal::postgres
