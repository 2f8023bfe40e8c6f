#include "connectors/bloomreach/customer_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/bloomreach/customer_answer_examples.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using outbound::HttpAnswer;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;
using Kind = Outcome::Kind;
using Of = Attribute::Kind;

Result<HttpAnswer> answer(int status, std::string_view body) {
  HttpAnswer made;
  made.status = status;
  made.body = body;
  return made;
}

const std::vector<Attribute> asked_7_1 = {{Of::property, "first_name", ""},
                                          {Of::id, "cookie", ""},
                                          {Of::property, "tier", ""},
                                          {Of::consent, "newsletter", "valid"}};

constexpr std::string_view where = ": Bloomreach, Project settings, Access management, API: ";

std::string advice(std::string_view doing, std::string_view right) {
  return "the API key may not " + std::string(doing) + std::string(where) + std::string(right);
}

// C1 with one asked attribute beside the id that was asked by.
ReadAnswer read_one(const Attribute& attribute, const std::string& value) {
  return attributes_answer(answer(200, R"({"success":true,"results":[{"success":true,"value":)" +
                                           value + R"(},{"success":true,"value":"m-1"}]})"),
                           {attribute, {Of::id, "registered", ""}});
}

TEST(AttributesAnswer, TheContractsExample) {
  const ReadAnswer read = attributes_answer(answer(200, examples::attributes_7_1), asked_7_1);
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  EXPECT_EQ(read.outcome.http_status, 200);
  EXPECT_EQ(read.outcome.reason, advice("read consent newsletter", "Events, consent, Get"));
  ASSERT_TRUE(read.customer);
  EXPECT_TRUE(read.customer->found);
  EXPECT_THAT(read.customer->properties,
              UnorderedElementsAre(Pair("first_name", json::Value("Ada")),
                                   Pair("tier", json::Value("gold"))));
  EXPECT_THAT(read.customer->ids, ElementsAre(Pair("cookie", ElementsAre("c-1", "c-2"))));
  EXPECT_THAT(read.customer->consents, IsEmpty());
  EXPECT_THAT(read.customer->denied, ElementsAre("consent newsletter"));
  EXPECT_THAT(read.customer->refused, IsEmpty());
}

TEST(AttributesAnswer, NothingDeniedGivesNoReason) {
  const ReadAnswer read = read_one({Of::property, "city", ""}, R"("Oslo")");
  EXPECT_EQ(read.outcome.reason, "");
  EXPECT_THAT(read.customer->denied, IsEmpty());
}

TEST(AttributesAnswer, ValuesOfAllKinds) {
  const struct {
    const char* sent;
    const char* kept;  // nullptr: absent
  } cases[] = {
      {R"("Ada")", R"("Ada")"},
      {"12.5", "12.5"},
      {"-7", "-7"},
      {"true", "true"},
      {"false", "false"},
      {R"(["a","b"])", R"(["a","b"])"},
      {R"(["a",7,2.5,null,{"b":1},""])", R"(["a","7","2.5"])"},
      {"null", nullptr},
      {R"("")", nullptr},
      {"[]", nullptr},
      {R"([{"product_id":"1"}])", nullptr},
      {R"({"a":1})", nullptr},
  };
  for (const auto& c : cases) {
    const ReadAnswer read = read_one({Of::property, "p", ""}, c.sent);
    ASSERT_TRUE(read.customer) << c.sent;
    const auto found = read.customer->properties.find("p");
    EXPECT_EQ(found != read.customer->properties.end(), c.kept != nullptr) << c.sent;
    if (c.kept != nullptr && found != read.customer->properties.end())
      EXPECT_EQ(found->second, json::parse(c.kept).value()) << c.sent;
  }
}

TEST(AttributesAnswer, IdsHardAndSoft) {
  const auto ids = [](const char* sent) {
    return read_one({Of::id, "cookie", ""}, sent).customer.value().ids;
  };
  EXPECT_THAT(ids(R"("c-1")")["cookie"], ElementsAre("c-1"));
  EXPECT_THAT(ids(R"(["c-1","c-2"])")["cookie"], ElementsAre("c-1", "c-2"));
  EXPECT_THAT(ids("4711")["cookie"], ElementsAre("4711"));
  EXPECT_EQ(ids("null").count("cookie"), 0U);
  EXPECT_EQ(ids("[]").count("cookie"), 0U);
}

