// A source whose stock moves, and an observer that hears of it late, twice and in another order:
// feed pages that overlap, reads that are serial with the feed and reads that run beside it. At the
// end the record is the truth, and on the way no older total takes the place of a newer one.
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "base/seeds_for_tests.h"
#include "model/sku_stock.h"

namespace tillbridge::model {
namespace {

constexpr const char* sku = "A-1";
constexpr std::int64_t start_ms = 1'767'268'800'000;
constexpr std::int64_t overlap_ids = 40;  // more than ever appear late

struct Truth {
  Decimal total, reserved;
  std::vector<Decimal> totals;  // all it ever had, oldest first
  std::vector<Decimal> reservations;
  std::optional<Instant> moved_at;
  bool has_movements = true;
};
struct Visible {
  StockMovement movement;
  std::int64_t from_ms = 0;  // the feed shows it from then on
};
// A question to the source. What it says is decided somewhere between asking and answering.
struct Asked {
  enum class Stage { asked, decided, answered } stage = Stage::asked;
  std::vector<std::string> warehouses;
  ReadMoment moment;
  std::vector<StockLevel> levels;
  bool feed = false, overlap = false;
  std::int64_t from = 0;
  std::size_t page = 0;
  std::vector<StockMovement> movements;
  bool more = false;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed) {
    unique_totals_ = chance(70);
    busy_ = 1 + below(30);
    const std::size_t count = 1 + below(4);
    for (std::size_t i = 0; i < count; ++i) {
      Truth& one = truth_["w" + std::to_string(i)];
      one.has_movements = i == 0 || !chance(20);
      one.total = Decimal::of(static_cast<std::int64_t>(below(20)));
      if (chance(30)) one.reserved = Decimal::of(1);
      one.totals = {one.total};
      one.reservations = {one.reserved};
    }
    record_.sku = sku;
  }

