#pragma once
// The driver of one connection's Dispatch: loads bodies, makes calls through the Channel, stores
// every outcome in one step and only then lets the lane go on. Core thread.

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/async.h"
#include "base/task_group.h"
#include "engine/body_reads.h"
#include "engine/dispatch.h"
#include "engine/lag.h"
#include "journal/journal.h"
#include "telemetry/metrics.h"

namespace tillbridge::engine {

// A delivery with what is left of it to send.
struct Parcel {
  Item item;
  std::vector<std::string> parts;  // all parts; those in item.parts_done are not sent again
};

// How a connection's platform is reached: app/ provides one per connection, over the platform's
// connector.
class Channel {
 public:
  struct Answer {
    Outcome call;
    std::vector<PartResults> results;  // one per parcel, same order
    std::optional<QuotaReport> quota = std::nullopt;
    // Learned from the answer, stored in the same step as the outcome. Workspace, connection and
    // time are filled in here.
    std::vector<journal::PutFact> facts = {};
    std::vector<journal::OpenCase> cases = {};  // likewise; record and delivery are the channel's
  };
  virtual ~Channel() = default;
  virtual Task<Answer> send(std::vector<Parcel> parcels, Route route) = 0;
};

struct CourierSettings {
  std::string workspace;
  std::string connection;
  std::string duty;  // what it carries where a connection has several: "events", "" all
  DispatchSettings dispatch;
  // Several hubs on one journal may send it, each what is in its own shards: nothing that is
  // learned from answers is kept in memory only, and no order but that of lanes matters.
  bool shared = false;
  std::size_t body_cache_bytes_max =
      16 * 1024 * 1024;  // LIMIT: bodies just planned, to spare a read
};

class Courier {
 public:
  Courier(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
          telemetry::Metrics& metrics, LagBoard& lag, CourierSettings settings, Channel& channel);

  // Work found at start (body on disk), in id order. It may be taken up in pieces, while what is
  // here already goes out, between these two: what comes in meanwhile (what is planned, what a
  // person does about a delivery) waits for the end, because it must not overtake in its lane what
  // is not taken up yet. Stores and flows may be held and the courier paused all the time.
  void begin_take_up() { taking_up_ = true; }
  void adopt(const journal::OpenDelivery& delivery);
  void end_take_up();
  bool taking_up() const { return taking_up_; }
  // A parked or blocked delivery that an operator sends again, already stored as waiting.
  void send_again(const journal::OpenDelivery& delivery, bool was_blocked);
  // A blocked delivery that an operator will not have sent, already stored as skipped: its lane
  // goes on.
  void drop_blocked(const journal::OpenDelivery& delivery);
  // The person it is about was erased: the journal has settled it as skipped, its bytes are gone.
  // What is under way ends; nothing of the rest is sent, and a lane that it blocked goes on.
  void erased(const journal::OpenDelivery& delivery);
  // Work just stored.
  void add(const journal::AddDelivery& delivery, const std::string& store);

  Task<void> run();     // until request_stop()
  void request_stop();  // no new calls; those under way are finished and stored
  bool idle() const;

  void pause();
  void resume();
  // What goes out for one store, or by one flow, waits until it is released, also what is added
  // meanwhile; what is under way ends. Any name: stores come and go.
  void hold_part(PauseKind kind, const std::string& name);
  void release_part(PauseKind kind, const std::string& name);

  // What several hubs share (courier_shared.cpp): from now on this one sends what is in these
  // shards only. Its commits name them, and so does the lease that lets them through.
  void carry(const ShardSet& shards);
  bool under_way_in(const ShardSet& shards) const { return dispatch_.lanes().under_way_in(shards); }
  // Another hub has added it or changed its state, and this is how it stands now. False: it is not
  // here, and adds_here: it will come in by add().
  bool changed_elsewhere(const journal::OpenDelivery& delivery, bool adds_here);

  // Breakers of the same connection in several hubs open and close together.
  void tell_breaker(std::function<void(const BreakerNews&)> tell) {
    tell_breaker_ = std::move(tell);
  }
  void heard(const BreakerNews& news);

  // How attempts at deliveries ended since the start; never less than before.
  struct Totals {
    std::uint64_t delivered = 0;  // also those of which the platform took only some parts so far
    std::uint64_t transient = 0;
    std::uint64_t rejected = 0;
    std::uint64_t throttled = 0;
    std::uint64_t ambiguous = 0;
  };
  const Totals& totals() const { return totals_; }

  const Dispatch& dispatch() const { return dispatch_; }
  const CourierSettings& settings() const { return settings_; }

 private:
  Task<void> make_call(std::vector<Item> items);
  Task<Result<std::vector<Parcel>>> load(std::vector<Item> items);
  Task<bool> leave_out_erased(std::vector<Item> items);
  Task<Result<std::vector<Item>>> erased_among(std::vector<Item> items);
  Task<bool> store(journal::Step step);
  journal::Step to_step(const std::vector<Settlement>& settlements, Channel::Answer answer,
                        Instant began, Duration took);
  Item to_item(const journal::OpenDelivery& delivery);
  Item read_item(const journal::OpenDelivery& delivery);
  std::vector<std::uint8_t> shards_of(const std::vector<Item>& items) const;
  // Now, or when everything found at the start is taken up.
  void in_turn(std::function<void()> act);
  std::uint32_t part_number(PauseKind kind, const std::string& name);
  void count(const std::vector<Settlement>& settlements);
  telemetry::Histogram& lag_of(std::uint16_t series);
  void observe(const std::vector<Settlement>& settlements, Instant now);
  void look_at_breaker(bool tells);
  // A newer delivery has taken this one's place: it is stored as skipped with the next batch.
  void replace(const Item& item);
  Task<void> store_replaced();
  void cache(DeliveryId id, const std::vector<std::string>& parts);
  void forget(DeliveryId id);
  // Another hub has ended it, which has not been told here yet: it waits in its place.
  bool waits_elsewhere(const journal::OpenDelivery& sent_again);
  // False, and logged: it does not hold its lane here.
  bool blocks(const journal::OpenDelivery& delivery) const;
  Tick due_tick(Instant due_at) const;

  Loop& loop_;
  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  CourierSettings settings_;
  LagBoard& lag_;
  Channel& channel_;
  Dispatch dispatch_;
  BodyReads body_reads_;
  TaskGroup calls_;
  Signal changed_;
  bool stopping_ = false;
  bool taking_up_ = false;
  std::function<void(const BreakerNews&)> tell_breaker_ = [](const BreakerNews&) {};
  bool names_shards_ = false;                  // in its steps
  std::deque<std::function<void()>> later_;    // what came in while taking up
  std::unordered_set<DeliveryId> sent_again_;  // of these: are added by it, not by adopt()
  std::array<std::unordered_map<std::string, std::uint32_t>, 2> part_numbers_;  // by PauseKind
  Totals totals_;
  std::vector<Item> replaced_;  // gone from the lanes, not yet from the journal
  Breaker::State breaker_seen_ = Breaker::State::closed;
  std::unordered_map<DeliveryId, std::vector<std::string>> bodies_;
  std::size_t body_bytes_ = 0;
  telemetry::Counter delivered_, retried_, parked_, throttled_, replaced_count_;
  telemetry::Gauge waiting_, breaker_open_;
  telemetry::Metrics& metrics_;
  std::unordered_map<std::uint16_t, telemetry::Histogram> lag_seconds_;  // by series
};

}  // namespace tillbridge::engine