ReadAnswer read_consent(const char* valid, const char* timestamp, const char* source) {
  const std::string body = std::string(R"({"success":true,"results":[{"success":true,"value":)") +
                           valid + R"(},{"success":true,"value":)" + timestamp +
                           R"(},{"success":true,"value":)" + source +
                           R"(},{"success":true,"value":"m-1"}]})";
  return attributes_answer(answer(200, body), attributes_to_ask("registered", {{}, {}, {"news"}}));
}

TEST(AttributesAnswer, ConsentsFromTheirThreeModes) {
  const ConsentRead given =
      read_consent("true", "1767225600.25", R"("pos")").customer->consents["news"];
  EXPECT_TRUE(given.valid);
  EXPECT_EQ(given.decided_at, from_unix_seconds(1767225600) + milliseconds{250});
  EXPECT_EQ(given.source, "pos");
  const ConsentRead never = read_consent("false", "null", "null").customer->consents["news"];
  EXPECT_FALSE(never.valid);
  EXPECT_EQ(never.decided_at, std::nullopt);
  EXPECT_EQ(never.source, "");
  const auto decided = [](const char* timestamp) {
    return read_consent("true", timestamp, "null").customer->consents["news"].decided_at;
  };
  EXPECT_EQ(decided("1767225600"), from_unix_seconds(1767225600));
  EXPECT_EQ(decided(R"("1767225600.5")"), from_unix_seconds(1767225600) + milliseconds{500});
  for (const char* none : {"1767225600000", "0", "-1", "1e300", R"("soon")", R"("nan")", R"("")",
                           "true", "[1767225600]"})
    EXPECT_EQ(decided(none), std::nullopt) << none;
}

// U7: in any of the ways that Bloomreach may tell it.
TEST(AttributesAnswer, NobodyHasTheId) {
  const auto three = attributes_to_ask("registered", {{"city"}, {}, {}});
  const auto consents = attributes_to_ask("registered", {{}, {}, {"news"}});
  const ReadAnswer nobody[] = {
      attributes_answer(answer(404, examples::unknown_customer_3), three),
      attributes_answer(answer(200, examples::unknown_customer_3), three),
      attributes_answer(answer(404, R"({"success":false,"error":"Customer does not exist"})"),
                        three),
      attributes_answer(answer(200, R"({"success":true,"results":[{"success":true,"value":null},
                                        {"success":true,"value":null}]})"),
                        three),
      attributes_answer(answer(200, R"({"success":true,"results":[{"success":true,"value":false},
          {"success":true,"value":null},{"success":true,"value":null},
          {"success":true,"value":null}]})"),
                        consents)};
  for (const ReadAnswer& read : nobody) {
    EXPECT_EQ(read.outcome.kind, Kind::delivered) << read.outcome.reason;
    EXPECT_EQ(read.outcome.reason, "");
    EXPECT_FALSE(read.outcome.connection_at_fault);
    EXPECT_FALSE(read.customer);
  }
}

TEST(AttributesAnswer, ACustomerWithoutValuesIsSomebody) {
  const ReadAnswer read = read_one({Of::property, "city", ""}, "null");
  ASSERT_TRUE(read.customer);
  EXPECT_THAT(read.customer->properties, IsEmpty());
  EXPECT_THAT(read.customer->ids, ElementsAre(Pair("registered", ElementsAre("m-1"))));
}

TEST(AttributesAnswer, WhatMayNotBeReadIsNamedWithTheRightThatIsMissing) {
  const auto asked = attributes_to_ask("registered", {{"phone", "email"}, {}, {"news"}});
  const ReadAnswer read = attributes_answer(
      answer(200, R"({"success":true,"results":[{"success":false,"error":"No permission"},
        {"success":true,"value":"ada@example.com"},{"success":false,"error":"No permission"},
        {"success":false,"errors":["No permission"]},{"success":false,"error":"No permission"},
        {"success":true,"value":"m-1"}]})"),
      asked);
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  EXPECT_EQ(read.outcome.reason, advice("read property phone, consent news",
                                        "Customer properties, Get; Events, consent, Get"));
  ASSERT_TRUE(read.customer);
  EXPECT_THAT(read.customer->denied, ElementsAre("property phone", "consent news"));
  EXPECT_EQ(read.customer->properties.count("email"), 1U);
  const ReadAnswer one = attributes_answer(
      answer(200, R"({"success":true,"results":[{"success":false,"error":"No permission"},
        {"success":true,"value":"m-1"}]})"),
      attributes_to_ask("registered", {{"phone"}, {}, {}}));
  EXPECT_EQ(one.outcome.reason, advice("read property phone", "Customer properties, Get"));
}

