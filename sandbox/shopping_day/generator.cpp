#include "shopping_day/generator.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/assert.h"

namespace sandbox::shopping_day {

using sitoo::Shopper;
using std::chrono::milliseconds;
using tillbridge::Duration;

namespace {

constexpr std::size_t sold_max = 4'000;
// Follow-ups stay below this, so that everything is final five seconds after the last arrival.
constexpr int follow_up_ms_max = 4'900;

Duration seconds_of(double seconds) {
  return Duration{static_cast<std::int64_t>(seconds * 1e6)};
}

// What an integration's bug or a hurried hand leaves in the field of the customer id.
std::string garbage(tillbridge::Entropy& entropy) {
  switch (entropy.below(3)) {
    case 0:
      return "null";
    case 1:
      return "   ";
    default:
      return std::string(300, 'x');
  }
}

}  // namespace

Generator::Generator(sitoo::Account& account, sitoo::Tills& tills, const Customers& customers,
                     DaySettings settings)
    : account_(account),
      tills_(tills),
      customers_(customers),
      settings_(settings),
      entropy_(settings.seed),
      baskets_(account.masterdata(), entropy_) {
  TB_ASSERT(settings.orders_per_second > 0);
}

std::optional<Duration> Generator::next_due() const {
  std::optional<Duration> due;
  if (next_arrival_ < seconds_of(settings_.seconds)) due = next_arrival_;
  if (!follow_ups_.empty() && (!due || follow_ups_.top().due < *due)) due = follow_ups_.top().due;
  return due;
}

void Generator::step() {
  const auto due = next_due();
  TB_ASSERT(due.has_value());
  now_ = *due;
  if (!follow_ups_.empty() && follow_ups_.top().due == *due) {
    const FollowUp next = follow_ups_.top();
    follow_ups_.pop();
    follow(next);
    return;
  }
  arrive();
  // Gaps are partly exponential, partly even, and paid per order: follow-ups and exchanges make the
  // next arrival wait, so that the rate holds.
  const auto orders = static_cast<double>(orders_made_ - paced_orders_);
  paced_orders_ = orders_made_;
  const double jitter = 0.35 - 0.65 * std::log(1.0 - entropy_.unit());
  next_arrival_ += seconds_of(orders * jitter / settings_.orders_per_second) + Duration{1};
}

void Generator::arrive() {
  const Mix& mix = settings_.mix;
  double drawn = entropy_.unit();
  const auto falls_into = [&drawn](double share) {
    drawn -= share;
    return drawn < 0;
  };
  const std::uint64_t before = orders_made_;
  if (falls_into(mix.returns)) {
    returned();
  } else if (falls_into(mix.exchanges)) {
    exchange(false);
  } else if (falls_into(mix.mixed)) {
    exchange(true);
  } else if (falls_into(mix.bookings)) {
    booking(false);
  } else if (falls_into(mix.parked)) {
    booking(true);
  } else if (falls_into(mix.open_orders)) {
    open_order();
  } else if (falls_into(mix.late_uploads)) {
    sitoo::Basket basket = next_basket();
    basket.ordered_s =
        account_.now_s() - 3600 - static_cast<std::int64_t>(entropy_.below(5 * 3600));
    sale(std::move(basket));
  } else if (falls_into(mix.faulty_identities)) {
    sitoo::Basket basket = next_basket();
    if (!basket.shopper) basket.shopper = customers_.draw(entropy_).shopper;
    basket.shopper->customer_id = garbage(entropy_);
    sale(std::move(basket));
  } else if (falls_into(mix.long_receipts)) {
    const Customer& customer = customers_.draw(entropy_);
    sale(baskets_.basket(baskets_.till_in_market(customer.market), customer.shopper, true));
  }
  // Nothing to return yet, or none of the special cases.
  if (orders_made_ == before) sale(next_basket());
}

sitoo::Basket Generator::next_basket() {
  if (entropy_.chance(settings_.mix.guests)) {
    return baskets_.basket(baskets_.till_in_market(entropy_.below(3)), std::nullopt, false);
  }
  const Customer& customer = customers_.draw(entropy_);
  const bool abroad = entropy_.chance(0.05);
  const std::size_t market = abroad ? entropy_.below(3) : customer.market;
  return baskets_.basket(baskets_.till_in_market(market), customer.shopper, false);
}

void Generator::remember(Sold sold) {
  if (sold_.size() < sold_max) {
    sold_.push_back(std::move(sold));
    return;
  }
  oldest_ = (oldest_ + 1) % sold_max;
  sold_[oldest_] = std::move(sold);
}

void Generator::plan(Task task, Sold about, int ms_min, int ms_max) {
  TB_ASSERT(ms_max <= follow_up_ms_max);
  const auto width = static_cast<std::uint64_t>(ms_max - ms_min) * 1000 + 1;
  const Duration delay = milliseconds{ms_min} + Duration{static_cast<int>(entropy_.below(width))};
  follow_ups_.push({now_ + delay, ++planned_, task, std::move(about)});
}

void Generator::sale(sitoo::Basket basket) {
  const bool known = basket.shopper.has_value();
  Sold sold{0, basket.shopper, basket.till, false};
  sold.order = tills_.sell(std::move(basket));
  made(1);
  if (known && entropy_.chance(settings_.mix.rushes)) {
    plan(Task::rush, sold, 1, 20);
  } else if (entropy_.chance(0.005)) {
    plan(Task::quick_return, sold, 2, 50);
  }
  remember(std::move(sold));
}

Generator::Sold* Generator::draw_returnable() {
  for (int attempt = 0; attempt < 8 && !sold_.empty(); ++attempt) {
    std::size_t index = entropy_.below(sold_.size());
    // Now and then someone comes back with the rest.
    if (attempt < 4 && !sold_[index].part_returned && entropy_.chance(0.3)) continue;
    Sold& sold = sold_[index];
    const auto rows = static_cast<int>(account_.find(sold.order)->items.size());
    for (int row = 0; row < rows; ++row) {
      if (tills_.returnable(sold.order, row) > 0) return &sold;
    }
  }
  return nullptr;
}

sitoo::Refund Generator::refund_of(const Sold& sold) {
  sitoo::Refund refund;
  refund.original = sold.order;
  refund.till = baskets_.till_near(sold.till);
  refund.staff = entropy_.below(3);
  refund.shopper = sold.shopper;
  refund.reason = baskets_.reason();
  refund.reason_on_order = entropy_.chance(0.6);
  refund.credit_link = entropy_.chance(0.85);
  refund.pay_with = entropy_.chance(0.1) ? "Cash" : "Card";
  const auto rows = static_cast<int>(account_.find(sold.order)->items.size());
  const int from = static_cast<int>(entropy_.below(static_cast<std::uint64_t>(rows)));
  const std::size_t rows_wanted = entropy_.chance(0.2) ? 3 : 1;
  for (int i = 0; i < rows && refund.units.size() < rows_wanted; ++i) {
    const int row = (from + i) % rows;
    const int left = tills_.returnable(sold.order, row);
    if (left < 1) continue;
    refund.units.push_back(
        {row, 1 + static_cast<int>(entropy_.below(static_cast<std::uint64_t>(left)))});
  }
  return refund;
}

void Generator::return_of(Sold& sold, bool may_be_anonymous) {
  sitoo::Refund refund = refund_of(sold);
  if (refund.units.empty()) return;
  if (may_be_anonymous && entropy_.chance(0.25)) refund.shopper.reset();
  sold.part_returned = true;
  if (tills_.refund(std::move(refund))) made(1);
}

void Generator::returned() {
  if (entropy_.chance(0.1)) {
    manual_return();
  } else if (Sold* sold = draw_returnable()) {
    return_of(*sold, true);
  }
}

void Generator::manual_return() {
  sitoo::Basket basket = next_basket();
  if (entropy_.chance(0.5)) basket.shopper.reset();
  basket.rows.resize(1);
  tills_.refund_without_receipt(std::move(basket), std::string(baskets_.reason()));
  made(1);
}

bool Generator::exchange(bool in_one_order) {
  Sold* sold = draw_returnable();
  if (sold == nullptr) return false;
  sitoo::Refund refund = refund_of(*sold);
  if (refund.units.empty()) return false;
  const sitoo::Order& original = *account_.find(sold->order);
  auto rows = baskets_.rows(1 + entropy_.below(2), original.currency);
  sold->part_returned = true;
  Sold again{0, refund.shopper, refund.till, false};
  if (in_one_order) {
    if (!tills_.mixed(std::move(refund), std::move(rows))) return false;
    made(1);
    return true;
  }
  const auto ids = tills_.exchange(std::move(refund), std::move(rows));
  if (!ids) return false;
  made(2);
  again.order = ids->sold;
  remember(std::move(again));
  return true;
}

void Generator::booking(bool parked) {
  sitoo::Basket basket = next_basket();
  Sold source{0, basket.shopper, basket.till, false};
  source.order = parked ? tills_.park(std::move(basket)) : tills_.book(std::move(basket));
  made(1);
  if (!parked || entropy_.chance(0.5)) plan(Task::sell_source, source, 500, 4'000);
}

void Generator::open_order() {
  sitoo::Basket basket = next_basket();
  Sold order{0, basket.shopper, basket.till, false};
  constexpr std::array ways = {sitoo::Handover::pickup_of_web_order,
                               sitoo::Handover::pickup_in_other_store,
                               sitoo::Handover::home_delivery};
  const sitoo::Handover way = ways[entropy_.below(ways.size())];
  order.order = tills_.open_order(std::move(basket), way);
  made(1);
  if (way != sitoo::Handover::home_delivery) plan(Task::ready, order, 300, 990);
  plan(entropy_.chance(0.2) ? Task::cancel : Task::close, order, 1'000, follow_up_ms_max);
}

void Generator::follow(const FollowUp& next) {
  Sold about = next.about;
  switch (next.task) {
    case Task::rush:
      sale(baskets_.basket(baskets_.till_near(about.till), about.shopper, false));
      break;
    case Task::quick_return:
      return_of(about, false);
      break;
    case Task::sell_source: {
      const auto sold = tills_.sell_from(about.order, about.till, "Card");
      if (!sold) break;
      made(1);
      about.order = *sold;
      remember(std::move(about));
      break;
    }
    case Task::ready:
      (void)tills_.ready_for_pickup(about.order);
      break;
    case Task::close:
      if (tills_.close(about.order)) remember(std::move(about));
      break;
    case Task::cancel:
      if (entropy_.chance(0.5)) (void)tills_.reject_pickup(about.order);
      (void)tills_.cancel(about.order);
      break;
  }
}

}  // namespace sandbox::shopping_day
