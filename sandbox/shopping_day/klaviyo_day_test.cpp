// A whole day against the ledger, sent to Klaviyo by a hub of a few lines: no false alarms, and the
// day has what Klaviyo treats differently.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "ledger/identity_text.h"
#include "ledger/ledger.h"
#include "ledger/test_klaviyo.h"
#include "shopping_day/generator.h"
#include "sitoo/test_account.h"

namespace sandbox::shopping_day {
namespace {

namespace bj = boost::json;

// What a faultless hub makes of the day, with a memory of its own.
class SmallHub {
 public:
  explicit SmallHub(Ledger& ledger) : ledger_(ledger) {}

  void send(const TillOrder& order) {
    const std::string own = in_lower_case(trimmed(order.email));
    if (!own.empty()) key_of_[order.order_id] = own;
    std::optional<std::string> original;
    if (order.original_order_id) {
      const auto known = key_of_.find(*order.original_order_id);
      if (known != key_of_.end()) original = known->second;
    }
    const OrderPlan plan = plan_for_klaviyo(order, test::identity_of(original), wanted_);
    if (plan.effects.empty()) return;
    const bool refund = !side_of(order, true).empty() && order.original_order_id.has_value();
    const bool first = refund && refunded_.insert(*order.original_order_id).second;
    auto events = test::klaviyo_arrivals(order, wanted_, ++requests_, first, original);
    KlaviyoProfile& profile = profiles_[plan.key];
    profile.email = plan.key;
    if (order.state != TillState::cancelled) remember(order, profile);
    for (ReceivedEvent& event : events) {
      const bool carries = event.profile.contains("properties");
      if (carries && event.type == "Placed Order") {
        // As it was between sale and return of a mixed order, both are right.
        bj::array after_sale;
        for (const std::string& sku : after_sale_) after_sale.emplace_back(bj::string(sku));
        event.profile["properties"].as_object()["Purchased SKUs"] = std::move(after_sale);
      }
      ledger_.received(event);
    }
  }
  std::vector<KlaviyoProfile> profiles() const {
    std::vector<KlaviyoProfile> all;
    for (const auto& [key, profile] : profiles_) all.push_back(profile);
    return all;
  }

 private:
  void remember(const TillOrder& order, KlaviyoProfile& profile) {
    std::vector<std::string>& list = lists_[profile.email];
    const auto forget = [&list](const std::string& sku) {
      list.erase(std::remove(list.begin(), list.end(), sku), list.end());
    };
    for (const TillRow* row : side_of(order, false)) {
      forget(row->sku);
      list.push_back(row->sku);
    }
    while (list.size() > 100) list.erase(list.begin());
    after_sale_ = list;
    for (const TillRow* row : side_of(order, true)) forget(row->sku);
    bj::array written;
    for (const std::string& sku : list) written.emplace_back(bj::string(sku));
    profile.properties["Purchased SKUs"] = std::move(written);
    if (side_of(order, false).empty()) return;
    if (!order.store_name.empty()) profile.properties["Last Store"] = order.store_name;
    if (order.member_number.empty()) return;
    if (order.customer_id.starts_with("c-")) {
      profile.external_id = "sitoo:" + order.customer_id;
      profile.properties["Customer Number"] = order.customer_id;
    }
    profile.properties["Member Number"] = order.member_number;
    profile.first_name = order.name_first;
    profile.last_name = order.name_last;
    if (!order.phone.empty()) profile.phone_number = order.phone;
  }

