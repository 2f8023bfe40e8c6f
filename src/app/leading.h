#pragma once
// Several hubs on one PostgreSQL journal: one leads and works, the others stand by and take over
// when it ends. The leader holds the lease of all shards (journal/postgres/leases.h) and renews it
// from a thread of its own. When it cannot, it ends before another one can lead: a call that it
// still made could put an old state over the new leader's. What it writes is fenced with the
// lease's epoch besides: frozen past its lease it cannot write any more, whatever it believes.
//
// A hub that starts under a number on the same machine takes the leases of that number over at
// once: what held them is taken for dead. On another machine it waits until they have run out.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/node_address.h"
#include "journal/postgres/leases.h"

namespace tillbridge::app {

struct LeadingSettings {
  std::string url;         // of the journal; its tables exist
  std::uint16_t node = 0;  // different in every hub on the journal
  std::string name;        // for people: the machine's
  Duration lease = std::chrono::seconds{10};
};

// Why a hub stands by, and the hub that leads instead, as far as it is known where it is.
struct Standing {
  std::string why;
  std::optional<NodeAddress> leader = std::nullopt;
  friend bool operator==(const Standing&, const Standing&) = default;
};

class Leading {
 public:
  // on_lost: this hub does not lead any more and must end at once; its own thread.
  Leading(LeadingSettings settings, std::function<void(const std::string& why)> on_lost);
  ~Leading();  // another one may lead
  Leading(const Leading&) = delete;
  Leading& operator=(const Leading&) = delete;

  // Returns when this hub leads. stands_by is told when it does not, and again whenever that
  // changes: another hub leads, somewhere else, or the database cannot be asked. Any thread.
  void await(const std::function<void(const Standing&)>& stands_by);

  // This hub leads and can be called: the others are told. Any thread.
  void reached_at(const NodeAddress& address);

  // For the journal's writer.
  std::shared_ptr<const journal::postgres::Fence> fence() const { return fence_; }

 private:
  Result<void> take_from_predecessor();
  Result<void> free_expired();
  Result<bool> take();
  Standing look_for_leader(const Standing& last);
  void renew_until_stopped();
  void watch_until_stopped();

  const LeadingSettings settings_;
  const std::function<void(const std::string&)> on_lost_;
  std::shared_ptr<journal::postgres::Fence> fence_;
  journal::postgres::Leases leases_;  // await(), then the renewing thread
  std::vector<journal::postgres::Lease> held_;
  std::mutex mutex_;  // guards the next four
  Tick sure_until_;
  bool stopping_ = false;
  std::string address_;
  bool address_changed_ = false;
  std::condition_variable wake_;
  std::thread renewing_;
  std::thread watching_;  // asks nobody: the database may not answer
};

}  // namespace tillbridge::app
