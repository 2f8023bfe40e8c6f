#pragma once
// What several hubs on one journal do together, on the loop of one of them: which shards it sends
// from is told by the leases (leading.h), and what the others have added, sent or given up by the
// journal (journal/postgres/changes.h). A shard that comes to this hub is sent from here only once
// all that was done with it before is known; one that goes is given away once nothing of it is
// under way. Core thread.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/leading.h"
#include "base/secret.h"
#include "base/task_group.h"
#include "engine/breaker_news.h"
#include "journal/journal.h"
#include "journal/postgres/changes.h"
#include "journal/postgres/commit_listener.h"

namespace tillbridge::app {

class SharedWork {
 public:
  struct Parts {
    std::function<void(const engine::ShardSet&)> carry;
    std::function<bool(const engine::ShardSet&)> under_way_in;
    // False: it is not known here yet, and will be in a moment.
    std::function<bool(const journal::OpenDelivery&)> changed;
    // From another hub; see tell().
    std::function<void(const engine::BreakerNews&)> heard = [](const engine::BreakerNews&) {};
    // Pauses, or settings, are others now.
    std::function<void(bool pauses, bool settings)> ordered = [](bool, bool) {};
  };
  SharedWork(Loop& loop, const Clock& clock, journal::Journal& journal, Leading& leading,
             const Secret& url, std::uint16_t node, Parts parts);
  ~SharedWork();  // run() has ended, and so has all that sends

  // Before settings and open work are read: what is changed from then on will be told.
  Task<Result<void>> begin();
  // The newest settings of each workspace, "" of those that the hub that leads has no more.
  using Newest = std::map<std::string, journal::SettingsVersion>;
  Task<Result<Newest>> newest_settings();
  // This hub leads, and nobody else plans: what is its own now can go out while open work is read.
  void lead();
  // Once open work is read: this hub is ready to be given shards, while the one leads that led
  // then.
  void join();
  // Once it is read, until request_stop().
  Task<void> run();
  void request_stop();
  // The other hubs are told, as soon as the database can be asked.
  void tell(const engine::BreakerNews& news);

 private:
  struct Told;
  void listen(const std::string& url, std::uint16_t node);
  template <typename T>
  Task<Result<T>> asked(std::function<Result<T>(journal::postgres::ChangeReader&)> question);
  Task<Result<void>> look();
  Duration look_again_after();
  Task<Result<void>> read_changes();
  Task<Result<void>> come_to_what_is_mine();
  Task<Result<void>> tell_again();
  Leading::Mine take_part();
  void hear_news();
  Task<Result<void>> pass_on_news();
  void send_from(const engine::ShardSet& shards);

  Loop& loop_;
  const Clock& clock_;
  journal::Journal& journal_;
  Leading& leading_;
  const Parts parts_;
  std::shared_ptr<journal::postgres::ChangeReader> reader_;  // on the journal's reader threads
  std::shared_ptr<Told> told_;
  std::unique_ptr<journal::postgres::CommitListener> listener_;
  journal::postgres::ChangePlace place_;  // all before it is known here
  // Of what it was told with this number: all that was done before the shards came is known when
  // the place is here.
  struct Barrier {
    std::uint64_t number = 0;
    journal::postgres::ChangePlace place;
  };
  std::optional<Barrier> barrier_;
  engine::ShardSet carried_;
  std::optional<std::uint64_t> given_up_;  // all that is not in what it was told with this number
  // A commit of this hub's is known to others before this loop knows of it: what has come of it
  // there is told again.
  std::vector<journal::OpenDelivery> early_;
  std::optional<std::uint16_t> leader_;  // under which open work was read
  bool more_may_come_ = false;           // an older transaction is still under way
  Duration pause_ = Duration{0};         // until that is looked at
  std::optional<Tick> late_since_;       // what comes cannot be sent from yet
  std::vector<std::string> news_;        // to be told
  bool stopping_ = false;
};

}  // namespace tillbridge::app
