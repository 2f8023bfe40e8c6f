#include "crm/customer_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crm/till_bench_for_tests.h"
#include "crm/till_key.h"

namespace tillbridge::crm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

json::Object object_of(std::string_view text) {
  return json::parse(text).value().as_object();
}

Result<ReadChange> read(std::string_view text, std::string_view country = "SE") {
  return read_change(object_of(text), country, for_tests::till_settings().categories);
}

std::string refusal(std::string_view text) {
  const auto made = read(text);
  if (made) return "taken";
  EXPECT_EQ(made.error().kind, Error::Kind::invalid_input);
  return made.error().what;
}

TEST(CustomerBody, EveryMemberFindsItsField) {
  const auto made = read(R"({
    "customer_id":" c-1 ","member_number":"70015","email":" Vera.Lind@Example.ORG ",
    "mobile":"070-000 00 01","phone":"018 12 34 56","name_first":" Vera ","name_last":"Lind",
    "invoice_address":{"address":"Road 1","address2":"c/o Ek","zip":"11122","city":"Uppsala",
                       "state":"U","country_id":"se"},
    "gender":"Female","birthday":"1985-04-12T00:00:00Z","personal_id":"19850412-0000",
    "company":"Lind AB","store_id_home":"STO-01"})");
  ASSERT_TRUE(made) << made.error().what;
  const model::Customer& values = made->change.values;
  EXPECT_EQ(values.customer_id, "c-1");
  EXPECT_EQ(values.member_number, "70015");
  EXPECT_EQ(values.email, "vera.lind@example.org");
  EXPECT_THAT(values.phones, ElementsAre("+46700000001", "+4618123456"));
  EXPECT_EQ(values.first_name, "Vera");
  EXPECT_EQ(values.last_name, "Lind");
  EXPECT_EQ(values.street, "Road 1");
  EXPECT_EQ(values.street2, "c/o Ek");
  EXPECT_EQ(values.zip, "11122");
  EXPECT_EQ(values.city, "Uppsala");
  EXPECT_EQ(values.state, "U");
  EXPECT_EQ(values.country, "SE");
  EXPECT_EQ(values.gender, "female");
  EXPECT_EQ(values.birthday, "1985-04-12");
  EXPECT_EQ(values.personal_id, "19850412-0000");
  EXPECT_EQ(values.company, "Lind AB");
  EXPECT_EQ(values.home_store, "STO-01");
  EXPECT_THAT(
      made->change.given,
      UnorderedElementsAre("customer_id", "member_number", "email", "phone", "first_name",
                           "last_name", "street", "street2", "zip", "city", "state", "country",
                           "gender", "birthday", "personal_id", "company", "home_store"));
  EXPECT_THAT(made->unknown, IsEmpty());
  EXPECT_THAT(made->change.consents, IsEmpty());
}

TEST(CustomerBody, OnlyWhatIsGivenCountsAndEmptyTextClearsAllButIdentifiers) {
  const auto nothing = read(R"({"email":null,"name_first":null,"invoice_address":null})");
  ASSERT_TRUE(nothing);
  EXPECT_THAT(nothing->change.given, IsEmpty());
  const auto cleared = read(R"({"email":"","mobile":" ","member_number":"","personal_id":"",
    "customer_id":"","name_last":"","birthday":"","invoice_address":{"country_id":"","zip":null}})");
  ASSERT_TRUE(cleared) << cleared.error().what;
  EXPECT_THAT(cleared->change.given, UnorderedElementsAre("last_name", "birthday", "country"));
}

TEST(CustomerBody, UnknownMembersAreNamedWithoutValues) {
  const auto made = read(R"({"name_first":"Vera","shoe_size":"39","vera@example.org":true,
    "status":{"color":"green"},"promotions":[],"bonus_checks":[],"sections":[],
    "voucher_passwords":[],"invoice_address":{"planet":"Earth"}})");
  ASSERT_TRUE(made);
  EXPECT_THAT(made->unknown, UnorderedElementsAre("shoe_size", "{…}", "invoice_address.planet"));
}