TEST(AttributesAnswer, WhatTheProjectDoesNotKnowIsNamed) {
  const auto asked = attributes_to_ask("registered", {{}, {}, {"newz"}});
  const std::string refused =
      R"({"success":false,"error":"Consent category of ada@example.com does not exist"},)";
  const ReadAnswer read =
      attributes_answer(answer(200, R"({"success":true,"results":[)" + refused + refused + refused +
                                        R"({"success":true,"value":"m-1"}]})"),
                        asked);
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  EXPECT_EQ(read.outcome.reason,
            "Bloomreach refuses to read consent newz: check that the project has it under this "
            "name (Bloomreach said: Consent category of [...] does not exist)");
  EXPECT_THAT(read.customer->refused, ElementsAre("consent newz"));
  EXPECT_THAT(read.customer->denied, IsEmpty());
  EXPECT_THAT(read.customer->consents, IsEmpty());
}

TEST(AttributesAnswer, NothingReadableSaysNothingAboutTheCustomer) {
  const ReadAnswer read = attributes_answer(
      answer(200, R"({"success":true,"results":[{"success":false,"error":"No permission"}]})"),
      {{Of::property, "phone", ""}});
  EXPECT_EQ(read.outcome.kind, Kind::rejected);
  EXPECT_EQ(read.outcome.reason, advice("read property phone", "Customer properties, Get"));
  EXPECT_FALSE(read.customer);
}

TEST(AttributesAnswer, LongListsAreCutInReasons) {
  std::vector<Attribute> asked;
  std::string results;
  for (int i = 0; i < 20; ++i) {
    asked.push_back({Of::property, "p" + std::to_string(i), ""});
    results += R"({"success":false,"error":"No permission"},)";
  }
  asked.push_back({Of::id, "registered", ""});
  const ReadAnswer read = attributes_answer(
      answer(200, R"({"success":true,"results":[)" + results + R"({"success":true,"value":"m"}]})"),
      asked);
  EXPECT_THAT(read.outcome.reason, HasSubstr("property p5 and 14 more: Bloomreach"));
  EXPECT_EQ(read.customer->denied.size(), 20U);
}

TEST(AttributesAnswer, OtherShapesAreNotUnderstood) {
  for (const char* body :
       {R"({"success":true})", R"({"success":true,"results":{}})",
        R"({"success":true,"results":[]})",
        R"({"success":true,"results":[{"success":true,"value":1}]})",
        R"({"success":true,"results":[1,2,3,4]})",
        R"({"success":true,"results":[{"success":true},{"success":true},{"success":true},
          {"success":true},{"success":true}]})",
        R"({"success":true,"results":[{"value":"Ada"},{"value":1},{"value":1},{"value":1}]})"}) {
    const ReadAnswer read = attributes_answer(answer(200, body), asked_7_1);
    EXPECT_EQ(read.outcome.kind, Kind::transient) << body;
    EXPECT_TRUE(read.outcome.connection_at_fault) << body;
    EXPECT_THAT(read.outcome.reason, HasSubstr("not the documented answer")) << body;
    EXPECT_FALSE(read.customer) << body;
  }
}

struct CallCase {
  const char* what;
  Result<HttpAnswer> answer;
  Kind kind;
  bool connection_at_fault;
  std::string says;
};

