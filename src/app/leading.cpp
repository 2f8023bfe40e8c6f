#include "app/leading.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "app/lease_figures.h"

namespace tillbridge::app {
namespace {

using engine::ShardSet;
using journal::postgres::Lease;
using journal::postgres::LeaseRow;
using journal::postgres::NodeRow;

static_assert(engine::shard_count == journal::postgres::shard_count);

constexpr Duration look_again_after = std::chrono::milliseconds{500};
constexpr Duration shows_every = std::chrono::milliseconds{500};
constexpr int renewals_per_lease = 3;

journal::postgres::PostgresSettings connection_of(const LeadingSettings& settings) {
  journal::postgres::PostgresSettings made;
  made.node = settings.node;
  // An answer that comes after the lease is worth nothing.
  made.connect_time_max = std::chrono::seconds{2};
  made.answer_time_max = settings.lease / renewals_per_lease;
  return made;
}

ShardSet set_of(const std::vector<Lease>& leases) {
  ShardSet set;
  for (const Lease& lease : leases) set.set(lease.shard);
  return set;
}

}  // namespace

Leading::Leading(LeadingSettings settings, std::function<void(const std::string& why)> on_lost)
    : settings_(std::move(settings)),
      on_lost_(std::move(on_lost)),
      // What the leader writes needs shard 0's lease, and no more: its other ones are not taken
      // from it before that one is (engine/shares.h).
      fence_(
          std::make_shared<journal::postgres::Fence>([leads = leads_](const journal::Step& step) {
            if (*leads || step.shards.empty())
              return std::vector<std::uint8_t>{engine::leader_shard};
            return step.shards;
          })),
      leases_(settings_.url, connection_of(settings_)),
      thread_([this] { run(); }),
      watching_([this] { watch_until_stopped(); }) {}

Leading::~Leading() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  watching_.join();
  if (!held_.empty()) (void)leases_.release(held_);
  (void)leases_.forget(settings_.node);
}

bool Leading::await(const std::function<void(const Standing&)>& stands_by) {
  Standing told;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return *leads_ || ends_waiting_ || standing_ != told; });
    if (*leads_) return true;
    if (ends_waiting_) return false;
    told = standing_;
    lock.unlock();
    stands_by(told);
    lock.lock();
  }
}

void Leading::end_waiting() {
  {
    const std::lock_guard lock(mutex_);
    ends_waiting_ = true;
  }
  wake_.notify_all();
}

void Leading::reached_at(const NodeAddress& address) {
  {
    const std::lock_guard lock(mutex_);
    address_ = to_text(address);
    address_changed_ = changed_ = true;
  }
  wake_.notify_all();
}

void Leading::shows_in(telemetry::Metrics* metrics) {
  const std::lock_guard lock(mutex_);
  metrics_ = metrics;
  show();
}

// With the mutex.
void Leading::show() {
  if (metrics_ == nullptr) return;
  const Duration left = sure_until_ ? *sure_until_ - SystemClock().tick() : Duration{0};
  show_leases(*metrics_, {*leads_, mine_.shards.count(), left});
}

Leading::Mine Leading::carry_with(Carrier carrier) {
  const std::lock_guard lock(mutex_);
  carrier_ = std::move(carrier);
  carries_not_.clear();
  carried_ = mine_.shards;
  address_changed_ = changed_ = true;
  wake_.notify_all();
  return mine_;
}

void Leading::carries_only(const Mine& mine) {
  {
    const std::lock_guard lock(mutex_);
    if (mine.number != mine_.number) return;  // it will say so again, of what it was told since
    carried_ = mine.shards;
    changed_ = true;
  }
  wake_.notify_all();
}

void Leading::carries_nothing() {
  {
    const std::lock_guard lock(mutex_);
    carrier_ = nullptr;
    carried_.reset();
    address_changed_ = changed_ = true;
  }
  wake_.notify_all();
}

void Leading::carries_not(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    carries_not_ = why;
    address_changed_ = changed_ = true;
  }
  wake_.notify_all();
}

void Leading::run() {
  renewed_at_ = SystemClock().tick() - settings_.lease;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (stopping_) return;
      changed_ = false;
    }
    if (!look_round()) return;
    std::unique_lock lock(mutex_);
    show();
    wake_.wait_for(lock, look_again_after, [this] { return stopping_ || changed_; });
  }
}