TEST(CustomerBody, WrongTypesNameTheMember) {
  EXPECT_EQ(refusal(R"({"name_first":7})"), "The field name_first has to be text.");
  EXPECT_EQ(refusal(R"({"mobile":["070"]})"), "The field mobile has to be text.");
  EXPECT_EQ(refusal(R"({"invoice_address":"Road 1"})"),
            "The field invoice_address has to be an address.");
  EXPECT_EQ(refusal(R"({"invoice_address":{"zip":11122}})"),
            "The field invoice_address.zip has to be text.");
  EXPECT_EQ(refusal(R"({"consents":"newsletter"})"),
            "The field consents has to be a list of texts.");
  EXPECT_EQ(refusal(R"({"accepts_communication":[1]})"),
            "The field accepts_communication has to be a list of texts.");
  EXPECT_EQ(refusal(R"({"accepts_sms":"yes"})"), "The field accepts_sms has to be yes or no.");
  EXPECT_EQ(refusal("{\"company\":\"" + std::string(501, 'x') + "\"}"),
            "The field company is too long.");
}

TEST(CustomerBody, WhatCannotBeRightIsSaidToStaff) {
  EXPECT_EQ(refusal(R"({"mobile":"070-12"})"), "The mobile number is not complete.");
  EXPECT_EQ(refusal(R"({"phone":"call me"})"), "The phone number is not complete.");
  EXPECT_EQ(refusal(R"({"email":"vera@example"})"), "The e-mail address is not complete.");
  EXPECT_EQ(refusal(R"({"birthday":"12/4 1985"})"), "The birthday is not a date (2026-12-31).");
  EXPECT_EQ(refusal(R"({"member_number":"null"})"), "The member number cannot be right.");
  EXPECT_EQ(refusal(R"({"invoice_address":{"country_id":"Sweden"}})"),
            "The country is not a code of two letters (SE).");
}

TEST(CustomerBody, PhonesAreReadInTheStoresCountry) {
  EXPECT_EQ(read(R"({"mobile":"400 00 001"})", "NO")->change.values.phones.at(0), "+4740000001");
  EXPECT_THAT(read(R"({"mobile":"+46700000001","phone":"0700000001"})")->change.values.phones,
              ElementsAre("+46700000001"));
  EXPECT_THAT(read(R"({"phone":"0700000001"})")->change.values.phones, ElementsAre("+46700000001"));
}

TEST(CustomerBody, ConsentsDecideEveryCategory) {
  EXPECT_THAT(read(R"({"consents":["texts","of-no-use"]})")->change.consents,
              ElementsAre(Pair("consent_membership", false), Pair("newsletter", false),
                          Pair("texts", true)));
  EXPECT_THAT(read(R"({"consents":[]})")->change.consents,
              ElementsAre(Pair("consent_membership", false), Pair("newsletter", false),
                          Pair("texts", false)));
  EXPECT_THAT(read(R"({"consents":null})")->change.consents, IsEmpty());
}

TEST(CustomerBody, TheTillsSwitchesDecideTheirChannels) {
  EXPECT_THAT(read(R"({"accepts_communication":["email"]})")->change.consents,
              ElementsAre(Pair("newsletter", true), Pair("texts", false)));
  EXPECT_THAT(read(R"({"accepts_sms":true})")->change.consents, ElementsAre(Pair("texts", true)));
  EXPECT_THAT(read(R"({"consents":["consent_membership"],"accepts_communication":["sms"]})")
                  ->change.consents,
              ElementsAre(Pair("consent_membership", true), Pair("newsletter", false),
                          Pair("texts", true)));
}

