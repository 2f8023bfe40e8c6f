#include "crm/index_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::crm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Instant at(std::int64_t seconds) {
  return from_unix_seconds(seconds);
}

IndexEntry vera() {
  IndexEntry entry;
  for (const model::CustomerField& field : model::customer_fields())
    entry.customer.*field.text = "a " + std::string(field.name);
  entry.customer.phones = {"+46700000001", "+46700000002"};
  entry.handles = {{"bloomreach", "c-1"}, {"klaviyo", "01H"}};
  model::ConsentDecision yes;
  yes.category = "newsletter";
  yes.given = true;
  yes.at = at(1'700'000'000);
  yes.source = "Till, STO-01";
  entry.consents = {{"newsletter", yes}};
  entry.changed_at = at(1'700'000'001);
  entry.till_changed_at = at(1'700'000'002);
  entry.created_at = at(1'700'000'003);
  entry.seen_at = at(1'700'000'004);
  entry.version = 7;
  entry.merged_into = "c-2";
  return entry;
}

TEST(IndexEntry, IsReadAsItWasWritten) {
  EXPECT_EQ(read_entry(to_text(vera())), vera());
  IndexEntry sparse;
  sparse.customer.customer_id = "c-9";
  EXPECT_EQ(read_entry(to_text(sparse)), sparse);
}

TEST(IndexEntry, WhatIsNoEntryIsNothing) {
  for (const char* text : {"", "[]", "nonsense", "{}", R"({"email":"vera@example.org"})"})
    EXPECT_EQ(read_entry(text), std::nullopt) << text;
  const auto odd = read_entry(
      R"({"customer_id":"c-1","phone":[1,"+46700000001"],"handles":{"x":1},"consents":{"n":"yes"}})");
  ASSERT_TRUE(odd);
  EXPECT_THAT(odd->customer.phones, ElementsAre("+46700000001"));
  EXPECT_THAT(odd->handles, IsEmpty());
  EXPECT_THAT(odd->consents, IsEmpty());
}

TEST(IndexEntry, IsFoundByWhateverIdentifiesThePerson) {
  IndexEntry entry;
  entry.customer.customer_id = "c-1";
  EXPECT_THAT(links_of(entry), IsEmpty());
  entry.customer.member_number = "70015";
  entry.customer.email = "vera@example.org";
  entry.customer.personal_id = "p";
  entry.customer.phones = {"+46700000001", "+46700000002"};
  entry.handles = {{"bloomreach", "hard"}};
  EXPECT_THAT(links_of(entry),
              ElementsAre("member/70015", "email/vera@example.org", "personal/p",
                          "phone/+46700000001", "phone/+46700000002", "profile/bloomreach/hard"));
  EXPECT_EQ(link_key({KeyType::email, "vera@example.org"}), "email/vera@example.org");
  EXPECT_EQ(link_key({KeyType::customer_id, "c-1"}), entry_key("c-1"));
  EXPECT_EQ(handle_key("bloomreach", "hard"), "profile/bloomreach/hard");
}

TEST(IndexLink, KeepsSeveralCustomersNewestLast) {
  std::string link = with_customer("", "c-1");
  link = with_customer(link, "c-2");
  link = with_customer(link, "c-1");
  EXPECT_THAT(customers_in(link), ElementsAre("c-2", "c-1"));
  link = without_customer(link, "c-2");
  EXPECT_THAT(customers_in(link), ElementsAre("c-1"));
  EXPECT_EQ(without_customer(link, "c-2"), link);
  EXPECT_EQ(without_customer(link, "c-1"), "") << "a link to nobody is forgotten";
}

TEST(IndexLink, ForgetsTheOldestOfTooMany) {
  std::string link;
  for (int id = 1; id <= 20; ++id) link = with_customer(link, "c-" + std::to_string(id));
  EXPECT_THAT(customers_in(link), SizeIs(8));
  EXPECT_EQ(customers_in(link).front(), "c-13");
  EXPECT_EQ(customers_in(link).back(), "c-20");
  EXPECT_THAT(customers_in("{}"), IsEmpty());
}

}  // namespace
}  // namespace tillbridge::crm