bool Leading::look_round() {
  std::string name, address;
  bool now = SystemClock().tick() - renewed_at_ >= settings_.lease / renewals_per_lease;
  {
    const std::lock_guard lock(mutex_);
    if (carrier_ || *leads_) address = address_;
    name = to_text(NodeName{settings_.name, carries_not_});
    now = std::exchange(address_changed_, false) || now;
  }
  if (!is_ready_) {
    const auto ready = settings_.make_ready();
    if (!ready) {
      stand(standing_unready(ready.error().what));
      return true;
    }
    is_ready_ = true;
  }
  // Before it says that it lives: that would make it look like the other one.
  if (has_predecessor_) {
    const auto free = take_from_predecessor();
    if (!free) {
      stand({free.error().what});
      return true;
    }
    has_predecessor_ = false;
  }
  if (now && !renew(name, address)) return false;
  look();
  return true;
}

// Also tells the others that this hub lives. False: it is lost.
bool Leading::renew(const std::string& name, const std::string& address) {
  const Tick asked = SystemClock().tick();
  if (!held_.empty()) {
    const auto kept = leases_.renew(held_, settings_.lease);
    if (kept && kept->size() < held_.size()) {
      on_lost_("another hub has taken over");
      return false;
    }
    if (!kept) return true;  // asked again in the next round; the watch ends it in time
    const std::lock_guard lock(mutex_);
    // The database counts from a later moment than that of the question.
    sure_until_ = asked + settings_.lease;
  }
  if (leases_.beat(name, address)) renewed_at_ = asked;
  return true;
}

// A new epoch for them, should that process be alive after all.
Result<void> Leading::take_from_predecessor() {
  TB_TRY(const auto nodes, leases_.nodes());
  for (const auto& node : nodes) {
    const std::string machine = node_name(node.name).machine;
    if (node.number != settings_.node || machine == settings_.name) continue;
    if (node.silent < settings_.lease) {
      return fail(Error::Kind::unavailable,
                  fmt::format("a hub on {} has the number {} as well: give this one another",
                              machine, settings_.node));
    }
  }
  TB_TRY(const auto rows, leases_.all());
  std::vector<Lease> left;
  for (const auto& row : rows) {
    if (row.owner == settings_.node) left.push_back(row.lease);
  }
  if (left.empty()) return {};
  TB_CHECK(leases_.end_writers_of(settings_.node));
  return leases_.release(left);
}

// What leads, what carries, and what of that is to change.
void Leading::look() {
  const auto nodes = leases_.nodes();
  const auto rows = nodes ? leases_.all() : Result<std::vector<LeaseRow>>(fail(nodes.error()));
  if (!rows) return stand({rows.error().what, standing_.leader});
  engine::SharedShards shards;
  for (const LeaseRow& row : *rows) shards.holders[row.lease.shard] = {row.owner, row.running};
  const auto leader = engine::leader_of(shards);
  leader_ = leader.value_or(0);
  for (const NodeRow& node : *nodes) {
    const bool carries = node.silent < settings_.lease && !node.address.empty();
    if (carries || node.number == leader) shards.hubs.push_back(node.number);
  }
  auto moved = give_back_strays(*rows);
  if (moved) moved = leader ? move(shards, *rows) : try_to_lead(*rows);
  if (moved) moved = give_away();
  if (!*leads_)
    stand(moved ? standing_of(*nodes, leader) : Standing{moved.error().what, standing_.leader});
}

Result<void> Leading::try_to_lead(const std::vector<LeaseRow>& rows) {
  TB_CHECK(end_standing_writers(rows));
  TB_CHECK(take(ShardSet{}.set(engine::leader_shard)));
  if (!*leads_) return {};
  // Whoever carries goes on with what it has; all the rest is the leader's until others want it.
  ShardSet free;
  for (const LeaseRow& row : rows) free[row.lease.shard] = !row.owner || !row.running;
  return take(free.reset(engine::leader_shard));
}

Result<void> Leading::move(const engine::SharedShards& shards, const std::vector<LeaseRow>& rows) {
  const engine::ShardMove move = engine::next_move(shards, settings_.node);
  giving_ |= move.give & set_of(held_);
  if (move.take.none()) return {};
  TB_CHECK(end_standing_writers(rows));
  return take(move.take & ~giving_);
}

// Taken, or not given away, by a question whose answer was lost: nothing was sent with them.
Result<void> Leading::give_back_strays(const std::vector<LeaseRow>& rows) {
  const ShardSet held = set_of(held_);
  std::vector<Lease> strays;
  for (const LeaseRow& row : rows) {
    if (row.owner == settings_.node && !held[row.lease.shard]) strays.push_back(row.lease);
  }
  return strays.empty() ? Result<void>{} : leases_.release(strays);
}