TEST(CustomerBody, ARedeemedItemIsFoundInEveryLikelyShape) {
  struct Case {
    const char *body, *item, *receipt;
  };
  for (const Case& one : {
           Case{R"({"promotion_id":"promo-5","receipt_id":"R-1"})", "promo-5", "R-1"},
           Case{R"({"bonus_check_id":77,"order_id":20417})", "77", "20417"},
           Case{R"({"id":"promo-5"})", "promo-5", ""},
           Case{R"({"promotions":["promo-5"],"bonus_checks":[]})", "promo-5", ""},
           Case{R"({"bonus_checks":[{"id":"b-1"}]})", "b-1", ""},
           Case{R"({"items":[{"item_id":"b-1"}],"receipt":" R-2 "})", "b-1", "R-2"},
           Case{R"({})", "", ""},
           Case{R"({"promotion_id":{},"promotions":{}})", "", ""},
       }) {
    const auto act = read_redeem(object_of(one.body), {});
    ASSERT_TRUE(act) << one.body;
    EXPECT_EQ(act->item, one.item) << one.body;
    EXPECT_EQ(act->receipt, one.receipt) << one.body;
  }
  const auto two = read_redeem(object_of(R"({"promotions":["a"],"bonus_checks":["b"]})"), {});
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().what, "Please redeem one offer at a time.");
  const auto by_path = read_redeem(object_of(R"({"customer_id":"c-2","id":"other"})"),
                                   {{"customer_id", "c-1"}, {"item_id", "promo-5"}});
  EXPECT_EQ(by_path->customer_id, "c-1");
  EXPECT_EQ(by_path->item, "promo-5");
}

TEST(TillKey, IsNormalisedByItsKind) {
  EXPECT_EQ(normal_key(KeyType::phone, "070-000 00 01", "SE")->value, "+46700000001");
  EXPECT_EQ(normal_key(KeyType::phone, " 46700000001", "SE")->value, "+46700000001");
  EXPECT_EQ(normal_key(KeyType::phone, " 0700000001", "SE")->value, "+46700000001");
  EXPECT_EQ(normal_key(KeyType::email, " Vera+Shop@Example.org", "SE")->value,
            "vera+shop@example.org");
  EXPECT_EQ(normal_key(KeyType::email, "vera shop@example.org", "SE")->value,
            "vera+shop@example.org");
  EXPECT_EQ(normal_key(KeyType::member_number, " 70015 ", "SE")->value, "70015");
  for (const char* text : {"", " ", "070", "+", "hello", "\xff\xfe"}) {
    EXPECT_FALSE(normal_key(KeyType::phone, text, "SE")) << text;
    EXPECT_FALSE(normal_key(KeyType::email, text, "SE")) << text;
  }
  EXPECT_FALSE(normal_key(KeyType::customer_id, "null", ""));
  EXPECT_EQ(key_type_named("mobile"), KeyType::phone);
  EXPECT_EQ(key_type_named("phone"), std::nullopt);
  EXPECT_EQ(key_type_named("profile"), std::nullopt);
  EXPECT_EQ(key_type_named(""), std::nullopt);
}

TEST(TillKey, BirthdaysAreDays) {
  EXPECT_EQ(normal_birthday("1985-04-12").value(), "1985-04-12");
  EXPECT_EQ(normal_birthday("1985-04-12T23:00:00+02:00").value(), "1985-04-12");
  EXPECT_EQ(normal_birthday("1985-04-12 00:00").value(), "1985-04-12");
  EXPECT_EQ(normal_birthday("2024-02-29").value(), "2024-02-29");
  for (const char* text : {"1985-02-29", "1985-13-01", "1985-04-12x", "85-04-12", "1985-4-12",
                           "-985-04-12", "1985/04/12", "1985-04-1 ", "", "+985-04-12"}) {
    EXPECT_FALSE(normal_birthday(text)) << text;
  }
}

TEST(TillKey, PlainTextIsUtf8WithoutControls) {
  EXPECT_EQ(plain_text(" \xC3\x85sa\tLind\n"), "\xC3\x85sa Lind");
  EXPECT_EQ(plain_text(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(plain_text("\xC3"), "");
}

}  // namespace
}  // namespace tillbridge::crm
