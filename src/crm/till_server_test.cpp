#include "crm/till_server.h"

#include <gmock/gmock.h>

#include "crm/till_bench_for_tests.h"
#include "telemetry/log.h"

namespace tillbridge::crm {
namespace {

using for_tests::till_settings;
using for_tests::TillBench;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

// What is logged while it lives.
class LogCapture {
 public:
  LogCapture() {
    testing::internal::CaptureStderr();
    telemetry::start_log(telemetry::Level::info);
  }
  ~LogCapture() {
    if (open_) static_cast<void>(take());
  }
  std::string take() {
    open_ = false;
    telemetry::stop_log();
    return testing::internal::GetCapturedStderr();
  }

 private:
  bool open_ = true;
};

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

Error error_of_kind(Error::Kind kind, const char* what = "inside words") {
  return Error{kind, what, std::nullopt};
}

TEST(TillServer, SearchAnswersTheCustomerOrNobody) {
  TillBench bench;
  const auto reply = bench.call("GET", "/customers?key=Vera.Lind%40example.org&key_type=email");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(TillBench::header_of(reply, "Cache-Control"), "no-store");
  const json::Value body = TillBench::body_of(reply);
  ASSERT_EQ(body.as_array().size(), 1U);
  EXPECT_EQ(body.at(0).at("customer_id"), "c-90112");
  EXPECT_EQ(body.at(0).at("mobile"), "+46700000001");
  ASSERT_EQ(bench.desk.keys.size(), 1U);
  EXPECT_EQ(bench.desk.keys[0].type, KeyType::email);
  EXPECT_EQ(bench.desk.keys[0].value, "vera.lind@example.org");

  bench.desk.found.reset();
  EXPECT_EQ(bench.call("GET", "/customers?key=70015&key_type=member_number").body, "[]");
  bench.desk.error = error_of_kind(Error::Kind::not_found);
  const auto nobody = bench.call("GET", "/lookup?key=19850412-0000&key_type=personal_id");
  EXPECT_EQ(nobody.status, 200);
  EXPECT_EQ(nobody.body, "[]");
  EXPECT_THAT(bench.desk.asked, ElementsAre("search", "search", "search"));
  EXPECT_EQ(bench.desk.keys[2].type, KeyType::personal_id);
}

TEST(TillServer, AHalfTypedKeyIsNobodyAndIsNotAsked) {
  TillBench bench;
  for (const char* query : {"key=070&key_type=mobile", "key=&key_type=email",
                            "key=vera%40&key_type=email", "key=%FF&key_type=member_number"}) {
    const auto reply = bench.call("GET", std::string("/customers?") + query);
    EXPECT_EQ(reply.status, 200) << query;
    EXPECT_EQ(reply.body, "[]") << query;
  }
  EXPECT_THAT(bench.desk.asked, IsEmpty());
}

TEST(TillServer, UnknownKindsOfKeysAreRefused) {
  TillBench bench;
  for (const char* query :
       {"?key=1&key_type=shoe_size", "?key=1&key_type=phone", "?key=1", "?key_type=email", ""}) {
    EXPECT_THAT(TillBench::error_of(bench.call("GET", std::string("/customers") + query)),
                HasSubstr("400 bad-request Search by"))
        << query;
  }
  EXPECT_THAT(bench.desk.asked, IsEmpty());
}

TEST(TillServer, TheStoreSaysWhoAsksAndFromWhichCountry) {
  TillBench bench;
  auto request = bench.request("GET", "/crm/shop/customers?key=40000001&key_type=mobile");
  request.headers.push_back({"store-id", "OSL-1"});
  request.headers.push_back({"Staff-ID", "%C3%85sa+Lind%20%2B1"});
  request.headers.push_back({"Register-ID", "%7B3CCB9848%7D"});
  bench.send(request);
  ASSERT_EQ(bench.desk.tills.size(), 1U);
  EXPECT_EQ(bench.desk.keys[0].value, "+4740000001");
  EXPECT_EQ(bench.desk.tills[0].store, "OSL-1");
  EXPECT_EQ(bench.desk.tills[0].staff, "\xC3\x85sa Lind +1");
  EXPECT_EQ(bench.desk.tills[0].cash_register, "{3CCB9848}");

  bench.call("GET", "/customers?key=070-0000001&key_type=mobile");
  EXPECT_EQ(bench.desk.keys[1].value, "+46700000001");
  EXPECT_EQ(bench.desk.tills[1].store, "");

  auto odd = bench.request("GET", "/crm/shop/customers/c-1");
  odd.headers.push_back({"Store-ID", "%FF%FE"});
  odd.headers.push_back({"Staff-ID", std::string(2000, 'x')});
  odd.headers.push_back({"Register-ID", "a%0D%0Ab"});
  EXPECT_EQ(bench.send(odd).status, 200);
  EXPECT_EQ(bench.desk.tills[2].store, "");
  EXPECT_EQ(bench.desk.tills[2].staff, "");
  EXPECT_EQ(bench.desk.tills[2].cash_register, "a  b");
}

TEST(TillServer, WrongCredentialsGetNowhere) {
  TillBench bench;
  int refused = 0;
  for (const char* credentials :
       {"till:wrong", "other:letmein", "till:", ":", "till", ":letmein"}) {
    auto request = bench.request("GET", "/crm/shop/customers/c-1");
    request.headers[0].value = "Basic " + base64_encode(credentials);
    const auto reply = bench.send(request);
    EXPECT_THAT(TillBench::error_of(reply), HasSubstr("401 unauthorized The till's credentials"))
        << credentials;
    EXPECT_EQ(TillBench::header_of(reply, "WWW-Authenticate"), "Basic realm=\"tillbridge\"");
    EXPECT_THAT(
        bench.metrics.prometheus_text(),
        ContainsRegex("tillbridge_till_refused_total\\{[^}]*\\} " + std::to_string(++refused)));
  }
  auto without = bench.request("GET", "/crm/shop/unknown");
  without.headers.clear();
  EXPECT_EQ(bench.send(without).status, 401);
  EXPECT_THAT(bench.desk.asked, IsEmpty());
}

TEST(TillServer, WithoutAPasswordOfItsOwnNobodyIsLetIn) {
  CrmSettings settings = till_settings();
  settings.password = Secret();
  TillBench bench(settings);
  auto request = bench.request("GET", "/crm/shop/customers/c-1");
  request.headers[0].value = "Basic " + base64_encode("till:");
  EXPECT_EQ(bench.send(request).status, 401);
}

TEST(TillServer, AddGivesTheDeskWhatIsFilledIn) {
  CrmSettings settings = till_settings();
  settings.added_status = 201;
  TillBench bench(settings);
  const auto reply = bench.call(
      "POST", "/customers",
      R"({"name_first":"Vera","mobile":"0700000001","accepts_communication":["email"]})");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(TillBench::body_of(reply).at("customer_id"), "c-90112");
  ASSERT_EQ(bench.desk.changes.size(), 1U);
  EXPECT_THAT(bench.desk.changes[0].given, UnorderedElementsAre("first_name", "phone"));
  EXPECT_TRUE(bench.desk.changes[0].consents.at("newsletter"));
  EXPECT_FALSE(bench.desk.changes[0].consents.at("texts"));

  EXPECT_EQ(TillBench::error_of(bench.call("POST", "/customers", R"({"name_last":null})")),
            "400 bad-request Nothing is filled in.");
  EXPECT_EQ(TillBench::error_of(bench.call("POST", "/customers", R"({"mobile":"070"})")),
            "400 bad-request The mobile number is not complete.");
  EXPECT_EQ(bench.desk.changes.size(), 1U);
}

TEST(TillServer, UpdateCorrectsWhomTheAddressNames) {
  TillBench bench;
  const auto reply =
      bench.call("PUT", "/customers/c%2F1", R"({"customer_id":"c-2","name_last":"Ek"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(bench.desk.customer_ids, ElementsAre("c/1"));
  EXPECT_THAT(bench.desk.changes.at(0).given, UnorderedElementsAre("last_name"));
  EXPECT_EQ(bench.desk.changes[0].values.customer_id, "");
  EXPECT_EQ(bench.desk.changes[0].values.last_name, "Ek");
}

TEST(TillServer, BodiesThatAreNoneAreRefused) {
  TillBench bench;
  const std::string not_understood =
      "400 bad-request The customer register does not understand what the till sent.";
  for (const std::string& body :
       {std::string("name=Vera"), std::string("[]"), std::string("7"), std::string("{\"a\":"),
        std::string(10'000, '['), "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"}) {
    EXPECT_EQ(TillBench::error_of(bench.call("PUT", "/customers/c-1", body)), not_understood);
  }
  const std::string large = "{\"company\":\"" + std::string(64 * 1024, 'x') + "\"}";
  EXPECT_THAT(TillBench::error_of(bench.call("POST", "/customers", large)),
              HasSubstr("400 bad-request The till sent more"));
  EXPECT_THAT(bench.desk.asked, IsEmpty());

  CrmSettings settings = till_settings();
  settings.bad_request_status = 422;
  TillBench other(settings);
  EXPECT_THAT(TillBench::error_of(other.call("PUT", "/customers/c-1", "7")),
              HasSubstr("422 bad-request"));
}

TEST(TillServer, TheOtherOperations) {
  TillBench bench;
  Purchase purchase;
  purchase.order_id = "20417";
  bench.desk.purchases = {purchase};
  Section section;
  section.title = "Membership";
  section.values = {{"Points", "1250"}};
  bench.desk.shown_sections = {section};
  EXPECT_EQ(TillBench::body_of(bench.call("GET", "/customers/c-1")).at("name_first"), "Vera");
  EXPECT_EQ(
      TillBench::body_of(bench.call("GET", "/customers/c-1/transactions")).at(0).at("order_id"),
      "20417");
  EXPECT_EQ(
      bench.call("GET", "/customers/c-1/sections").body,
      R"([{"title":"Membership","values":[{"title":"Points","text":"1250","type":"text"}]}])");
  EXPECT_EQ(TillBench::body_of(bench.call("GET", "/consents")).at(0).at("id"), "newsletter");
  EXPECT_THAT(bench.desk.asked, ElementsAre("get", "history", "sections"));
  EXPECT_THAT(bench.desk.customer_ids, ElementsAre("c-1", "c-1", "c-1"));
}

TEST(TillServer, RedeemAndItsUndo) {
  TillBench bench;
  bench.desk.promotion.id = "promo-5";
  bench.desk.promotion.redeemed = true;
  const auto reply = bench.call("POST", "/customers/c-1/redeem",
                                R"({"promotion_id":"promo-5","receipt_id":"R-1"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(TillBench::body_of(reply).at("promotion_id"), "promo-5");
  EXPECT_EQ(TillBench::body_of(reply).at("redeemed"), true);
  bench.call("POST", "/customers/c-1/undo_redeem", R"({"promotion_id":"promo-5"})");
  ASSERT_EQ(bench.desk.acts.size(), 2U);
  EXPECT_EQ(bench.desk.acts[0].customer_id, "c-1");
  EXPECT_EQ(bench.desk.acts[0].item, "promo-5");
  EXPECT_EQ(bench.desk.acts[0].receipt, "R-1");
  EXPECT_FALSE(bench.desk.acts[0].undo);
  EXPECT_TRUE(bench.desk.acts[1].undo);
  EXPECT_EQ(TillBench::error_of(bench.call("POST", "/customers/c-1/redeem", "")),
            "400 bad-request The till did not say what to redeem.");
  bench.desk.error = error_of_kind(Error::Kind::rejected, "Redeemed on another receipt already.");
  EXPECT_EQ(TillBench::error_of(bench.call("POST", "/customers/c-1/redeem", R"({"id":"x"})")),
            "400 bad-request Redeemed on another receipt already.");
}

TEST(TillServer, WhatTheDeskCannotDoHasAStatusAndWordsForStaff) {
  struct Case {
    Error::Kind kind;
    const char* answer;
  };
  const Case cases[] = {
      {Error::Kind::not_found, "404 not-found inside words"},
      {Error::Kind::invalid_input, "400 bad-request inside words"},
      {Error::Kind::rejected, "400 bad-request inside words"},
      {Error::Kind::unavailable,
       "503 other The customer register cannot be reached right now. Please try again."},
      {Error::Kind::retry,
       "503 other The customer register cannot be reached right now. Please try again."},
      {Error::Kind::unknown_outcome,
       "503 other The customer register cannot be reached right now. Please try again."},
      {Error::Kind::rate_limited,
       "429 too-many-requests The customer register is busy. Please try again in a moment."},
      {Error::Kind::auth,
       "502 bad-gateway The customer register cannot be reached right now. Please try again."},
      {Error::Kind::corrupt,
       "500 other The customer register could not answer. Please tell your support."},
  };
  for (const Case& one : cases) {
    TillBench bench;
    bench.desk.error = error_of_kind(one.kind);
    for (const char* path :
         {"/customers/c-1", "/customers/c-1/transactions", "/customers/c-1/sections"}) {
      EXPECT_EQ(TillBench::error_of(bench.call("GET", path)), one.answer) << path;
    }
    EXPECT_EQ(TillBench::error_of(bench.call("PUT", "/customers/c-1", "{}")), one.answer);
    EXPECT_EQ(TillBench::error_of(bench.call("POST", "/customers", R"({"name_last":"Ek"})")),
              one.answer);
    if (one.kind == Error::Kind::not_found) continue;
    EXPECT_EQ(
        TillBench::error_of(bench.call("GET", "/customers?key=a%40example.org&key_type=email")),
        one.answer);
  }
}

TEST(TillServer, AnIdThatNobodyCanHaveIsUnknown) {
  TillBench bench;
  for (const char* path : {"/customers/%FF", "/customers/%20", "/customers/null", "/customers/--"})
    EXPECT_THAT(TillBench::error_of(bench.call("GET", path)), HasSubstr("404 not-found")) << path;
  EXPECT_THAT(bench.desk.asked, IsEmpty());
}

TEST(TillServer, AStrayExceptionIsAnAnswer) {
  TillBench bench;
  bench.desk.throws = true;
  const auto reply = bench.call("GET", "/customers/c-1");
  EXPECT_THAT(TillBench::error_of(reply), HasSubstr("500 other The customer register could not"));
  EXPECT_THAT(reply.body, Not(HasSubstr("fell over")));
}

TEST(TillServer, WhatComesFromTheIndexIsCountedAndTimed) {
  TillBench bench;
  bench.desk.platform_took = std::chrono::microseconds{900'250};
  bench.desk.found->from_index = bench.clock.now();
  const auto reply = bench.call("GET", "/customers?key=70015&key_type=member_number");
  EXPECT_EQ(TillBench::header_of(reply, "Server-Timing"), "platform;dur=900.2");
  EXPECT_THAT(reply.body, HasSubstr("Tillbridge's own records, as of 2026-01-01 00:00"));
  EXPECT_THAT(reply.body, HasSubstr("Not checked with Bloomreach"));
  bench.desk.found->from_index.reset();
  bench.desk.platform_took = Duration{0};
  EXPECT_EQ(TillBench::header_of(bench.call("GET", "/customers?key=1&key_type=member_number"),
                                 "Server-Timing"),
            "platform;dur=0.0");
  bench.call("GET", "/customers?key=1&key_type=shoe_size");
  const std::string text = bench.metrics.prometheus_text();
  for (const char* answer : {"live", "index", "error"}) {
    EXPECT_THAT(text, HasSubstr(std::string("tillbridge_till_answers_total{answer=\"") + answer +
                                "\",operation=\"search\",workspace=\"shop\"} 1"));
  }
  EXPECT_THAT(text, HasSubstr("tillbridge_till_seconds_count{operation=\"search\","
                              "workspace=\"shop\"} 3"));
  EXPECT_THAT(text, HasSubstr("tillbridge_till_platform_seconds_count{operation=\"search\","
                              "workspace=\"shop\"} 1"));
}

TEST(TillServer, HeadIsAskedLikeGet) {
  TillBench bench;
  EXPECT_EQ(bench.call("HEAD", "/customers/c-1").status, 200);
  EXPECT_THAT(bench.desk.asked, ElementsAre("get"));
}

TEST(TillServer, ChangedRoutesAreTheOnlyOnes) {
  CrmSettings settings = till_settings();
  settings.routes =
      *with_route(settings.routes, Operation::update, "POST", "/person/{customer_id}/correct");
  settings.routes = *with_route(settings.routes, Operation::get, "GET", "/person");
  TillBench bench(settings);
  EXPECT_EQ(bench.call("POST", "/person/c-1/correct", R"({"name_last":"Ek"})").status, 200);
  EXPECT_EQ(bench.call("GET", "/person?customer_id=c-2").status, 200);
  EXPECT_THAT(bench.desk.customer_ids, ElementsAre("c-1", "c-2"));
  EXPECT_EQ(bench.call("PUT", "/customers/c-1", R"({"name_last":"Ek"})").status, 404);
  EXPECT_EQ(bench.call("GET", "/customers/c-1").status, 404);
  EXPECT_EQ(bench.send(bench.request("GET", "/crm/person?customer_id=c-3")).status, 200);
}

TEST(TillServer, WhatFitsNoRouteIsLoggedWithTheWordsOfTheRoutesInForce) {
  CrmSettings settings = till_settings();
  settings.routes =
      with_route(settings.routes, Operation::get, "GET", "/klubben/{customer_id}").value();
  TillBench bench(settings);
  LogCapture log;
  bench.call("GET", "/klubben/lindqvist/berg");
  const std::string text = log.take();
  EXPECT_THAT(text, HasSubstr("/klubben/{…}/{…}"));
  for (const char* value : {"lindqvist", "berg"}) EXPECT_THAT(text, Not(HasSubstr(value)));
}

TEST(TillServer, WhatFitsNoRouteIs404AndLoggedWithoutValues) {
  TillBench bench;
  LogCapture log;
  auto request = bench.request("PATCH", "/crm/shop/customers/c-90112?mobile=%2B46700000001",
                               R"({"name_first":"Vera","list":["Lind"],"zip":11122})");
  request.headers.push_back({"Store-ID", "Uppsala"});
  const auto reply = bench.send(request);
  EXPECT_EQ(TillBench::error_of(reply), "404 not-found The customer register does not offer this.");
  bench.send(request);  // the log has it already
  bench.call("PATCH", "/customers", "");
  const std::string text = log.take();
  EXPECT_EQ(count(text, "till_call_fits_no_route"), 2U) << text;
  EXPECT_THAT(text, HasSubstr("PATCH"));
  EXPECT_THAT(text, HasSubstr("/customers/{…}"));
  EXPECT_THAT(text,
              HasSubstr(R"({\"name_first\":\"text\",\"list\":[\"text\"],\"zip\":\"number\"})"));
  EXPECT_THAT(text, HasSubstr("Authorization, Store-ID"));
  EXPECT_THAT(text, HasSubstr("\"parameters\":\"mobile\""));
  for (const char* value :
       {"Vera", "Lind", "11122", "90112", "4670000", "Uppsala", "bGV0bWVpbg", "letmein"}) {
    EXPECT_THAT(text, Not(HasSubstr(value)));
  }
  EXPECT_THAT(bench.metrics.prometheus_text(),
              HasSubstr("tillbridge_till_unmatched_total{workspace=\"shop\"} 3"));
  EXPECT_THAT(bench.desk.asked, IsEmpty());
}

TEST(TillServer, WhatIsIgnoredIsNamedOnceAndFailuresAreFound) {
  TillBench bench;
  LogCapture log;
  bench.call("PUT", "/customers/c-1", R"({"shoe_size":"thirty-nine"})");
  bench.call("PUT", "/customers/c-1", R"({"shoe_size":"thirty-nine"})");
  bench.call("PUT", "/customers/c-1", "name=Vera");
  bench.desk.error = error_of_kind(Error::Kind::unavailable, "the journal is full");
  const auto reply = bench.call("GET", "/customers/c-1");
  const std::string request_id =
      json::text(TillBench::body_of(reply).as_object(), "request_id").value_or("none");
  const std::string text = log.take();
  EXPECT_EQ(count(text, "shoe_size"), 1U) << text;
  EXPECT_THAT(text, Not(HasSubstr("thirty-nine")));
  EXPECT_THAT(text, HasSubstr("not JSON (9 bytes)"));
  EXPECT_THAT(text, Not(HasSubstr("Vera")));
  EXPECT_THAT(text, HasSubstr("the journal is full"));
  EXPECT_THAT(text, HasSubstr(request_id));
  EXPECT_THAT(reply.body, Not(HasSubstr("journal")));
}

TEST(TillServer, RequestIdsDiffer) {
  TillBench bench;
  bench.desk.error = error_of_kind(Error::Kind::not_found);
  const auto first = TillBench::body_of(bench.call("GET", "/customers/c-1")).at("request_id");
  const auto second = TillBench::body_of(bench.call("GET", "/customers/c-1")).at("request_id");
  EXPECT_NE(first, second);
  EXPECT_EQ(first.as_string().size(), 16U);
}

}  // namespace
}  // namespace tillbridge::crm
