#include "app/leading.h"

#include <numeric>
#include <set>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

using journal::postgres::shard_count;

constexpr Duration look_again_after = std::chrono::milliseconds{500};
constexpr int renewals_per_lease = 3;

std::vector<std::uint8_t> all_shards() {
  std::vector<std::uint8_t> shards(shard_count);
  std::iota(shards.begin(), shards.end(), std::uint8_t{0});
  return shards;
}

journal::postgres::PostgresSettings connection_of(const LeadingSettings& settings) {
  journal::postgres::PostgresSettings made;
  made.node = settings.node;
  // An answer that comes after the lease is worth nothing.
  made.connect_time_max = std::chrono::seconds{2};
  made.answer_time_max = settings.lease / renewals_per_lease;
  return made;
}

}  // namespace

Leading::Leading(LeadingSettings settings, std::function<void(const std::string& why)> on_lost)
    : settings_(std::move(settings)),
      on_lost_(std::move(on_lost)),
      // All work is the leader's, so every step needs the same lease.
      fence_(std::make_shared<journal::postgres::Fence>(
          [](const journal::Step&) { return std::vector<std::uint8_t>{0}; })),
      leases_(settings_.url, connection_of(settings_)) {}

Leading::~Leading() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (renewing_.joinable()) renewing_.join();
  if (watching_.joinable()) watching_.join();
  if (!held_.empty()) (void)leases_.release(held_);
  (void)leases_.forget(settings_.node);
}

// A new epoch for them, should that process be alive after all.
Result<void> Leading::take_from_predecessor() {
  TB_TRY(const auto nodes, leases_.nodes());
  for (const auto& node : nodes) {
    if (node.number != settings_.node || node.name == settings_.name) continue;
    if (node.silent < settings_.lease) {
      return fail(Error::Kind::unavailable,
                  fmt::format("a hub on {} has the number {} as well: give this one another",
                              node.name, settings_.node));
    }
  }
  TB_TRY(const auto rows, leases_.all());
  std::vector<journal::postgres::Lease> left;
  for (const auto& row : rows) {
    if (row.owner == settings_.node) left.push_back(row.lease);
  }
  if (left.empty()) return {};
  TB_CHECK(leases_.end_writers_of(settings_.node));
  return leases_.release(left);
}

// Run out, but locked: by a writer that stands still in the middle of a transaction.
Result<void> Leading::free_expired() {
  TB_TRY(const auto rows, leases_.all());
  std::set<std::uint16_t> standing;
  for (const auto& row : rows) {
    if (row.owner && !row.running && row.owner != settings_.node) standing.insert(*row.owner);
  }
  for (const std::uint16_t node : standing) TB_CHECK(leases_.end_writers_of(node));
  return {};
}

// All or none: where somebody still holds a part, what this hub got is given back.
Result<bool> Leading::take() {
  TB_CHECK(leases_.beat(settings_.name, ""));
  const Tick asked = SystemClock().tick();
  TB_TRY(auto got, leases_.acquire(all_shards(), settings_.lease));
  if (got.size() < shard_count) {
    TB_CHECK(free_expired());
    if (!got.empty()) TB_CHECK(leases_.release(got));
    return false;
  }
  for (const auto& lease : got) fence_->hold(lease);
  held_ = std::move(got);
  // The database counts from a later moment than that of the question.
  sure_until_ = asked + settings_.lease;
  return true;
}

Standing Leading::look_for_leader(const Standing& last) {
  const auto nodes = leases_.nodes();
  if (!nodes) return {nodes.error().what, last.leader};
  for (const auto& node : *nodes) {
    if (node.shards == 0 || node.number == settings_.node) continue;
    auto address = node_address(node.address);
    if (address && is_loopback(address->host) && node.name != settings_.name) {
      return {
          fmt::format("the hub on {} leads and can be reached from there only: start it with "
                      "--reached-at, so that this one can pass on who calls it",
                      node.name)};
    }
    return {"another hub leads", std::move(address)};
  }
  return {"another hub is about to lead, or its lease has not run out yet"};
}

void Leading::await(const std::function<void(const Standing&)>& stands_by) {
  bool has_predecessor = true;  // also an attempt of this hub's whose answer was lost
  Standing told;
  for (;;) {
    const auto free = has_predecessor ? take_from_predecessor() : Result<void>{};
    const auto taken = free ? take() : Result<bool>(fail(free.error()));
    if (taken && *taken) break;
    has_predecessor = !taken.has_value();
    // Not to know is no news: whoever led is still called until it is known that it does not.
    Standing standing = taken ? look_for_leader(told) : Standing{taken.error().what, told.leader};
    if (standing != told) stands_by(standing);
    told = std::move(standing);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, look_again_after, [this] { return stopping_; });
  }
  renewing_ = std::thread([this] { renew_until_stopped(); });
  watching_ = std::thread([this] { watch_until_stopped(); });
}

void Leading::reached_at(const NodeAddress& address) {
  {
    const std::lock_guard lock(mutex_);
    address_ = to_text(address);
    address_changed_ = true;
  }
  wake_.notify_all();
}

void Leading::renew_until_stopped() {
  const SystemClock clock;
  Duration pause = settings_.lease / renewals_per_lease;
  for (;;) {
    std::string address;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [this] { return stopping_ || address_changed_; });
      if (stopping_) return;
      address_changed_ = false;
      address = address_;
    }
    const Tick asked = clock.tick();
    const auto kept = leases_.renew(held_, settings_.lease);
    if (kept && kept->size() < held_.size()) return on_lost_("another hub has taken over");
    pause = kept ? settings_.lease / renewals_per_lease : look_again_after;
    if (!kept) continue;
    {
      const std::lock_guard lock(mutex_);
      sure_until_ = asked + settings_.lease;
    }
    (void)leases_.beat(settings_.name, address);
  }
}

void Leading::watch_until_stopped() {
  const SystemClock clock;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Duration left = sure_until_ - clock.tick();
    if (left <= Duration{0}) {
      lock.unlock();
      return on_lost_("the lease could not be renewed: the database or this process stood still");
    }
    wake_.wait_for(lock, left, [this] { return stopping_; });
  }
}

}  // namespace tillbridge::app
