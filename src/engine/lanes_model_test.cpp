// Lanes against the plainest thing that does the same, with everything that can be done to them in
// random order.
#include <deque>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/entropy.h"
#include "base/seeds_for_tests.h"
#include "engine/lanes.h"

namespace tillbridge::engine {
namespace {

using std::chrono::milliseconds;

constexpr Tick start{std::chrono::seconds{100}};

// Every question looks through everything.
class PlainLanes {
 public:
  enum class State { due, ready, held, busy, blocked };
  struct Waiting {
    Item item;
    Tick due;
  };
  struct Lane {
    State state = State::due;
    std::deque<Waiting> waiting;
  };

  void add(const Item& item, Tick due) {
    const bool fresh = !lanes.contains(item.lane);
    if (fresh && quiet.contains(item.lane)) due = std::max(due, quiet[item.lane]);
    lanes[item.lane].waiting.push_back({item, due});
    if (fresh) settle(item.lane);
  }
  std::optional<Item> add_newest(const Item& item, Tick due) {
    const auto found = lanes.find(item.lane);
    const bool stays = found != lanes.end() && (found->second.state == State::busy ||
                                                found->second.state == State::blocked);
    if (found == lanes.end() || (stays && found->second.waiting.size() == 1)) {
      add(item, due);
      return std::nullopt;
    }
    Waiting& last = found->second.waiting.back();
    if (item.id < last.item.id) return item;
    const Item replaced = last.item;
    if (!stays) due = std::max(due, last.due);
    last = {item, due};
    last.item.priority = std::min(item.priority, replaced.priority);
    if (!stays) settle(item.lane);
    return replaced;
  }
  void add_blocked(const Item& item) {
    const bool fresh = !lanes.contains(item.lane);
    Tick due{};
    if (fresh && quiet.contains(item.lane)) due = std::max(due, quiet[item.lane]);
    lanes[item.lane].waiting.push_back({item, due});
    if (fresh) lanes[item.lane].state = State::blocked;
  }
  void wake(Tick now) {
    std::erase_if(quiet, [&](const auto& one) { return one.second <= now; });
    for (auto& [key, lane] : lanes) {
      if (lane.state == State::due && lane.waiting.front().due <= now) lane.state = State::ready;
    }
  }
  std::optional<Tick> next_due() const {
    std::optional<Tick> next;
    for (const auto& [key, lane] : lanes) {
      const Tick due = lane.waiting.front().due;
      if (lane.state == State::due && (!next || due < *next)) next = due;
    }
    return next;
  }
  const Item* peek() const {
    const Item* best = nullptr;
    for (const auto& [key, lane] : lanes) {
      const Item& head = lane.waiting.front().item;
      if (lane.state != State::ready) continue;
      if (best == nullptr || head.priority < best->priority ||
          (head.priority == best->priority && head.id < best->id))
        best = &head;
    }
    return best;
  }
  Item take() {
    const Item taken = *peek();
    lanes[taken.lane].state = State::busy;
    return taken;
  }
  void finish(std::uint64_t key, Tick next_from) {
    Lane& lane = lanes[key];
    lane.waiting.pop_front();
    if (lane.waiting.empty()) {
      lanes.erase(key);
      if (next_from > Tick{}) quiet[key] = next_from;
      return;
    }
    lane.waiting.front().due = std::max(lane.waiting.front().due, next_from);
    settle(key);
  }
  void retry(const Item& changed, Tick due) {
    lanes[changed.lane].waiting.front() = {changed, due};
    settle(changed.lane);
  }
  void put_back(std::uint64_t key) {
    settle(key);
    if (lanes[key].state == State::due) lanes[key].state = State::ready;
  }
  void block(const Item& changed) {
    lanes[changed.lane].waiting.front().item = changed;
    lanes[changed.lane].state = State::blocked;
  }
  void hold(PauseKind kind, std::uint32_t number, bool on) {
    auto& numbers = kind == PauseKind::store ? stores : flows;
    if (on ? !numbers.insert(number).second : numbers.erase(number) == 0) return;
    for (auto& [key, lane] : lanes) {
      const Item& head = lane.waiting.front().item;
      if ((kind == PauseKind::store ? head.store : head.flow) != number) continue;
      if (lane.state == State::busy || lane.state == State::blocked) continue;
      if (on || lane.state == State::held) settle(key);
    }
  }
  std::size_t count(State state) const {
    std::size_t all = 0;
    for (const auto& [key, lane] : lanes) {
      if (lane.state != state) continue;
      all += state == State::held ? lane.waiting.size() : 1;
    }
    return all;
  }
  std::size_t ready_parts() const {
    std::size_t parts = 0;
    for (const auto& [key, lane] : lanes) {
      if (lane.state == State::ready) parts += lane.waiting.front().item.parts_left();
    }
    return parts;
  }
  std::size_t size() const {
    std::size_t all = 0;
    for (const auto& [key, lane] : lanes) all += lane.waiting.size();
    return all;
  }