// Every row of bloomreach.md 3 that a read can meet, and what is no answer of the API.
TEST(Reads, CallsThatFailedAsAWhole) {
  const CallCase cases[] = {
      {"project 1", answer(400, R"({"success":false,"error":"Could not authenticate"})"),
       Kind::transient, true, "does not know the project: check project_token"},
      {"project 2", answer(400, R"({"success":false,"error":"Invalid project id"})"),
       Kind::transient, true, "does not know the project: check project_token"},
      {"no key", answer(401, R"({"success":false,"error":"access key not provided"})"),
       Kind::transient, true, "saw no API key"},
      {"unknown key", answer(401, R"({"success":false,"error":"access key not found"})"),
       Kind::transient, true, "does not know the API key: check key_id"},
      {"wrong secret", answer(403, R"({"success":false,"error":"invalid secret"})"),
       Kind::transient, true, "refused the API secret: check key_secret"},
      {"permission", answer(403, examples::no_permission_3), Kind::rejected, false,
       advice("export a customer", "GDPR, Export customer")},
      {"permission in other words",
       answer(403, R"({"success":false,"errors":{"_global":["Not for ada@example.com"]}})"),
       Kind::rejected, false,
       advice("export a customer", "GDPR, Export customer") + " (Bloomreach said: Not for [...])"},
      {"permission under 200", answer(200, examples::no_permission_3), Kind::rejected, false,
       "GDPR, Export customer"},
      {"403 html", answer(403, "<html>"), Kind::transient, true, "key_secret"},
      {"401 in other words", answer(401, R"({"success":false,"error":"not authorized"})"),
       Kind::transient, true, "key_id"},
      {"401 html", answer(401, "<html>"), Kind::transient, true, "key_id"},
      {"ids 400", answer(400, R"({"errors":{"_global":["At least one id should be specified."]}})"),
       Kind::rejected, false, "hard_id"},
      {"ids 200",
       answer(200, R"({"success":false,"errors":["At least one valid id should be specified"]})"),
       Kind::rejected, false, "hard_id"},
      {"invalid json", answer(400, R"({"success":false,"message":"Invalid JSON"})"), Kind::rejected,
       false, "as JSON"},
      {"404 route", answer(404, examples::unknown_route_3), Kind::transient, true, "base_url"},
      {"404 html", answer(404, "<html>Customer does not exist</html>"), Kind::transient, true,
       "base_url"},
      {"odd refusal", answer(409, R"({"success":false,"errors":["odd thing at ada@example.com"]})"),
       Kind::rejected, false, "odd thing at [...]"},
      {"429", answer(429, examples::unknown_customer_3), Kind::throttled, false, "fewer"},
      {"500 json", answer(500, R"({"success":false,"error":"No permission"})"), Kind::transient,
       true, "500"},
      {"502 html", answer(502, "<html>"), Kind::transient, true, "502"},
      {"503", answer(503, ""), Kind::transient, true, "503"},
      {"504", answer(504, ""), Kind::transient, true, "504"},
      {"redirect", answer(302, examples::export_one_7_2), Kind::transient, true, "base_url"},
      {"200 html", answer(200, "<html>welcome</html>"), Kind::transient, true, "base_url"},
      {"200 empty", answer(200, ""), Kind::transient, true, "base_url"},
      {"200 half", answer(200, examples::export_one_7_2.substr(0, 60)), Kind::transient, true,
       "base_url"},
      {"200 array", answer(200, "[]"), Kind::transient, true, "base_url"},
      {"200 without success", answer(200, R"({"ids":{"registered":"m-1"},"properties":{}})"),
       Kind::transient, false, "without saying"},
      {"200 success false only", answer(200, R"({"success":false})"), Kind::rejected, false,
       "without saying why"},
      {"200 other shape", answer(200, R"({"success":true,"data":[]})"), Kind::transient, true,
       "not the documented answer"},
      {"refused", fail(Error::Kind::retry, "connection refused"), Kind::transient, true,
       "connection refused"},
      {"lost", fail(Error::Kind::unknown_outcome, "timed out"), Kind::transient, true, "timed out"},
      {"too large", fail(Error::Kind::rejected, "the answer is larger than 16000000 bytes"),
       Kind::transient, true, "larger than"},
  };
  for (const CallCase& c : cases) {
    const ReadAnswer read = export_one_answer(c.answer);
    EXPECT_EQ(read.outcome.kind, c.kind) << c.what << ": " << read.outcome.reason;
    EXPECT_EQ(read.outcome.connection_at_fault, c.connection_at_fault) << c.what;
    EXPECT_EQ(read.outcome.http_status, c.answer ? c.answer->status : 0) << c.what;
    EXPECT_THAT(read.outcome.reason, HasSubstr(c.says)) << c.what;
    EXPECT_THAT(read.outcome.reason, Not(HasSubstr("ada@"))) << c.what;
    EXPECT_FALSE(read.customer) << c.what;
  }
}