// What has run out may be locked by a writer that stands still in the middle of a transaction.
Result<void> Leading::end_standing_writers(const std::vector<LeaseRow>& rows) {
  std::set<std::uint16_t> standing;
  for (const auto& row : rows) {
    if (row.owner && !row.running && row.owner != settings_.node) standing.insert(*row.owner);
  }
  for (const std::uint16_t node : standing) TB_CHECK(leases_.end_writers_of(node));
  return {};
}

Result<void> Leading::take(const ShardSet& wanted) {
  std::vector<std::uint8_t> asked_for;
  for (std::size_t shard = 0; shard < wanted.size(); ++shard) {
    if (wanted[shard]) asked_for.push_back(static_cast<std::uint8_t>(shard));
  }
  if (asked_for.empty()) return {};
  const Tick asked = SystemClock().tick();
  TB_TRY(const auto got, leases_.acquire(asked_for, settings_.lease));
  if (got.empty()) return {};
  for (const Lease& lease : got) fence_->hold(lease);
  const bool first = held_.empty();
  held_.insert(held_.end(), got.begin(), got.end());
  if (first) {
    const std::lock_guard lock(mutex_);
    sure_until_ = asked + settings_.lease;
  }
  if (set_of(got)[engine::leader_shard]) {
    *leads_ = true;
    leader_ = settings_.node;
  }
  tell();
  return {};
}

void Leading::tell() {
  {
    const std::lock_guard lock(mutex_);
    const ShardSet mine = set_of(held_) & ~giving_;
    if (mine != mine_.shards || leader_ != mine_.leader) {
      mine_ = {mine, mine_.number + 1, leader_};
      if (carrier_) {
        carried_ |= mine;
        carrier_(mine_);
      }
    }
  }
  wake_.notify_all();
}

// What carries is told first; they go once it is through with them.
Result<void> Leading::give_away() {
  tell();
  ShardSet free = giving_;
  {
    const std::lock_guard lock(mutex_);
    free &= ~carried_;
  }
  if (free.none()) return {};
  std::vector<Lease> given;
  for (const Lease& lease : held_) {
    if (free[lease.shard]) given.push_back(lease);
  }
  for (const Lease& lease : given) fence_->drop(lease.shard);
  std::erase_if(held_, [&](const Lease& lease) { return free[lease.shard]; });
  giving_ &= ~free;
  if (held_.empty()) {
    const std::lock_guard lock(mutex_);
    sure_until_.reset();
  }
  return leases_.release(given);
}

Standing Leading::standing_of(const std::vector<NodeRow>& nodes,
                              std::optional<std::uint16_t> leader) const {
  for (const auto& node : nodes) {
    if (node.number != leader || node.number == settings_.node) continue;
    auto address = node_address(node.address);
    const std::string machine = node_name(node.name).machine;
    if (address && is_loopback(address->host) && machine != settings_.name) {
      return {
          fmt::format("the hub on {} leads and can be reached from there only: start it with "
                      "--reached-at, so that this one can pass on who calls it",
                      machine)};
    }
    return {"another hub leads", std::move(address)};
  }
  return {"another hub is about to lead, or its lease has not run out yet"};
}

// Whoever leads has tables that it knows: callers are passed on all the same.
Standing Leading::standing_unready(std::string why) {
  Standing standing{std::move(why)};
  const auto nodes = leases_.nodes();
  const auto rows = nodes ? leases_.all() : Result<std::vector<LeaseRow>>(fail(nodes.error()));
  if (!rows) return standing;
  for (const LeaseRow& row : *rows) {
    if (row.lease.shard == engine::leader_shard && row.running)
      standing.leader = standing_of(*nodes, row.owner).leader;
  }
  return standing;
}

void Leading::stand(Standing standing) {
  {
    const std::lock_guard lock(mutex_);
    standing_ = std::move(standing);
  }
  wake_.notify_all();
}

void Leading::watch_until_stopped() {
  const SystemClock clock;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!sure_until_) {
      wake_.wait(lock, [this] { return stopping_ || sure_until_; });
      continue;
    }
    const Duration left = *sure_until_ - clock.tick();
    if (left <= Duration{0}) {
      lock.unlock();
      return on_lost_("the lease could not be renewed: the database or this process stood still");
    }
    wake_.wait_for(lock, std::min(left, shows_every), [this] { return stopping_; });
    show();
  }
}

}  // namespace tillbridge::app