  void settle(std::uint64_t key) {
    Lane& lane = lanes[key];
    const Item& head = lane.waiting.front().item;
    const bool held = stores.contains(head.store) || flows.contains(head.flow);
    lane.state = held ? State::held : State::due;
  }

  std::map<std::uint64_t, Lane> lanes;
  std::map<std::uint64_t, Tick> quiet;
  std::set<std::uint32_t> stores, flows;
};

bool same(const Item& one, const Item& other) {
  return one.id == other.id && one.record == other.record && one.lane == other.lane &&
         one.happened_at == other.happened_at && one.parts_done == other.parts_done &&
         one.attempts == other.attempts && one.attempts_made == other.attempts_made &&
         one.lag_series == other.lag_series && one.flow == other.flow && one.store == other.store &&
         one.late_from == other.late_from && one.parts == other.parts &&
         one.priority == other.priority && one.on_reject == other.on_reject &&
         one.settle == other.settle && one.next_trigger == other.next_trigger &&
         one.alone == other.alone && one.echo == other.echo;
}

// the same acts on both, and the same questions after each.
class BothLanes {
 public:
  explicit BothLanes(std::uint64_t seed)
      : random_{seed},
        newest_(random_.chance(0.3)),
        lanes_max_(1 + below(random_.chance(0.5) ? 6 : 400)) {}

  void act() {
    now_ += milliseconds{below(40)};
    switch (below(16)) {
      case 0:
        return hold_or_release();
      case 1:
        if (newest_) return;
        return add_blocked();
      case 2:
      case 3:
      case 4:
      case 5:
        lanes_.wake(now_);
        plain_.wake(now_);
        return;
      case 6:
      case 7:
      case 8:
        return take();
      case 9:
      case 10:
        return end_of_busy();
      case 11:
        return end_of_blocked();
      default:
        return add();
    }
  }

  void compare() {
    const Item* const head = lanes_.peek();
    const Item* const plain_head = plain_.peek();
    ASSERT_EQ(head == nullptr, plain_head == nullptr);
    if (head != nullptr) {
      ASSERT_TRUE(same(*head, *plain_head)) << head->id.value << " " << plain_head->id.value;
    }
    ASSERT_EQ(lanes_.has_ready(), plain_head != nullptr);
    ASSERT_EQ(lanes_.ready_parts(), plain_.ready_parts());
    ASSERT_EQ(lanes_.next_due(), plain_.next_due());
    ASSERT_EQ(lanes_.size(), plain_.size());
    ASSERT_EQ(lanes_.lane_count(), plain_.lanes.size());
    ASSERT_EQ(lanes_.held_count(), plain_.count(PlainLanes::State::held));
    ASSERT_EQ(lanes_.blocked_count(), plain_.count(PlainLanes::State::blocked));
    const std::uint64_t key = lane();
    const auto found = plain_.lanes.find(key);
    ASSERT_EQ(lanes_.contains(key), found != plain_.lanes.end());
    if (found == plain_.lanes.end()) return;
    const auto& waiting = found->second.waiting;
    ASSERT_EQ(lanes_.newer_waits(key), waiting.size() > 1);
    ASSERT_TRUE(lanes_.contains(key, waiting[below(waiting.size())].item.id));
    ASSERT_FALSE(lanes_.contains(key, DeliveryId{last_id_ + 1}));
    ASSERT_EQ(lanes_.blocked_by(key, waiting.front().item.id),
              found->second.state == PlainLanes::State::blocked);
  }

 private:
  std::size_t below(std::size_t most) {
    return static_cast<std::size_t>(random_.unit() * static_cast<double>(most)) % most;
  }
  std::uint64_t lane() { return 0x9e3779b97f4a7c15ULL * below(lanes_max_); }
  Tick soon() { return now_ + milliseconds{below(100)} - milliseconds{20}; }

