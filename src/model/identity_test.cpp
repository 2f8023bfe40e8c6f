#include "model/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::model {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(IdentitySourceName, KnownAndUnknown) {
  EXPECT_EQ(*identity_source("crm_customer_id"), IdentitySource::crm_customer_id);
  EXPECT_EQ(*identity_source("crm_member_number"), IdentitySource::crm_member_number);
  EXPECT_EQ(*identity_source("email"), IdentitySource::email);
  EXPECT_EQ(*identity_source("phone"), IdentitySource::phone);
  const auto unknown = identity_source("cookie");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, HasSubstr("crm_member_number"));
}

TEST(Phone, ToE164ByCountry) {
  const struct {
    const char* text;
    const char* country;
    const char* e164;
  } cases[] = {
      {"070-000 00 01", "SE", "+46700000001"},
      {"+46 70 000 00 01", "", "+46700000001"},
      {"0046700000001", "SE", "+46700000001"},
      {"070-000 00 01; 08-123 456 78", "SE", "+46700000001"},
      {"070-0000001, x", "SE", "+46700000001"},
      {"070-0000001 / 08-12345678", "SE", "+46700000001"},
      {"030/12345678", "DE", "+493012345678"},
      {"040 1234567", "FI", "+358401234567"},
      {"+47 400 00 000", "SE", "+4740000000"},
      {"(212) 555-0100", "US", "+12125550100"},
      {"+46700000001", "XX", "+46700000001"},
      {"mobile 070-0000001 work", "SE", "+46700000001"},
      {"   ", "SE", ""},
  };
  for (const auto& c : cases) {
    const auto number = phone_e164(c.text, c.country);
    ASSERT_TRUE(number) << c.text << ": " << number.error().what;
    EXPECT_EQ(*number, c.e164) << c.text;
  }
}

TEST(Phone, ImpossibleNumbersAreNotEchoed) {
  for (const char* text : {"12", "070-ABC", "999999999999999999999", "vera@example.org", ";070"}) {
    const auto number = phone_e164(text, "SE");
    ASSERT_FALSE(number) << text << " " << *number;
    EXPECT_EQ(number.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(number.error().what, Not(HasSubstr(text)));
  }
  EXPECT_FALSE(phone_e164("070-000 00 01", ""));
}

TEST(Email, NormalForm) {
  EXPECT_EQ(*normal_email("  Vera.Lind@Example.ORG\n"), "vera.lind@example.org");
  EXPECT_EQ(*normal_email(""), "");
  EXPECT_EQ(*normal_email("  "), "");
  EXPECT_EQ(*normal_email("\xC3\x85sa@example.se"), "\xC3\x85sa@example.se");
  for (const char* bad :
       {"vera", "@example.org", "vera@", "vera@example", "vera@.org", "vera@example.", "a@b@c.org",
        "vera lind@example.org", "a@x.org;b@x.org", "null", "UNDEFINED", "vera@ex..org", "@@@"}) {
    const auto email = normal_email(bad);
    ASSERT_FALSE(email) << bad;
    EXPECT_THAT(email.error().what, Not(HasSubstr("example")));
  }
}

TEST(IdentityValue, TakesTheConfiguredSource) {
  CustomerFacts customer;
  customer.crm_customer_id = " c-90112 ";
  customer.crm_member_number = "70015";
  customer.email = "Vera@example.org";
  customer.phone = "070-000 00 01";
  customer.country = "SE";
  EXPECT_EQ(*identity_value(customer, IdentitySource::crm_customer_id), "c-90112");
  EXPECT_EQ(*identity_value(customer, IdentitySource::crm_member_number), "70015");
  EXPECT_EQ(*identity_value(customer, IdentitySource::email), "vera@example.org");
  EXPECT_EQ(*identity_value(customer, IdentitySource::phone), "+46700000001");
}

TEST(IdentityValue, NoneIsEmptyAndImpossibleIsAnError) {
  const CustomerFacts guest;
  for (const IdentitySource source : {IdentitySource::crm_customer_id, IdentitySource::email,
                                      IdentitySource::crm_member_number, IdentitySource::phone}) {
    EXPECT_EQ(*identity_value(guest, source), "");
  }
  for (const std::string& bad :
       {std::string("null"), std::string("Undefined"), std::string("---"), std::string(257, 'a')}) {
    CustomerFacts customer;
    customer.crm_customer_id = bad;
    customer.crm_member_number = bad;
    customer.email = bad;
    customer.phone = bad;
    customer.country = "SE";
    for (const IdentitySource source : {IdentitySource::crm_customer_id, IdentitySource::email,
                                        IdentitySource::crm_member_number, IdentitySource::phone}) {
      const auto value = identity_value(customer, source);
      ASSERT_FALSE(value) << bad;
      EXPECT_EQ(value.error().kind, Error::Kind::invalid_input);
    }
  }
  CustomerFacts longest;
  longest.crm_customer_id = std::string(256, 'a');
  EXPECT_EQ(identity_value(longest, IdentitySource::crm_customer_id)->size(), 256U);
  EXPECT_EQ(*normal_id(" GA1.2.3 "), "GA1.2.3");
  EXPECT_FALSE(normal_id("..."));
}

}  // namespace
}  // namespace tillbridge::model