TEST(ExportOneAnswer, BothEnvelopes) {
  for (const std::string_view body : {examples::export_one_7_2, examples::export_one_in_value}) {
    const ReadAnswer read = export_one_answer(answer(200, body));
    EXPECT_EQ(read.outcome.kind, Kind::delivered) << read.outcome.reason;
    ASSERT_TRUE(read.customer);
    EXPECT_THAT(read.customer->ids,
                UnorderedElementsAre(Pair("registered", ElementsAre("m-100234")),
                                     Pair("cookie", ElementsAre("c-1"))));
    EXPECT_THAT(read.customer->properties,
                UnorderedElementsAre(Pair("first_name", json::Value("Ada")),
                                     Pair("email", json::Value("ada@example.com"))));
  }
}

TEST(ExportOneAnswer, NobodyHasTheId) {
  for (const auto& nobody : {answer(404, examples::unknown_customer_3),
                             answer(200, R"({"success":true,"ids":{},"properties":{}})")}) {
    const ReadAnswer read = export_one_answer(nobody);
    EXPECT_EQ(read.outcome.kind, Kind::delivered);
    EXPECT_FALSE(read.customer);
  }
}

TEST(EventsAnswer, TheContractsExample) {
  const EventsAnswer read = events_answer(answer(200, examples::events_7_3), {"consent"});
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  EXPECT_TRUE(read.found);
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].type, "consent");
  EXPECT_EQ(read.events[0].at, from_unix_seconds(1767000000));
  EXPECT_EQ(json::text(read.events[0].properties, "action"), "accept");
}

TEST(EventsAnswer, NewestFirstAndOnlyWhatIsOne) {
  const EventsAnswer read = events_answer(
      answer(200,
             R"({"success":true,"data":[{"type":"a","timestamp":10},{"type":"b","timestamp":30.5},
        {"timestamp":40},{"type":"c"},7,{"type":"d","timestamp":20,"properties":null}]})"),
      {"a"});
  std::string order;
  for (const EventRead& event : read.events) order += event.type;
  EXPECT_EQ(order, "bda");
}

TEST(EventsAnswer, NobodyNothingAndNoRight) {
  const EventsAnswer nobody = events_answer(answer(404, examples::unknown_customer_3), {"a"});
  EXPECT_EQ(nobody.outcome.kind, Kind::delivered);
  EXPECT_FALSE(nobody.found);
  const EventsAnswer nothing = events_answer(answer(200, R"({"success":true,"data":[]})"), {"a"});
  EXPECT_EQ(nothing.outcome.kind, Kind::delivered);
  EXPECT_TRUE(nothing.found);
  const auto denied = [](const char* text) {
    return events_answer(answer(403, std::string(R"({"success":false,"error":")") + text + "\"}"),
                         {"purchase", "view"})
        .outcome.reason;
  };
  EXPECT_EQ(denied("No permission to get events of type view"),
            advice("read events of type view", "Events, Get"));
  EXPECT_EQ(denied("No permission"), advice("read events of type purchase, view", "Events, Get"));
  EXPECT_EQ(events_answer(answer(200, R"({"success":true})"), {"a"}).outcome.kind, Kind::transient);
}

TEST(ExportAnswer, TheContractsExample) {
  const ExportAnswer exported = export_answer(answer(200, examples::export_7_4));
  EXPECT_EQ(exported.outcome.kind, Kind::delivered);
  ASSERT_EQ(exported.customers.size(), 1U);
  EXPECT_THAT(exported.customers[0].ids, ElementsAre(Pair("registered", ElementsAre("m-100234"))));
  EXPECT_THAT(exported.customers[0].properties,
              ElementsAre(Pair("phone", json::Value("+46700000001"))));
}