  Item item() {
    Item made;
    last_id_ += 10;
    made.id = DeliveryId{last_id_};
    if (newest_ && random_.chance(0.2)) made.id.value -= 35;  // came late
    made.record = RecordId{random_.next()};
    made.lane = lane();
    made.happened_at = Instant{milliseconds{below(1'000'000)}};
    made.late_from = Instant{milliseconds{below(1'000'000)}};
    made.store = static_cast<std::uint32_t>(below(4));
    made.flow = static_cast<std::uint16_t>(below(3));
    made.lag_series = static_cast<std::uint16_t>(below(65'536));
    made.parts = static_cast<std::uint8_t>(1 + below(64));
    made.priority = static_cast<journal::Priority>(below(4));
    made.on_reject = static_cast<journal::OnReject>(below(2));
    made.settle = static_cast<journal::Settle>(below(2));
    change(made);
    return made;
  }
  // What a call changes.
  void change(Item& item) {
    item.attempts = static_cast<std::uint32_t>(below(100'000));
    item.attempts_made = static_cast<std::uint32_t>(below(10'000'000));
    item.next_trigger = static_cast<journal::Trigger>(1 + below(4));
    item.alone = random_.chance(0.5);
    item.echo = random_.chance(0.5);
    const std::uint64_t all = item.parts == 64 ? ~0ULL : (1ULL << item.parts) - 1;
    item.parts_done = random_.chance(0.3) ? random_.next() & all : 0;
  }

  void add() {
    const Item made = item();
    const Tick due = soon();
    if (!newest_) {
      lanes_.add(made, due);
      plain_.add(made, due);
      return;
    }
    const auto replaced = lanes_.add_newest(made, due);
    const auto plain_replaced = plain_.add_newest(made, due);
    ASSERT_EQ(replaced.has_value(), plain_replaced.has_value());
    if (replaced) {
      ASSERT_TRUE(same(*replaced, *plain_replaced));
    }
  }
  void add_blocked() {
    const Item made = item();
    lanes_.add_blocked(made);
    plain_.add_blocked(made);
  }
  void take() {
    if (!lanes_.has_ready() || plain_.peek() == nullptr) return;
    ASSERT_TRUE(same(lanes_.take(), plain_.take()));
  }
  std::optional<Item> head_in(PlainLanes::State state) {
    std::vector<Item> heads;
    for (const auto& [key, lane] : plain_.lanes) {
      if (lane.state == state) heads.push_back(lane.waiting.front().item);
    }
    if (heads.empty()) return std::nullopt;
    return heads[below(heads.size())];
  }
  void end_of_busy() {
    auto busy = head_in(PlainLanes::State::busy);
    if (!busy) return;
    const Tick due = soon();
    switch (below(5)) {
      case 0:
        lanes_.put_back(busy->lane);
        plain_.put_back(busy->lane);
        return;
      case 1:
        change(*busy);
        lanes_.block(*busy);
        plain_.block(*busy);
        return;
      case 2:
        change(*busy);
        lanes_.retry(*busy, due);
        plain_.retry(*busy, due);
        return;
      default: {
        const Tick next_from = random_.chance(0.5) ? now_ + milliseconds{50} : Tick{};
        lanes_.finish(busy->lane, next_from);
        plain_.finish(busy->lane, next_from);
      }
    }
  }
  void end_of_blocked() {
    auto blocked = head_in(PlainLanes::State::blocked);
    if (!blocked) return;
    if (random_.chance(0.5)) {
      lanes_.drop_blocked(blocked->lane);
      plain_.finish(blocked->lane, Tick{});
      return;
    }
    change(*blocked);
    lanes_.release_blocked(*blocked, now_);
    plain_.retry(*blocked, now_);
  }
  void hold_or_release() {
    const auto kind = static_cast<PauseKind>(below(2));
    const auto number = static_cast<std::uint32_t>(below(4));
    const bool on = random_.chance(0.5);
    if (on) {
      lanes_.hold(kind, number);
    } else {
      lanes_.release(kind, number);
    }
    plain_.hold(kind, number, on);
  }

  Entropy random_;
  Lanes lanes_;
  PlainLanes plain_;
  bool newest_;
  std::size_t lanes_max_;
  Tick now_ = start;
  std::uint64_t last_id_ = 100;
};

TEST(LanesModel, DoWhatThePlainestOnesDo) {
  constexpr int acts = 400;
  for (unsigned seed = 1; seed <= seeds(3'000); ++seed) {
    BothLanes both(seed);
    for (int act = 0; act < acts; ++act) {
      both.act();
      both.compare();
      if (HasFatalFailure()) {
        FAIL() << "seed " << seed << ", act " << act;
      }
    }
  }
}

// Blocks of slots are taken and given back, the index and the heaps grow and shrink.
TEST(LanesModel, ManyComeAndGoInOrder) {
  Lanes lanes;
  constexpr std::uint64_t many = 60'000;
  constexpr std::uint64_t lane_count = 45'000;
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t id = 1; id <= many; ++id) {
      Item made;
      made.id = DeliveryId{id};
      made.lane = id % lane_count;
      lanes.add(made, start);
    }
    EXPECT_EQ(lanes.size(), many);
    EXPECT_EQ(lanes.lane_count(), lane_count);
    std::map<std::uint64_t, std::uint64_t> last_of_lane;
    for (std::uint64_t taken = 0; taken < many; ++taken) {
      lanes.wake(start);
      const Item item = lanes.take();
      ASSERT_GT(item.id.value, last_of_lane[item.lane]);
      last_of_lane[item.lane] = item.id.value;
      lanes.finish(item.lane);
    }
    EXPECT_EQ(lanes.size(), 0U);
    EXPECT_EQ(lanes.lane_count(), 0U);
  }
}

}  // namespace
}  // namespace tillbridge::engine
