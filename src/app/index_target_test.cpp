#include "app/index_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/fact_table.h"
#include "connectors/sitoo/contract_examples.h"
#include "connectors/sitoo/order_mapping.h"
#include "crm/index_entry.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// c-90112, 70015, vera.lind@example.org, +46700000001, Vera Lind.
model::Order sale() {
  const auto document = json::parse(connectors::sitoo::examples::sale_4_4)->as_object();
  auto order = connectors::sitoo::to_order(document, connectors::sitoo::Config{});
  EXPECT_TRUE(order) << order.error().what;
  return order.value_or(model::Order{});
}

struct Bench {
  // As planning does: what is wanted is looked up, what is learned is known to the next order.
  void look_up(const model::Order& order) {
    for (bool more = true; more;) {
      more = false;
      for (const std::string& key : target->facts_wanted(order, std::nullopt, facts)) {
        if (facts.looked_up(key)) continue;
        more = true;
        const auto stored = journal.find(key);
        facts.loaded(key, stored == journal.end() ? std::nullopt : std::optional(stored->second));
        asked.push_back(key);
      }
    }
  }
  std::vector<flows::Fact> plan(const model::Order& order) {
    const flows::Verdict verdict = target->plan(order, std::nullopt, facts, false);
    EXPECT_THAT(verdict.plans, IsEmpty());
    for (const flows::Fact& fact : verdict.learned) {
      facts.learn(fact);
      journal[fact.key] = fact.value;
    }
    return verdict.learned;
  }
  std::vector<std::string> learn(const model::Order& order) {
    look_up(order);
    std::vector<std::string> keys;
    for (const flows::Fact& fact : plan(order)) keys.push_back(fact.key);
    return keys;
  }
  // Another batch.
  void forget_what_was_looked_up() {
    facts = {};
    asked.clear();
  }
  crm::IndexEntry entry(const std::string& id) {
    return crm::read_entry(journal["customer/" + id]).value_or(crm::IndexEntry{});
  }

  std::unique_ptr<Target> target = make_index_target("shop");
  std::map<std::string, std::string> journal;
  FactTable facts;
  std::vector<std::string> asked;
};

TEST(IndexTarget, ASaleTellsOfANewCustomer) {
  Bench bench;
  EXPECT_EQ(bench.target->connection(), crm::index_shelf);
  EXPECT_FALSE(bench.target->needs_original(sale()));
  EXPECT_THAT(bench.learn(sale()),
              UnorderedElementsAre("customer/c-90112", "member/70015",
                                   "email/vera.lind@example.org", "phone/+46700000001"));
  const crm::IndexEntry entry = bench.entry("c-90112");
  EXPECT_EQ(entry.customer.first_name, "Vera");
  EXPECT_EQ(entry.customer.last_name, "Lind");
  EXPECT_EQ(entry.customer.member_number, "70015");
  EXPECT_EQ(entry.changed_at, sale().ordered_at);
  EXPECT_FALSE(entry.created_at) << "no till has added them";
  EXPECT_THAT(crm::customers_in(bench.journal["email/vera.lind@example.org"]),
              ElementsAre("c-90112"));
}

TEST(IndexTarget, NothingNewIsNothingLearned) {
  Bench bench;
  bench.learn(sale());
  bench.forget_what_was_looked_up();
  model::Order later = sale();
  later.ordered_at += hours{24};
  EXPECT_THAT(bench.learn(later), IsEmpty());
  EXPECT_THAT(bench.asked, Contains("customer/c-90112"));
}

TEST(IndexTarget, AnOrderFillsInAndCorrectsNothing) {
  Bench bench;
  model::Order first = sale();
  first.customer.phone.clear();
  first.customer.first_name = "V.";
  bench.learn(first);
  bench.forget_what_was_looked_up();
  model::Order second = sale();
  second.customer.email = "another@kund.se";
  second.ordered_at += hours{24};
  EXPECT_THAT(bench.learn(second), UnorderedElementsAre("customer/c-90112", "phone/+46700000001"));
  const crm::IndexEntry entry = bench.entry("c-90112");
  EXPECT_EQ(entry.customer.email, "vera.lind@example.org");
  EXPECT_EQ(entry.customer.first_name, "V.");
  EXPECT_THAT(entry.customer.phones, ElementsAre("+46700000001"));
  EXPECT_EQ(entry.changed_at, second.ordered_at);
}

TEST(IndexTarget, TheSecondSaleOfABatchBuildsOnTheFirst) {
  Bench bench;
  model::Order first = sale();
  first.customer.phone.clear();
  model::Order second = sale();
  second.customer.email.clear();
  model::Order theirs = sale();  // somebody else with that phone
  theirs.customer = {};
  theirs.customer.crm_customer_id = "c-2";
  theirs.customer.phone = "+46700000001";
  for (const model::Order* order : {&first, &second, &theirs}) bench.look_up(*order);
  bench.plan(first);
  bench.plan(second);
  bench.plan(theirs);
  const crm::IndexEntry entry = bench.entry("c-90112");
  EXPECT_EQ(entry.customer.email, "vera.lind@example.org");
  EXPECT_THAT(entry.customer.phones, ElementsAre("+46700000001"));
  EXPECT_THAT(crm::customers_in(bench.journal["phone/+46700000001"]),
              ElementsAre("c-90112", "c-2"));
  EXPECT_THAT(bench.plan(second), IsEmpty());
}

TEST(IndexTarget, LinksOfOthersStay) {
  Bench bench;
  bench.journal["phone/+46700000001"] = crm::with_customer("", "c-1");
  bench.learn(sale());
  EXPECT_THAT(crm::customers_in(bench.journal["phone/+46700000001"]),
              ElementsAre("c-1", "c-90112"));
}

TEST(IndexTarget, WhatTheRegisterKnowsIsKept) {
  Bench bench;
  crm::IndexEntry known;
  known.customer.customer_id = "c-90112";
  known.customer.city = "Uppsala";
  known.handles["bloomreach"] = "h-7";
  known.consents["newsletter"] = {"newsletter", true, from_unix_seconds(1'700'000'000), "Till"};
  known.till_changed_at = known.changed_at = from_unix_seconds(1'800'000'000);
  known.version = 3;
  bench.journal["customer/c-90112"] = crm::to_text(known);
  bench.learn(sale());
  const crm::IndexEntry entry = bench.entry("c-90112");
  EXPECT_EQ(entry.customer.first_name, "Vera");
  EXPECT_EQ(entry.customer.city, "Uppsala");
  EXPECT_EQ(entry.handles, known.handles);
  EXPECT_EQ(entry.consents, known.consents);
  EXPECT_EQ(entry.version, 3U);
  EXPECT_EQ(entry.changed_at, known.changed_at) << "an old sale is no newer news";
}

TEST(IndexTarget, AGuestsOrderTeachesNothing) {
  Bench bench;
  model::Order guest = sale();
  guest.customer.crm_customer_id.clear();
  EXPECT_THAT(bench.learn(guest), IsEmpty());
  EXPECT_THAT(bench.asked, IsEmpty());
  EXPECT_THAT(bench.journal, IsEmpty());
}

}  // namespace
}  // namespace tillbridge::app
