#pragma once
// What happens in the shops, one step after the other: deterministic by seed, whatever the clock
// does. Open loop: arrivals come at the set rate, whether or not anyone keeps up. Core thread.

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "shopping_day/basket_maker.h"
#include "shopping_day/customers.h"
#include "sitoo/account.h"
#include "sitoo/tills.h"

namespace sandbox::shopping_day {

// Shares of all arrivals; the rest are plain sales.
struct Mix {
  double guests = 0.25;  // of sales
  double returns = 0.06;
  double exchanges = 0.03;
  double mixed = 0.01;
  double bookings = 0.01;
  double parked = 0.005;
  double open_orders = 0.02;
  double late_uploads = 0.01;
  double faulty_identities = 0.003;
  double long_receipts = 0.002;
  double rushes = 0.04;  // of sales to members: the next one milliseconds later
};

struct DaySettings {
  double orders_per_second = 20;  // over all stores
  double seconds = 60;
  std::uint64_t seed = 1;
  Mix mix;
};

class Generator {
 public:
  // What is passed by reference must outlive the generator.
  Generator(sitoo::Account& account, sitoo::Tills& tills, const Customers& customers,
            DaySettings settings);

  // When the next step is due, from the start of the day; nullopt: the day is over, every order
  // that had to become final is final (at most 5 s after the last arrival).
  // No further customers; what was begun (pickups, bookings) is still finished.
  void close() { settings_.seconds = 0; }
  std::optional<tillbridge::Duration> next_due() const;
  void step();
  std::uint64_t orders_made() const { return orders_made_; }

 private:
  struct Sold {
    std::int64_t order = 0;
    std::optional<sitoo::Shopper> shopper;
    std::size_t till = 0;
    bool part_returned = false;
  };
  enum class Task { rush, quick_return, sell_source, ready, close, cancel };
  struct FollowUp {
    tillbridge::Duration due{};
    std::uint64_t number = 0;  // ties are taken in the order of planning
    Task task = Task::rush;
    Sold about;
    bool operator<(const FollowUp& other) const {
      return due != other.due ? due > other.due : number > other.number;
    }
  };

  void arrive();
  void follow(const FollowUp& next);
  void plan(Task task, Sold about, int ms_min, int ms_max);
  sitoo::Basket next_basket();
  void sale(sitoo::Basket basket);
  void returned();
  void return_of(Sold& sold, bool may_be_anonymous);
  void manual_return();
  bool exchange(bool in_one_order);
  void booking(bool parked);
  void open_order();
  Sold* draw_returnable();
  sitoo::Refund refund_of(const Sold& sold);
  void made(std::uint64_t orders) { orders_made_ += orders; }
  void remember(Sold sold);

  sitoo::Account& account_;
  sitoo::Tills& tills_;
  const Customers& customers_;
  DaySettings settings_;
  tillbridge::Entropy entropy_;
  BasketMaker baskets_;
  tillbridge::Duration now_{0};
  tillbridge::Duration next_arrival_{0};
  std::uint64_t paced_orders_ = 0;  // orders that the arrivals' gaps have paid for
  std::uint64_t orders_made_ = 0;
  std::uint64_t planned_ = 0;
  std::priority_queue<FollowUp> follow_ups_;
  std::vector<Sold> sold_;  // the newest few thousand
  std::size_t oldest_ = 0;
};

}  // namespace sandbox::shopping_day