  // "" or what went wrong.
  std::string run() {
    for (const auto& [warehouse, truth] : truth_) start_beside(warehouse);  // the first load
    const std::size_t steps = 100 + below(200);
    for (std::size_t i = 0; i < steps && wrong_.empty(); ++i) step(true);
    for (int i = 0; i < 100'000 && wrong_.empty() && !settled(); ++i) step(false);
    // Nothing is on its way any more: the next poll tells what is left.
    now_ms_ += 100'000;
    polls_left_ = 1;
    for (auto& [warehouse, truth] : truth_)
      if (!truth.has_movements) to_read_.insert(warehouse);
    for (int i = 0; i < 100'000 && wrong_.empty() && !settled(); ++i) step(false);
    if (wrong_.empty() && !settled()) wrong_ = "it never comes to rest";
    if (wrong_.empty()) compare();
    return wrong_;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  Instant second() const { return from_unix_seconds(now_ms_ / 1'000); }
  const std::string& any() {
    return std::next(truth_.begin(), static_cast<std::ptrdiff_t>(below(truth_.size())))->first;
  }
  bool settled() const {
    return !main_ && beside_.empty() && to_read_.empty() && pending_.empty() && hints_.empty() &&
           !feed_more_ && polls_left_ == 0;
  }

  void step(bool moving) {
    now_ms_ += static_cast<std::int64_t>(chance(60) ? below(40) : below(1'500));
    for (; !hints_.empty() && hints_.begin()->first <= now_ms_; hints_.erase(hints_.begin()))
      to_read_.insert(hints_.begin()->second);
    if (moving && below(30) < busy_) change(any());
    if (moving && chance(8) && beside_.size() < 4) start_beside(any());
    if (!beside_.empty() && chance(40)) {
      const auto which = static_cast<std::ptrdiff_t>(below(beside_.size()));
      if (advance(beside_[static_cast<std::size_t>(which)])) beside_.erase(beside_.begin() + which);
    }
    if (main_) {
      if (chance(50) && advance(*main_)) main_.reset();
    } else if (chance(70)) {
      next_of_main(moving);
    }
  }

  void change(const std::string& warehouse) {
    Truth& truth = truth_.at(warehouse);
    if (chance(25)) {
      truth.reserved = Decimal::of(chance(50) ? 0 : static_cast<std::int64_t>(below(4)));
      truth.reservations.push_back(truth.reserved);
      // An order is the hint.
      hints_.emplace(now_ms_ + static_cast<std::int64_t>(below(4'000)), warehouse);
      return;
    }
    const int several = chance(30) ? 3 : 1;  // in the same second, often
    for (int i = 0; i < several; ++i) {
      const Decimal before = truth.total;
      do {
        truth.total = Decimal::of_scaled(static_cast<std::int64_t>(below(9'000)) - 1'000,
                                         unique_totals_ ? 3 : 0);
        if (!unique_totals_) truth.total = Decimal::of(static_cast<std::int64_t>(below(5)) - 1);
      } while (unique_totals_ && std::find(truth.totals.begin(), truth.totals.end(), truth.total) !=
                                     truth.totals.end());
      truth.totals.push_back(truth.total);
      if (!truth.has_movements) continue;
      truth.moved_at = second();
      Visible one;
      one.movement = {next_id_, warehouse, sku, MovementKind::sale, {}, truth.total, second()};
      one.movement.quantity = add(truth.total, -before).value();
      one.from_ms = now_ms_ + (chance(15) ? static_cast<std::int64_t>(below(3'000)) : 0);
      next_id_ += 1 + static_cast<std::int64_t>(below(2));
      feed_.push_back(one);
    }
  }

  // Drawn from one number: what was answered before another was asked is told from what was not.
  ReadMoment moment() { return {++mark_, feed_next_, {}, 0}; }
  void start_beside(const std::string& warehouse) {
    Asked asked;
    asked.warehouses = {warehouse};
    asked.moment = moment();
    beside_.push_back(asked);
  }

  void next_of_main(bool moving) {
    const bool poll = polls_left_ > 0 || (moving && chance(10));
    const std::uint64_t which = below(3);
    if ((which == 0 || to_read_.empty()) && !pending_.empty()) {
      const auto batch = std::move(pending_);
      pending_.clear();
      for (const auto& [warehouse, movement] : batch) learn(movement);
      return;
    }
    Asked asked;
    if (!to_read_.empty() && which != 1) {
      for (auto one = to_read_.begin(); one != to_read_.end();) {
        const bool now = asked.warehouses.empty() || chance(50);
        if (now) asked.warehouses.push_back(*one);
        one = now ? to_read_.erase(one) : std::next(one);
      }
      asked.moment = moment();
    } else if (poll || feed_more_ || (moving && chance(50))) {
      asked.feed = true;
      asked.overlap = poll;
      asked.from = poll ? std::max<std::int64_t>(0, feed_next_ - overlap_ids) : feed_next_;
      asked.page = 1 + below(6) + (poll ? overlap_ids : 0);
      if (polls_left_ > 0) --polls_left_;
    } else {
      if (moving && chance(5)) to_read_.insert(any());  // what a time tells, of Virtual ones too
      return;
    }
    main_ = asked;
  }

  // True when it was answered and taken in.
  bool advance(Asked& asked) {
    switch (asked.stage) {
      case Asked::Stage::asked:
        decide(asked);
        asked.stage = Asked::Stage::decided;
        return false;
      case Asked::Stage::decided:
        asked.moment.answered_at = second();
        asked.moment.done = ++mark_;
        asked.stage = Asked::Stage::answered;
        return false;
      case Asked::Stage::answered:
        break;
    }
    if (asked.feed) {
      for (const StockMovement& movement : asked.movements) {
        feed_next_ = std::max(feed_next_, movement.id + 1);
        StockMovement& newest = pending_.try_emplace(movement.warehouse, movement).first->second;
        if (movement.id >= newest.id) newest = movement;
      }
      feed_more_ = asked.more;
    }
    for (const StockLevel& level : asked.levels) learn(level, asked.moment);
    return true;
  }
  void decide(Asked& asked) {
    for (const std::string& warehouse : asked.warehouses) {
      const Truth& truth = truth_.at(warehouse);
      asked.levels.push_back({warehouse, sku, truth.total, truth.reserved,
                              add(truth.total, -truth.reserved).value(), truth.moved_at});
    }
    if (!asked.feed) return;
    for (const Visible& one : feed_) {
      if (one.movement.id < asked.from || one.from_ms > now_ms_) continue;
      asked.more = asked.movements.size() == asked.page;
      if (asked.more) break;
      asked.movements.push_back(one.movement);
    }
  }

  template <typename... What>
  void learn(const What&... what) {
    const bool look_closer = ++learned_ % 4 == 0;
    const std::string before = look_closer ? record_.document() : "";
    if (look_closer) record_ = SkuStock::parse(before).value();  // as it comes from the journal
    const std::string& warehouse = std::get<0>(std::tie(what...)).warehouse;
    const WarehouseStock* known = record_.find(warehouse);
    const std::optional<Decimal> was = known ? std::optional(known->available) : std::nullopt;
    const Observed observed = record_.observe(what...);
    if (observed == Observed::read_again) to_read_.insert(warehouse);
    if (observed == Observed::read_again || observed == Observed::older) {
      if (look_closer && record_.document() != before) wrong_ = "not taken in, and changed";
      return;
    }
    const WarehouseStock& now = *record_.find(warehouse);
    if ((was != now.available) != (observed == Observed::changed))
      wrong_ = "what has changed is not said";
    shown(warehouse, now);
  }

  // Totals may lag behind the truth, and never go back.
  void shown(const std::string& warehouse, const WarehouseStock& now) {
    const Truth& truth = truth_.at(warehouse);
    std::size_t& last = shown_[warehouse];
    const auto from = truth.totals.begin() + static_cast<std::ptrdiff_t>(last);
    const auto found = std::find(from, truth.totals.end(), now.total);
    if (found == truth.totals.end()) {
      wrong_ = warehouse + " shows a total of " + now.total.to_text() + ", older than before";
      return;
    }
    last = static_cast<std::size_t>(found - truth.totals.begin());
    if (add(now.total, -now.reserved).value() != now.available)
      wrong_ = "available is not total - reserved";
    const auto& all = truth.reservations;
    if (std::find(all.begin(), all.end(), now.reserved) == all.end() && !now.reserved.is_zero())
      wrong_ = "so much was never reserved";
  }

  void compare() {
    for (const auto& [warehouse, truth] : truth_) {
      const WarehouseStock* known = record_.find(warehouse);
      if (known == nullptr || known->total != truth.total || known->reserved != truth.reserved ||
          known->available != add(truth.total, -truth.reserved).value())
        wrong_ = "at the end " + warehouse + " is not what the source has: " + record_.document();
    }
  }

  std::mt19937_64 random_;
  std::int64_t now_ms_ = start_ms;
  bool unique_totals_ = true;
  std::uint64_t busy_ = 1;
  std::map<std::string, Truth> truth_;
  std::vector<Visible> feed_;
  std::int64_t next_id_ = 1'000;
  std::multimap<std::int64_t, std::string> hints_;

  SkuStock record_;
  int learned_ = 0;
  std::map<std::string, std::size_t> shown_;
  std::map<std::string, StockMovement> pending_;  // newest per warehouse
  std::set<std::string> to_read_;
  std::int64_t feed_next_ = 1'000;
  std::uint64_t mark_ = 0;
  bool feed_more_ = false;
  int polls_left_ = 0;
  std::optional<Asked> main_;
  std::vector<Asked> beside_;
  std::string wrong_;
};

// Two reads were on their way at once, and the one asked later had looked earlier.
TEST(SkuStockSimulation, ReadsThatOvertakeEachOther) {
  for (const std::uint64_t seed : {41U, 46U}) EXPECT_EQ(Simulation(seed).run(), "") << seed;
}

TEST(SkuStockSimulation, TheRecordFollowsTheTruth) {
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= seeds(3'500) && failures < 5; ++seed) {
    const std::string wrong = Simulation(seed).run();
    EXPECT_EQ(wrong, "") << "seed " << seed;
    failures += wrong.empty() ? 0 : 1;
  }
}

}  // namespace
}  // namespace tillbridge::model
