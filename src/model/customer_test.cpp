#include "model/customer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Customer ada() {
  Customer customer;
  customer.customer_id = "c-1";
  customer.email = "ada@kund.se";
  customer.phones = {"+46700000001", "+46700000002"};
  customer.first_name = "Ada";
  customer.street2 = "c/o Berg";
  customer.personal_id = "850412-0000";
  return customer;
}

TEST(CustomerFields, EveryFieldIsReadAndWrittenByItsName) {
  std::set<std::string_view> names;
  Customer customer;
  for (const CustomerField& field : customer_fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_TRUE(is_customer_field(field.name));
    EXPECT_THAT(values_of(customer, field.name), IsEmpty()) << field.name;
    const std::string value = "value of " + std::string(field.name);
    set_values(customer, field.name, {value, "another"});
    EXPECT_THAT(values_of(customer, field.name), ElementsAre(value));
    EXPECT_EQ(customer.*field.text, value);
  }
  EXPECT_EQ(names.size(), 16U);
  EXPECT_TRUE(is_customer_field("phone"));
  set_values(customer, "phone", {"a", "", "b", "a"});
  EXPECT_THAT(values_of(customer, "phone"), ElementsAre("a", "b"));
  set_values(customer, "phone", {});
  EXPECT_THAT(customer.phones, IsEmpty());
  set_values(customer, "city", {});
  EXPECT_EQ(customer.city, "");
  for (const char* unknown : {"phones", "", "First_name"}) {
    EXPECT_FALSE(is_customer_field(unknown)) << unknown;
    const Customer before = customer;
    set_values(customer, unknown, {"x"});
    EXPECT_EQ(customer, before);
    EXPECT_THAT(values_of(customer, unknown), IsEmpty());
  }
}

TEST(CustomerChange, OnlyWhatIsGivenCounts) {
  CustomerChange change;
  change.values.first_name = "Adele";
  change.values.last_name = "not given";
  change.given = {"first_name", "street2", "email", "personal_id", "phone"};
  const Customer after = changed(ada(), change);
  EXPECT_EQ(after.first_name, "Adele");
  EXPECT_EQ(after.last_name, "");
  EXPECT_EQ(after.street2, "");  // given and empty: cleared
  // Identifiers are not cleared.
  EXPECT_EQ(after.email, "ada@kund.se");
  EXPECT_EQ(after.personal_id, "850412-0000");
  EXPECT_EQ(after.phones, ada().phones);
  EXPECT_THAT(differences(ada(), after), ElementsAre("first_name", "street2"));
  EXPECT_THAT(differences(after, after), IsEmpty());
}

TEST(CustomerChange, APhoneIsPutFirstAndTheOthersStay) {
  const struct {
    TextList given, after;
  } cases[] = {
      {{"+46700000003"}, {"+46700000003", "+46700000001", "+46700000002"}},
      {{"+46700000002"}, {"+46700000002", "+46700000001"}},
      {{"+46700000001"}, {"+46700000001", "+46700000002"}},
      {{""}, {"+46700000001", "+46700000002"}},
  };
  for (const auto& c : cases) {
    CustomerChange change;
    change.values.phones = c.given;
    change.given = {"phone"};
    EXPECT_EQ(changed(ada(), change).phones, c.after);
    change.given.clear();
    EXPECT_EQ(changed(ada(), change), ada());
  }
}

TEST(CustomerChange, TheOwnIdIsGivenOnceOnly) {
  CustomerChange change;
  change.values.customer_id = "c-2";
  change.given = {"customer_id"};
  EXPECT_EQ(changed(ada(), change).customer_id, "c-1");
  EXPECT_EQ(changed({}, change).customer_id, "c-2");
}

TEST(ConsentDecision, TheNewerOneAndLeavingOnATie) {
  const auto decision = [](std::int64_t us, bool given) {
    return ConsentDecision{"newsletter", given, from_unix_us(us), "Till"};
  };
  const struct {
    std::int64_t said_us;
    bool said;
    std::int64_t known_us;
    bool known;
    bool replaces;
  } cases[] = {
      {2'000'000, true, 1'000'000, false, true},  {2'000'000, false, 1'000'000, true, true},
      {1'000'000, false, 2'000'000, true, false}, {1'000'000, true, 1'000'000, false, false},
      {1'000'000, false, 1'000'000, true, true},  {1'000'000, true, 1'000'000, true, false},
      {1'900'000, true, 1'100'000, false, false}, {1'100'000, false, 1'900'000, true, true},
      {2'000'000, true, 1'999'999, false, true},
  };
  for (const auto& c : cases)
    EXPECT_EQ(replaces(decision(c.said_us, c.said), decision(c.known_us, c.known)), c.replaces)
        << c.said_us << c.said << c.known_us << c.known;
  EXPECT_TRUE(replaces(decision(1, true), std::nullopt));
}

}  // namespace
}  // namespace tillbridge::model