  const KlaviyoExpectations wanted_;
  Ledger& ledger_;
  std::uint64_t requests_ = 0;
  std::map<std::int64_t, std::string> key_of_;
  std::set<std::int64_t> refunded_;
  std::map<std::string, KlaviyoProfile> profiles_;
  std::map<std::string, std::vector<std::string>> lists_;
  std::vector<std::string> after_sale_;
};

struct Day {
  Day() {
    sitoo::TestAccount shop;
    const Customers customers(300, 5);
    DaySettings settings;
    settings.orders_per_second = 100;
    settings.seconds = 30;
    settings.seed = 7;
    Generator generator(shop.account, shop.tills, customers, settings);
    tillbridge::Duration now{0};
    while (const auto due = generator.next_due()) {
      shop.clock.advance(*due - now);
      now = *due;
      generator.step();
    }
    changes = shop.truths;
    for (const sitoo::Order& order : shop.account.orders()) {
      if (order.final_sequence != 0) finals.push_back(till_order_of(order));
    }
    std::sort(finals.begin(), finals.end(), [](const auto& one, const auto& other) {
      return one.final_sequence < other.final_sequence;
    });
  }
  std::vector<TillOrder> changes;  // as the tills told of them
  std::vector<TillOrder> finals;   // in the order in which they became final
};

class KlaviyoDay : public ::testing::Test {
 protected:
  KlaviyoDay() {
    Expectations wanted;
    wanted.bloomreach = false;
    wanted.klaviyo.emplace();
    ledger.set_expectations(wanted);
    for (const TillOrder& order : day().changes) ledger.put(order);
  }
  static const Day& day() {
    static const Day one;
    return one;
  }

  const std::vector<TillOrder>& finals = day().finals;
  Ledger ledger{Expectations{}};
};

TEST_F(KlaviyoDay, AFaultlessHubRaisesNoAlarm) {
  SmallHub hub(ledger);
  for (const TillOrder& order : finals) hub.send(order);
  const Summary summary = ledger.summarise(hub.profiles());
  EXPECT_EQ(summary.missing, 0U);
  EXPECT_EQ(summary.invented, 0U);
  EXPECT_EQ(summary.doubled, 0U);
  EXPECT_EQ(summary.wrong, 0U);
  EXPECT_EQ(summary.out_of_order, 0U);
  EXPECT_TRUE(summary.findings.empty()) << summary.findings.front();
  EXPECT_GT(summary.by_kind.at("Placed Order"), 1'500U);
  EXPECT_GT(summary.by_kind.at("Refunded Order"), 150U);
  EXPECT_GT(summary.by_kind.at("Cancelled Order"), 1U);
  EXPECT_GT(summary.unidentified, 500U);
  EXPECT_GT(hub.profiles().size(), 150U);

  std::size_t at_test_domain = 0;
  for (const TillOrder& order : finals) at_test_domain += order.email.ends_with("@example.org");
  EXPECT_GT(at_test_domain, 5U);
  for (const KlaviyoProfile& profile : hub.profiles())
    EXPECT_FALSE(profile.email.ends_with("@example.org"));
}

TEST_F(KlaviyoDay, OneListInAnotherOrderIsFound) {
  SmallHub hub(ledger);
  for (const TillOrder& order : finals) hub.send(order);
  std::vector<KlaviyoProfile> profiles = hub.profiles();
  for (KlaviyoProfile& profile : profiles) {
    auto& list = profile.properties["Purchased SKUs"].as_array();
    if (list.size() < 2) continue;
    std::swap(list.front(), list.back());
    break;
  }
  EXPECT_EQ(ledger.summarise(profiles).wrong, 1U);
  profiles.pop_back();
  EXPECT_EQ(ledger.summarise(profiles).missing, 1U);
}

TEST_F(KlaviyoDay, OneForgottenReturnIsMissing) {
  SmallHub hub(ledger);
  const auto forgotten =
      std::find_if(finals.begin() + 500, finals.end(), [](const TillOrder& order) {
        return order.kind == TillKind::returned && !order.email.empty() &&
               !order.email.ends_with("@example.org");
      });
  ASSERT_NE(forgotten, finals.end());
  for (const TillOrder& order : finals)
    if (order.order_id != forgotten->order_id) hub.send(order);
  EXPECT_EQ(ledger.summarise(hub.profiles()).platforms.at("klaviyo").missing, 1U);
  EXPECT_EQ(ledger.missing_now("klaviyo"), 1U);
}

}  // namespace
}  // namespace sandbox::shopping_day
