#include "till/people.h"

#include <set>

#include <gtest/gtest.h>

#include "till/call_maker.h"

namespace sandbox::till {
namespace {

using tillbridge::Entropy;
using tillbridge::Tick;

TEST(People, AreDrawnAmongThoseWhoAreKnown) {
  const shopping_day::Customers customers(100, 1);
  People people(customers);
  Entropy entropy(1);
  people.are_known({3, 70});
  std::set<std::string> drawn;
  for (int i = 0; i < 200; ++i) drawn.insert(people.draw_known(entropy, Tick{}).customer_id);
  EXPECT_EQ(drawn, (std::set<std::string>{"c-90003", "c-90070"}));
}

TEST(People, NewcomersAreKnownAfterAWhile) {
  const shopping_day::Customers customers(5, 1);
  People people(customers);
  Entropy entropy(1);
  Person& newcomer = people.draw_newcomer(entropy);
  const Tick later{std::chrono::seconds{5}};
  people.was_added(newcomer, "n-1", later);
  people.was_added(newcomer, "n-2", later);  // the second press
  const auto finds = [&](Tick now) {
    for (int i = 0; i < 500; ++i)
      if (people.draw_known(entropy, now).customer_id == "n-1") return true;
    return false;
  };
  EXPECT_FALSE(finds(Tick{}));
  EXPECT_TRUE(finds(later));
}

TEST(People, NobodySharesAPhone) {
  const shopping_day::Customers customers(3000, 1);
  People people(customers);
  Entropy entropy(1);
  std::multiset<std::string> phones;
  for (const auto& customer : customers.all())
    if (!customer.shopper.phone.empty()) phones.insert(customer.shopper.phone);
  for (int i = 0; i < 3000; ++i) {
    Person& newcomer = people.draw_newcomer(entropy);
    phones.insert(newcomer.phones.back());
    phones.insert(people.fresh_phone(newcomer));
    phones.insert(people.draw_unknown(entropy).phones.back());
  }
  EXPECT_EQ(std::set<std::string>(phones.begin(), phones.end()).size(), phones.size());
}

TEST(People, PhonesAreTypedAsStaffDo) {
  Entropy entropy(5);
  const auto ways = [&entropy](const std::string& phone) {
    std::set<std::string> typed;
    for (int i = 0; i < 200; ++i) typed.insert(typed_phone(phone, entropy).text);
    return typed;
  };
  EXPECT_EQ(ways("+46701740601"),
            (std::set<std::string>{"+46701740601", " +46701740601", "+46 70 174 06 01",
                                   "0046701740601", "070-174 06 01", "0701740601"}));
  EXPECT_EQ(ways("+4791234567"),
            (std::set<std::string>{"+4791234567", " +4791234567", "+47 91 23 45 67", "004791234567",
                                   "91-23 45 67", "91234567"}));
  EXPECT_EQ(ways("+4912345"), std::set<std::string>{"+4912345"});
}

// National numbers are understood by the country of the store, so a till in that country asks.
TEST(CallMaker, NationalNumbersComeWithAStoreOfTheirCountry) {
  const shopping_day::Customers customers(100, 1);
  People people(customers);
  const sitoo::Masterdata stores = sitoo::make_masterdata({7, 10, 1, 1500});
  Mix mix;
  mix.operations = {{Operation::search, 1}};
  mix.search_by = {{SearchBy::mobile, 1}};
  CallMaker maker(people, stores, mix, 1);
  std::set<char> countries;
  for (int i = 0; i < 300; ++i) {
    const PlannedCall planned = maker.next(Tick{});
    const std::string key = planned.call.parameters.at("key");
    if (key.starts_with('+') || key.starts_with(" +") || key.starts_with("00")) continue;
    ASSERT_FALSE(planned.call.headers.empty());
    ASSERT_EQ(planned.call.headers[0].first, "Store-ID");
    for (const sitoo::Store& store : stores.stores) {
      if (store.external_id != planned.call.headers[0].second) continue;
      EXPECT_TRUE(planned.person->phones[0].starts_with(store.phone_prefix.substr(0, 3)));
      countries.insert(store.country[0]);
    }
  }
  EXPECT_EQ(countries, (std::set<char>{'s', 'n', 'f'}));
}

TEST(CallMaker, TheSameSeedAsksTheSame) {
  const shopping_day::Customers customers(100, 1);
  const sitoo::Masterdata stores = sitoo::make_masterdata({7, 10, 1, 1500});
  People one_people(customers), other_people(customers);
  CallMaker one(one_people, stores, {}, 9), other(other_people, stores, {}, 9);
  for (int i = 0; i < 200; ++i) {
    const PlannedCall a = one.next(Tick{}), b = other.next(Tick{});
    EXPECT_EQ(a.about, b.about);
    EXPECT_EQ(a.call.body, b.call.body);
    EXPECT_EQ(a.call.headers, b.call.headers);
  }
}

}  // namespace
}  // namespace sandbox::till
