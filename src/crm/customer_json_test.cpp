#include "crm/customer_json.h"

#include <gtest/gtest.h>

#include "crm/till_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

json::Value parsed(std::string_view text) {
  return json::parse(text).value();
}

model::ConsentDecision decision(const char* category, bool given) {
  model::ConsentDecision made;
  made.category = category;
  made.given = given;
  return made;
}

// sitoo.md 9.3, without the members that we never have.
TEST(CustomerJson, TheContractsExample) {
  ShownCustomer shown = for_tests::vera();
  shown.consents = {decision("newsletter", true), decision("texts", true),
                    decision("consent_membership", true)};
  Promotion welcome;
  welcome.id = "promo-5";
  welcome.name = "Welcome 10%";
  welcome.type = "cart_percent";
  welcome.value = 10;
  shown.promotions = {welcome};
  EXPECT_EQ(json::Value(customer_json(shown, for_tests::till_settings())), parsed(R"({
    "customer_id": "c-90112", "member_number": "70015", "email": "vera.lind@example.org",
    "name_first": "Vera", "name_last": "Lind", "mobile": "+46700000001",
    "invoice_address": { "address": "Sample Road 1", "city": "Sampletown", "zip": "11122",
                         "country_id": "SE" },
    "gender": "female",
    "accepts_communication": [ "email", "sms" ],
    "consents": [ "newsletter", "texts", "consent_membership" ],
    "status": { "color": "green", "text": "" },
    "promotions": [ { "promotion_id": "promo-5", "name": "Welcome 10%",
                      "promotion_type": { "type": "cart_percent", "value_int": 10 },
                      "redeemed": false } ],
    "bonus_checks": [],
    "store_id_home": "STO-01",
    "sections": [] })"));
}

TEST(CustomerJson, WithoutValuesOnlyArraysAndTheStatusAreThere) {
  ShownCustomer shown;
  shown.customer.customer_id = "c-1";
  shown.consents = {decision("newsletter", false)};
  EXPECT_EQ(json::Value(customer_json(shown, for_tests::till_settings())), parsed(R"({
    "customer_id":"c-1","accepts_communication":[],"consents":[],"promotions":[],
    "bonus_checks":[],"sections":[],"status":{"color":"green","text":""}})"));
}

TEST(CustomerJson, WhatComesFromTheIndexSaysSo) {
  ShownCustomer shown;
  shown.from_index = from_unix_seconds(1'795'253'459);  // 2026-11-21 09:30:59 UTC
  const json::Object object = customer_json(shown, for_tests::till_settings());
  EXPECT_EQ(object.at("status"),
            parsed(R"({"color":"yellow","text":"Not checked with Bloomreach"})"));
  EXPECT_EQ(object.at("sections"), parsed(R"([{"title":"Source","values":[{"title":"Read from",
    "text":"Tillbridge's own records, as of 2026-11-21 09:30","type":"text"}]}])"));
  CrmSettings unnamed = for_tests::till_settings();
  unnamed.source_label.clear();
  EXPECT_EQ(customer_json(shown, unnamed).at("status").at("text"),
            "Not checked with the customer platform");
}

TEST(CustomerJson, OneChannelOfTwoCategoriesIsThereOnce) {
  CrmSettings settings = for_tests::till_settings();
  settings.categories[1].channel = "email";
  ShownCustomer shown;
  shown.consents = {decision("newsletter", true), decision("texts", true)};
  EXPECT_EQ(customer_json(shown, settings).at("accepts_communication"), parsed(R"(["email"])"));
  shown.consents = {decision("newsletter", false), decision("texts", true)};
  EXPECT_EQ(customer_json(shown, settings).at("accepts_communication"), parsed(R"(["email"])"));
}

TEST(CustomerJson, HistoryIsInTheDesksOrder) {
  Purchase purchase;
  purchase.order_id = "20417";
  purchase.receipt_id = "R-1";
  purchase.kind = "sale";
  purchase.at = from_unix_seconds(1'795'253'459);
  purchase.store = "STO-01";
  purchase.total = "499.00";
  purchase.currency = "SEK";
  Purchase::Row row;
  row.sku = "S-1";
  row.title = "Tent";
  row.quantity = "1";
  row.total = "499.00";
  purchase.rows = {row};
  Purchase older;
  older.order_id = "20400";
  EXPECT_EQ(json::Value(history_json({purchase, older})), parsed(R"([
    {"order_id":"20417","receipt_id":"R-1","kind":"sale","date":"2026-11-21T09:30:59Z",
     "store_id":"STO-01","total":"499.00","currency":"SEK",
     "rows":[{"sku":"S-1","title":"Tent","quantity":"1","total":"499.00"}]},
    {"order_id":"20400","date":"1970-01-01T00:00:00Z","rows":[]}])"));
}

TEST(CustomerJson, CategoriesAreListedForTheTill) {
  EXPECT_EQ(json::Value(consents_json(for_tests::till_settings().categories)), parsed(R"([
    {"id":"newsletter","label":"Newsletter by e-mail","channel":"email","default":false},
    {"id":"texts","label":"Offers by text message","channel":"sms","default":false},
    {"id":"consent_membership","label":"Membership","default":true}])"));
}

TEST(CustomerJson, ABonusCheckHasItsOwnNames) {
  Promotion check;
  check.id = "b-1";
  check.name = "50 off";
  check.type = "cart_amount";
  check.value = 50;
  check.bonus_check = true;
  check.redeemed = true;
  EXPECT_EQ(json::Value(promotion_json(check)), parsed(R"({"bonus_check_id":"b-1","name":"50 off",
    "bonus_check_type":{"type":"cart_amount","value_int":50},"redeemed":true})"));
}

}  // namespace
}  // namespace tillbridge::crm
