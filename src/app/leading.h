#pragma once
// Several hubs on one PostgreSQL journal. One leads: it takes what comes in, reads and plans; it
// holds the lease of shard 0 (journal/postgres/leases.h). All of them carry: each sends what lies
// in the shards that it holds (engine/shares.h), and they change hands when hubs come and go. A
// thread of its own takes, renews and gives leases. When a hub cannot renew, it ends before
// another one can have its shards: a call that it still made could put an old state over a newer
// one. What it writes is fenced with its leases' epochs besides: frozen past its lease it cannot
// write any more, whatever it believes.
//
// A hub that starts under a number on the same machine takes the leases of that number over at
// once: what held them is taken for dead. On another machine it waits until they have run out.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/node_address.h"
#include "engine/shares.h"
#include "journal/postgres/leases.h"
#include "telemetry/metrics.h"

namespace tillbridge::app {

struct LeadingSettings {
  std::string url;         // of the journal
  std::uint16_t node = 0;  // different in every hub on the journal
  std::string name;        // for people: the machine's
  Duration lease = std::chrono::seconds{10};
  // The journal's tables are made, or brought up to date: again and again until it succeeds, and
  // before anything is leased. Bringing them up to date may take leases away. The thread's own.
  std::function<Result<void>()> make_ready = [] { return Result<void>{}; };
};

// Why a hub stands by, and the hub that leads instead, as far as it is known where it is.
struct Standing {
  std::string why;
  std::optional<NodeAddress> leader = std::nullopt;
  friend bool operator==(const Standing&, const Standing&) = default;
};

class Leading {
 public:
  // on_lost: this hub holds its leases no more and must end at once; its own thread.
  Leading(LeadingSettings settings, std::function<void(const std::string& why)> on_lost);
  ~Leading();  // others may have what it held
  Leading(const Leading&) = delete;
  Leading& operator=(const Leading&) = delete;

  // Returns when this hub leads; false: when it was asked to end. stands_by is told when it does
  // not lead, and again whenever that changes: another hub leads, somewhere else, or the database
  // cannot be asked. Any thread.
  bool await(const std::function<void(const Standing&)>& stands_by);
  void end_waiting();

  // Where this hub can be called, for the others. Any thread.
  void reached_at(const NodeAddress& address);

  // Whether it leads and what it has leased, in the metrics of what answers for this hub, until
  // others are named; nullptr: nothing answers. Any thread.
  void shows_in(telemetry::Metrics* metrics);

  // What sends from here, ready to: from then on this hub is given shards. It is told which are its
  // own, and who leads, whenever that changes. Any thread; it must not wait. Returns what is so
  // now. One at a time.
  struct Mine {
    engine::ShardSet shards;
    std::uint64_t number = 0;  // of what it was told
    std::uint16_t leader = 0;  // who plans; 0 nobody
  };
  using Carrier = std::function<void(const Mine&)>;
  Mine carry_with(Carrier carrier);
  // It is through with all that is outside of what it was told last: that can be given away.
  void carries_only(const Mine& mine);
  // It sends nothing more, and nothing is under way; it is not told again.
  void carries_nothing();
  // It will not send, for this reason, which people find beside the hub's name; until it does.
  void carries_not(const std::string& why);

  // For the journal's writer.
  std::shared_ptr<const journal::postgres::Fence> fence() const { return fence_; }

 private:
  using Shards = std::vector<journal::postgres::Lease>;
  void run();
  // One round of the thread: what holds, what moves. False: it is over.
  bool look_round();
  bool renew(const std::string& name, const std::string& address);
  void look();
  Result<void> take_from_predecessor();
  Result<void> end_standing_writers(const std::vector<journal::postgres::LeaseRow>& rows);
  Result<void> give_back_strays(const std::vector<journal::postgres::LeaseRow>& rows);
  Result<void> try_to_lead(const std::vector<journal::postgres::LeaseRow>& rows);
  Result<void> move(const engine::SharedShards& shards,
                    const std::vector<journal::postgres::LeaseRow>& rows);
  Result<void> take(const engine::ShardSet& wanted);
  Result<void> give_away();
  Standing standing_of(const std::vector<journal::postgres::NodeRow>& nodes,
                       std::optional<std::uint16_t> leader) const;
  Standing standing_unready(std::string why);
  void stand(Standing standing);
  void tell();
  void show();
  void watch_until_stopped();

  const LeadingSettings settings_;
  const std::function<void(const std::string&)> on_lost_;
  std::shared_ptr<std::atomic<bool>> leads_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<journal::postgres::Fence> fence_;

  // The thread's own.
  journal::postgres::Leases leases_;
  Shards held_;
  engine::ShardSet giving_;
  std::uint16_t leader_ = 0;  // as it was seen last
  bool is_ready_ = false;     // the journal
  bool has_predecessor_ = true;
  Tick renewed_at_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  bool ends_waiting_ = false;
  std::string address_;
  std::string carries_not_;  // why; "" it does, or may
  bool address_changed_ = false;
  bool changed_ = false;  // something for the thread to do
  Standing standing_;
  std::optional<Tick> sure_until_;  // while something is held
  Mine mine_;                       // held, and not to be given away
  engine::ShardSet carried_;        // what may be sent or under way
  Carrier carrier_;
  telemetry::Metrics* metrics_ = nullptr;

  std::thread thread_;
  std::thread watching_;  // asks nobody: the database may not answer
};

}  // namespace tillbridge::app