TEST(ExportAnswer, ColumnsThatWereNotAskedForAndUnsetValuesAreLeftOut) {
  const ExportAnswer exported = export_answer(answer(
      200,
      R"({"success":true,"fields":[{"type":"segmentation","id":"65aa"},{"type":"id","id":"cookie"},
        {"type":"property","property":"phone"}],
        "data":[["gold",["c-1"],null],[null,null,"+46"]]})"));
  ASSERT_EQ(exported.customers.size(), 2U);
  EXPECT_THAT(exported.customers[0].ids, ElementsAre(Pair("cookie", ElementsAre("c-1"))));
  EXPECT_THAT(exported.customers[0].properties, IsEmpty());
  EXPECT_THAT(exported.customers[1].ids, IsEmpty());
  EXPECT_EQ(exported.customers[1].properties.size(), 1U);
}

TEST(ExportAnswer, AllOrNothing) {
  for (const char* body :
       {R"({"success":true,"fields":[{"type":"id","id":"a"}]})",
        R"({"success":true,"data":[["m"]]})",
        R"({"success":true,"fields":[{"type":"id","id":"a"}],"data":[["m"],["n","o"]]})",
        R"({"success":true,"fields":[{"type":"id","id":"a"}],"data":[["m"],7]})"}) {
    const ExportAnswer exported = export_answer(answer(200, body));
    EXPECT_EQ(exported.outcome.kind, Kind::transient) << body;
    EXPECT_TRUE(exported.customers.empty()) << body;
  }
  const Outcome denied =
      export_answer(answer(403, R"({"success":false,"error":"No permission to export customers"})"))
          .outcome;
  EXPECT_EQ(denied.kind, Kind::rejected);
  EXPECT_THAT(denied.reason, HasSubstr("API: GDPR, Export customers"));
}

TEST(CategoriesAnswer, TheContractsExample) {
  const CategoriesAnswer read = categories_answer(answer(200, examples::categories_8));
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  ASSERT_EQ(read.categories.size(), 1U);
  EXPECT_EQ(read.categories[0].id, "newsletter");
  EXPECT_THAT(read.categories[0].names, ElementsAre(Pair("", "Newsletter")));
  EXPECT_FALSE(read.categories[0].legitimate_interest);
  EXPECT_TRUE(read.categories[0].private_api_allowed);
}

TEST(CategoriesAnswer, SourcesThatAreOffOrUnsaid) {
  const CategoriesAnswer read = categories_answer(answer(
      200,
      R"({"success":true,"results":[{"id":"a","sources":{"private_api":false}},{"id":"b","sources":{}},
        {"sources":{"private_api":true}},{"id":"c","legitimate_interest":true,
        "translations":{"":{"name":"C"},"sv":{"name":"Cirkel"},"no":null}}]})"));
  ASSERT_EQ(read.categories.size(), 3U);
  EXPECT_FALSE(read.categories[0].private_api_allowed);
  EXPECT_FALSE(read.categories[1].private_api_allowed);
  EXPECT_TRUE(read.categories[2].legitimate_interest);
  EXPECT_THAT(read.categories[2].names, ElementsAre(Pair("", "C"), Pair("sv", "Cirkel")));
  EXPECT_EQ(categories_answer(answer(200, R"({"success":true})")).outcome.kind, Kind::transient);
}

TEST(AnonymizeAnswer, TakenUnknownDeniedLost) {
  const Outcome taken = anonymize_answer(answer(200, examples::anonymized_14));
  EXPECT_EQ(taken.kind, Kind::delivered);
  EXPECT_EQ(taken.reason, "");
  const Outcome unknown = anonymize_answer(answer(404, examples::unknown_customer_3));
  EXPECT_EQ(unknown.kind, Kind::delivered);
  EXPECT_THAT(unknown.reason, HasSubstr("nobody"));
  const Outcome denied =
      anonymize_answer(answer(403, R"({"success":false,"error":"No permission"})"));
  EXPECT_EQ(denied.kind, Kind::rejected);
  EXPECT_EQ(denied.reason, advice("anonymize customers", "GDPR, Anonymize customer"));
  // A write: nobody may take it for not done.
  EXPECT_EQ(anonymize_answer(fail(Error::Kind::unknown_outcome, "timed out")).kind,
            Kind::ambiguous);
  EXPECT_EQ(anonymize_answer(answer(200, "<html>")).kind, Kind::ambiguous);
}

}  // namespace
}  // namespace tillbridge::connectors::bloomreach
