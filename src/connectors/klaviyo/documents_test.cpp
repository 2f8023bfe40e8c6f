#include "connectors/klaviyo/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "connectors/klaviyo/effects_for_tests.h"
#include "connectors/klaviyo/limits.h"

namespace tillbridge::connectors::klaviyo {
namespace {

using model::ConsentChannel;
using model::ConsentState;
using model::CustomerEvent;
using model::Number;
using test::act;
using test::placed_order;
using test::till_time;
using testing::HasSubstr;
using testing::Not;

std::string body_of(const CustomerEvent& event) {
  const auto body = event_body(part_bytes(event));
  return body ? *body : "refused: " + body.error().what;
}

std::string job_of(const std::vector<CustomerEvent>& events) {
  std::vector<std::string> parts;
  for (const CustomerEvent& event : events) parts.push_back(part_bytes(event));
  const std::vector<std::string_view> views(parts.begin(), parts.end());
  const auto body = bulk_body(views);
  return body ? *body : "refused: " + body.error().what;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

TEST(EventBody, TheContractsExample) {
  EXPECT_EQ(
      body_of(placed_order()),
      R"({"data":{"type":"event","attributes":{"metric":{"data":{"type":"metric","attributes":)"
      R"({"name":"Placed Order"}}},"properties":{"OrderId":"1001-000123","Source Name":"POS",)"
      R"("StoreName":"Uppsala Centrum","ItemNames":["Wool cap"]},)"
      R"("time":"2026-07-20T11:45:10+00:00","value":299.00,"value_currency":"SEK",)"
      R"("unique_id":"sitoo:1001-000123","profile":{"data":{"type":"profile","attributes":)"
      R"({"email":"elin.berg@kund.example"}}}}}})");
}

TEST(EventBody, CarriesThePersonsProperties) {
  CustomerEvent event = placed_order();
  event.who.ids = {{"external_id", "sitoo:9001"}, {"phone_number", "+46701740601"}};
  event.customer_properties = {{"Purchased SKUs", model::TextList{"CAP-BLK", "SOX"}},
                               {"Last Store", "Uppsala Centrum"}};
  EXPECT_THAT(body_of(event),
              HasSubstr(R"("profile":{"data":{"type":"profile","attributes":{)"
                        R"("external_id":"sitoo:9001","phone_number":"+46701740601",)"
                        R"("properties":{"Purchased SKUs":["CAP-BLK","SOX"],)"
                        R"("Last Store":"Uppsala Centrum"}}}}}}})"));
}

TEST(EventBody, NumbersAndOrderStayAsTheFlowWroteThem) {
  CustomerEvent event = placed_order();
  event.value = Money{1'234'500, Currency::parse("KWD").value()};
  event.properties = {{"z", Number{"499.00"}},
                      {"a", Number{"12345678901234567.10"}},
                      {"Is Discounted", false},
                      {"Items",
                       std::vector<model::PropertyList>{
                           {{"SKU", "b"}, {"Quantity", Number{"1.50"}}, {"profile", "text"}},
                           {{"SKU", "a"}, {"RowTotal", Number{"0"}}}}},
                      {"odd", "quote \" back \\ line\n {\"profile\":{ Å"}};
  const std::string body = body_of(event);
  EXPECT_THAT(body, HasSubstr(R"("value":1234.500,"value_currency":"KWD")"));
  EXPECT_THAT(body, HasSubstr(R"("properties":{"z":499.00,"a":12345678901234567.10,)"
                              R"("Is Discounted":false,"Items":[{"SKU":"b","Quantity":1.50,)"
                              R"("profile":"text"},{"SKU":"a","RowTotal":0}],"odd":"quote \" back)"
                              R"( \\ line\n {\"profile\":{ Å"})"));
  EXPECT_TRUE(json::parse(body));
}

TEST(EventBody, OptionalFieldsAreLeftOut) {
  CustomerEvent event = placed_order();
  event.value.reset();
  event.unique_id.clear();
  EXPECT_THAT(body_of(event), Not(HasSubstr("value")));
  EXPECT_THAT(body_of(event), Not(HasSubstr("unique_id")));
  EXPECT_THAT(body_of(event), Not(HasSubstr("backfill")));
  event.history = true;
  EXPECT_THAT(body_of(event), HasSubstr(R"(,"backfill":true,"profile":)"));
}

struct LimitCase {
  const char* what;
  void (*change)(CustomerEvent&);
  const char* says;  // "" : taken
};

TEST(EventBody, HoldsTheLimits) {
  const LimitCase cases[] = {
      {"400 properties",
       [](CustomerEvent& e) {
         e.properties.assign(0, {});
         for (int i = 0; i < 400; ++i) e.properties.push_back({std::to_string(i), "x"});
       },
       ""},
      {"401 properties",
       [](CustomerEvent& e) {
         e.properties.assign(0, {});
         for (int i = 0; i < 401; ++i) e.properties.push_back({std::to_string(i), "x"});
       },
       "401 properties"},
      {"text of 100 KB",
       [](CustomerEvent& e) { e.properties = {{"note", std::string(100'000, 'x')}}; }, ""},
      {"longer text",
       [](CustomerEvent& e) { e.properties = {{"note", std::string(100'001, 'x')}}; },
       "'note' is over 100 KB"},
      {"longer text inside",
       [](CustomerEvent& e) {
         e.properties = {
             {"Items", std::vector<model::PropertyList>{{{"n", std::string(100'001, 'x')}}}}};
       },
       "over 100 KB"},
      {"4000 items",
       [](CustomerEvent& e) { e.properties = {{"SKUs", model::TextList(4'000, "a")}}; }, ""},
      {"4001 items",
       [](CustomerEvent& e) { e.properties = {{"SKUs", model::TextList(4'001, "a")}}; },
       "'SKUs' has 4001 items"},
      {"integer", [](CustomerEvent& e) { e.properties = {{"n", Number{"18446744073709551615"}}}; },
       "64 bits"},
      {"no finite number", [](CustomerEvent& e) { e.properties = {{"n", Number{"1e999"}}}; },
       "too large"},
      {"no number", [](CustomerEvent& e) { e.properties = {{"n", Number{"1,5x"}}}; }, "not JSON"},
      {"metric of 127", [](CustomerEvent& e) { e.type = std::string(127, 'm'); }, ""},
      {"metric of 128", [](CustomerEvent& e) { e.type = std::string(128, 'm'); }, "name"},
      {"no metric", [](CustomerEvent& e) { e.type = ""; }, "name"},
      {"id of 255", [](CustomerEvent& e) { e.unique_id = std::string(255, 'i'); }, ""},
      {"id of 256", [](CustomerEvent& e) { e.unique_id = std::string(256, 'i'); }, "unique_id"},
      {"1990", [](CustomerEvent& e) { e.at = from_unix_seconds(662'687'999); }, "1990"},
      {"1991", [](CustomerEvent& e) { e.at = from_unix_seconds(662'688'000); }, ""},
      {"nobody", [](CustomerEvent& e) { e.who.ids.clear(); }, "nobody is named"},
      {"empty name", [](CustomerEvent& e) { e.who.ids = {{"email", ""}}; }, "email"},
      {"email of 100",
       [](CustomerEvent& e) { e.who.ids = {{"email", std::string(98, 'e') + "@x"}}; }, ""},
      {"email of 101",
       [](CustomerEvent& e) { e.who.ids = {{"email", std::string(99, 'e') + "@x"}}; }, "email"},
      {"profile over 95 KB",
       [](CustomerEvent& e) { e.customer_properties = {{"big", std::string(95'000, 'x')}}; },
       "95 KB"},
      {"bad UTF-8", [](CustomerEvent& e) { e.properties = {{"n", "\xff"}}; }, "not JSON"},
      {"two of one name",
       [](CustomerEvent& e) { e.who.ids = {{"email", "a@b.se"}, {"email", "c@d.se"}}; },
       "two members"},
  };
  for (const LimitCase& c : cases) {
    CustomerEvent event = placed_order();
    c.change(event);
    const auto body = event_body(part_bytes(event));
    if (*c.says == 0) {
      EXPECT_TRUE(body) << c.what << ": " << body.error().what;
      continue;
    }
    ASSERT_FALSE(body) << c.what;
    EXPECT_EQ(body.error().kind, Error::Kind::invalid_input) << c.what;
    EXPECT_THAT(body.error().what, HasSubstr(c.says)) << c.what;
    EXPECT_LT(body.error().what.size(), 200U) << c.what;
  }
}

TEST(EventBody, RefusesWhatIsNoEventPart) {
  const std::string good = part_bytes(placed_order());
  ASSERT_TRUE(event_body(good));
  const std::string_view metric = R"("metric":{"data":{"attributes":{"name":"x"}}})";
  const std::string time = R"(,"time":"2026-07-20T11:45:10+00:00")";
  const std::string person = R"(,"profile":{"email":"a@b.se"}})";
  const std::string bad[] = {
      "",
      "{}",
      "[]",
      good.substr(0, good.size() - 1),
      good + "x",
      R"({"event":{},"profile":{"email":"a@b.se"}})",
      R"({"profile_write":{"email":"a@b.se"}})",
      R"({"event":{)" + std::string(metric) + time + "}" + person,
      R"({"event":{)" + std::string(metric) + R"(,"properties":{})" + person,
      R"({"event":{)" + std::string(metric) + R"(,"properties":{},"time":"yesterday"})" + person,
      R"({"event":{)" + std::string(metric) + R"(,"properties":{},"value":"1")" + time + "}" +
          person,
      R"({"event":{)" + std::string(metric) + R"(,"properties":{},"profile":{})" + time + "}" +
          person,
      R"({"event":{)" + std::string(metric) + R"(,"properties":{})" + time + "}" +
          R"(,"profile":{"email":"a@b.se","properties":[]}})",
      R"({"event":{)" + std::string(metric) + R"(,"properties":{})" + time + "}" +
          R"(,"more":1,"profile":{"email":"a@b.se"}})",
  };
  for (const std::string& part : bad) EXPECT_FALSE(event_body(part)) << part;
  EXPECT_TRUE(event_body(R"({"event":{)" + std::string(metric) + R"(,"properties":{})" + time +
                         "}" + person));
}

TEST(BulkBody, TheContractsExample) {
  CustomerEvent event = placed_order();
  event.properties = {{"OrderId", "1001-000123"}};
  event.history = true;
  EXPECT_EQ(
      job_of({event}),
      R"({"data":{"type":"event-bulk-create-job","attributes":{"events-bulk-create":{"data":[)"
      R"({"type":"event-bulk-create","attributes":{"profile":{"data":{"type":"profile",)"
      R"("attributes":{"email":"elin.berg@kund.example"}}},"events":{"data":[{"type":"event",)"
      R"("attributes":{"metric":{"data":{"type":"metric","attributes":{"name":"Placed Order"}}},)"
      R"("properties":{"OrderId":"1001-000123"},"time":"2026-07-20T11:45:10+00:00",)"
      R"("value":299.00,"value_currency":"SEK","unique_id":"sitoo:1001-000123",)"
      R"("backfill":true}}]}}}]}}}})");
}

CustomerEvent with_id(CustomerEvent event, std::string unique_id) {
  event.unique_id = std::move(unique_id);
  return event;
}
CustomerEvent of_person(CustomerEvent event, std::string email) {
  event.who.ids = {{"email", std::move(email)}};
  return event;
}

TEST(BulkBody, ConsecutivePartsOfOnePersonShareAGroup) {
  const CustomerEvent one = placed_order();
  const CustomerEvent other = of_person(one, "ola@kund.example");
  const std::string job =
      job_of({with_id(one, "1"), with_id(one, "2"), with_id(other, "1"), with_id(one, "3")});
  EXPECT_EQ(count(job, R"({"type":"event-bulk-create",)"), 3U);
  EXPECT_EQ(count(job, R"({"type":"event",)"), 4U);
  EXPECT_TRUE(json::parse(job));
}

TEST(BulkBody, WhatComesTwiceIsSentOnce) {
  const CustomerEvent one = placed_order();
  CustomerEvent other_metric = one;
  other_metric.type = "Refunded Order";
  const CustomerEvent other = of_person(one, "ola@kund.example");
  const std::string job = job_of({one, one, other_metric, other, one});
  EXPECT_EQ(count(job, "sitoo:1001-000123"), 3U);
  // Without an id the time tells events apart: nothing is left out.
  EXPECT_EQ(count(job_of({with_id(one, ""), with_id(one, "")}), R"({"type":"event",)"), 2U);
}

TEST(BulkBody, AGroupsPersonIsWhatItsPartsSayTogether) {
  CustomerEvent sale = with_id(placed_order(), "1");
  sale.customer_properties = {{"Purchased SKUs", model::TextList{"A", "B"}},
                              {"Last Store", "Uppsala"}};
  const CustomerEvent line = with_id(placed_order(), "1:1");
  CustomerEvent refund = with_id(placed_order(), "2");
  refund.customer_properties = {{"Purchased SKUs", model::TextList{"B"}}, {"Score", Number{"1.0"}}};
  EXPECT_THAT(job_of({line, sale, line, refund, line}),
              HasSubstr(R"("attributes":{"email":"elin.berg@kund.example","properties":)"
                        R"({"Purchased SKUs":["B"],"Last Store":"Uppsala","Score":1.0}}}},)"));
}

TEST(BulkBody, HoldsTheLimits) {
  EXPECT_THAT(job_of({}), HasSubstr("1 to 1000 events"));
  EXPECT_THAT(job_of(std::vector<CustomerEvent>(1'001, placed_order())), HasSubstr("1001"));
  CustomerEvent bad = placed_order();
  bad.who.ids.clear();
  EXPECT_EQ(job_of({placed_order(), bad}).find("refused: event 2: nobody"), 0U);
  CustomerEvent big = placed_order();
  big.properties = {{"note", std::string(99'000, 'x')}};
  std::vector<CustomerEvent> many;
  for (int i = 0; i < 51; ++i) many.push_back(with_id(big, std::to_string(i)));
  EXPECT_THAT(job_of(many), HasSubstr("5 MB"));
}

model::CustomerUpdate update() {
  model::CustomerUpdate made;
  made.who.ids = {{"email", "elin.berg@kund.example"}};
  made.attributes = {{"email", "elin.berg@kund.example"},
                     {"external_id", "sitoo:9001"},
                     {"phone_number", "+46701740601"},
                     {"first_name", "Elin"},
                     {"last_name", "Berg"}};
  made.properties = {{"Customer Number", "9001"}};
  return made;
}

TEST(ProfileWritePart, LocationIsOneObject) {
  model::CustomerUpdate made;
  made.who.ids = {{"email", "elin.berg@kund.example"}};
  made.attributes = {{"location.city", "Uppsala"},
                     {"first_name", "Elin"},
                     {"location.zip", "753 10"},
                     {"location.address2", ""}};
  made.properties = {{"Gender", "f"}};
  const std::string part = part_bytes(made);
  EXPECT_EQ(part, R"({"profile_write":{"email":"elin.berg@kund.example","first_name":"Elin",)"
                  R"("location":{"city":"Uppsala","zip":"753 10","address2":""},)"
                  R"("properties":{"Gender":"f"}}})");
  const auto write = profile_write_of(part);
  ASSERT_TRUE(write);
  EXPECT_NE(profile_import_body(*write, "", false).find(R"("location":{"city":"Uppsala")"),
            std::string::npos);
}

TEST(ProfileWrite, GoesOutAsTheContractsExample) {
  const std::string part = part_bytes(update());
  EXPECT_EQ(part,
            R"({"profile_write":{"email":"elin.berg@kund.example","external_id":"sitoo:9001",)"
            R"("phone_number":"+46701740601","first_name":"Elin","last_name":"Berg",)"
            R"("properties":{"Customer Number":"9001"}}})");
  const auto write = profile_write_of(part);
  ASSERT_TRUE(write) << write.error().what;
  EXPECT_EQ(write->email, "elin.berg@kund.example");
  EXPECT_EQ(write->external_id, "sitoo:9001");
  EXPECT_EQ(write->phone_number, "+46701740601");
  EXPECT_EQ(profile_import_body(*write, "", false),
            R"({"data":{"type":"profile","attributes":{"email":"elin.berg@kund.example",)"
            R"("external_id":"sitoo:9001","phone_number":"+46701740601","first_name":"Elin",)"
            R"("last_name":"Berg","properties":{"Customer Number":"9001"}}}})");
  EXPECT_EQ(profile_import_body(*write, "01JX0000000000000000000001", true),
            R"({"data":{"type":"profile","id":"01JX0000000000000000000001","attributes":)"
            R"({"email":"elin.berg@kund.example","external_id":"sitoo:9001",)"
            R"("first_name":"Elin","last_name":"Berg",)"
            R"("properties":{"Customer Number":"9001"}}}})");
}

TEST(ProfileWrite, RefusesWhatKlaviyoCannotTake) {
  model::CustomerUpdate nobody = update();
  nobody.who.ids.clear();
  nobody.attributes = {{"first_name", "Elin"}};
  EXPECT_FALSE(profile_write_of(part_bytes(nobody)));
  model::CustomerUpdate big = update();
  big.properties = {{"note", std::string(100'000, 'x')}};
  EXPECT_THAT(profile_write_of(part_bytes(big)).error().what, HasSubstr("100 KB"));
  EXPECT_FALSE(profile_write_of(part_bytes(placed_order())));
  EXPECT_FALSE(profile_write_of(R"({"profile_write":{"email":"a@b.se","properties":[]}})"));
  EXPECT_FALSE(profile_write_of(R"({"profile_write":{"email":7}})"));
  EXPECT_FALSE(profile_write_of("{"));
}

TEST(MergeBody, TheContractsExample) {
  EXPECT_EQ(merge_body("01JXDESTINATION00000000001", "01JXSOURCE000000000000001"),
            R"({"data":{"type":"profile-merge","id":"01JXDESTINATION00000000001",)"
            R"("relationships":{"profiles":{"data":[{"type":"profile",)"
            R"("id":"01JXSOURCE000000000000001"}]}}}})");
}

TEST(ConsentBodies, TheContractsExamples) {
  EXPECT_EQ(
      subscribe_body(act(ConsentState::subscribed), till_time(), "Ab12Cd"),
      R"({"data":{"type":"profile-subscription-bulk-create-job","attributes":{)"
      R"("custom_source":"Till, Uppsala Centrum","profiles":{"data":[{"type":"profile",)"
      R"("attributes":{"email":"elin.berg@kund.example","subscriptions":{"email":{"marketing":)"
      R"({"consent":"SUBSCRIBED","consented_at":"2026-07-20T11:45:10+00:00"}}}}}]},)"
      R"("historical_import":true},"relationships":{"list":{"data":{"type":"list",)"
      R"("id":"Ab12Cd"}}}}})");
  EXPECT_EQ(subscribe_body(act(ConsentState::subscribed, ConsentChannel::sms), std::nullopt, ""),
            R"({"data":{"type":"profile-subscription-bulk-create-job","attributes":{)"
            R"("custom_source":"Till, Uppsala Centrum","profiles":{"data":[{"type":"profile",)"
            R"("attributes":{"phone_number":"+46701740601","subscriptions":{"sms":{"marketing":)"
            R"({"consent":"SUBSCRIBED"}}}}}]}}}})");
  EXPECT_EQ(
      unsubscribe_body(act(ConsentState::unsubscribed), "Ab12Cd"),
      R"({"data":{"type":"profile-subscription-bulk-delete-job","attributes":{"profiles":{"data":)"
      R"([{"type":"profile","attributes":{"email":"elin.berg@kund.example","subscriptions":)"
      R"({"email":{"marketing":{"consent":"UNSUBSCRIBED"}}}}}]}},"relationships":{"list":)"
      R"({"data":{"type":"list","id":"Ab12Cd"}}}}})");
  EXPECT_THAT(unsubscribe_body(act(ConsentState::unsubscribed), ""),
              Not(HasSubstr("relationships")));
}

TEST(ConsentPart, RefusesWhatIsNoAct) {
  model::ConsentAct other = act(ConsentState::subscribed);
  other.channel = ConsentChannel::sms;  // an e-mail address says nothing about text messages
  EXPECT_FALSE(consent_of(part_bytes(other)));
  EXPECT_FALSE(consent_of(part_bytes(act(ConsentState::unknown))));
  const std::string_view at = R"(,"at":"2026-07-20T11:45:10Z")";
  const std::string_view who = R"(,"who":{"email":"a@b.se"})";
  const auto part_with = [](std::string_view channel, std::string_view when,
                            std::string_view whom) {
    return R"({"consent":{"decision":"subscribed","channel":")" + std::string(channel) + '"' +
           std::string(when) + std::string(whom) + "}}";
  };
  EXPECT_TRUE(consent_of(part_with("email", at, who)));
  for (const std::string& part :
       {std::string(), std::string("{}"), std::string(R"({"consent":{}})"),
        part_with("fax", at, who), part_with("email", "", who), part_with("email", at, ""),
        part_with("email", R"(,"at":"soon")", who),
        part_with("email", at, R"(,"who":{"email":7})")})
    EXPECT_FALSE(consent_of(part)) << part;
}

RC_GTEST_PROP(ConsentPart, ReadsWhatItWrote, ()) {
  model::ConsentAct made =
      act(*rc::gen::element(ConsentState::subscribed, ConsentState::unsubscribed),
          *rc::gen::element(ConsentChannel::email, ConsentChannel::sms));
  made.at = from_unix_us(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000));
  made.source = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  const std::string part = part_bytes(made);
  RC_ASSERT(kind_of(part).value() == PartKind::consent);
  const model::ConsentAct read = consent_of(part).value();
  RC_ASSERT(read.who.ids == made.who.ids);
  RC_ASSERT(read.channel == made.channel);
  RC_ASSERT(read.decision == made.decision);
  RC_ASSERT(read.at == made.at);
  RC_ASSERT(read.source == made.source);
}

RC_GTEST_PROP(EventBody, KeepsEveryText, ()) {
  const auto any_text = rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  CustomerEvent event = placed_order();
  event.properties.clear();
  const int size = *rc::gen::inRange(0, 5);
  for (int i = 0; i < size; ++i)
    event.properties.push_back({std::to_string(i) + *any_text, *any_text});
  const std::string body = event_body(part_bytes(event)).value();
  RC_ASSERT(bulk_body(std::vector<std::string_view>{part_bytes(event)}).has_value());
  const auto parsed = json::parse(body).value();
  const auto& properties = parsed.at("data").at("attributes").at("properties").get_object();
  RC_ASSERT(properties.size() == event.properties.size());
  for (const model::Property& property : event.properties)
    RC_ASSERT(std::string_view(properties.at(property.name).get_string()) ==
              std::get<std::string>(property.value));
}

TEST(KindOf, TellsPartsApart) {
  EXPECT_EQ(kind_of(part_bytes(placed_order())).value(), PartKind::event);
  EXPECT_EQ(kind_of(part_bytes(update())).value(), PartKind::profile_write);
  EXPECT_EQ(kind_of(part_bytes(act(ConsentState::subscribed))).value(), PartKind::consent);
  EXPECT_FALSE(kind_of("{}"));
  EXPECT_FALSE(kind_of(""));
}

TEST(TimeText, IsInWholeSecondsWithAnOffset) {
  EXPECT_EQ(time_text(till_time()), "2026-07-20T11:45:10+00:00");
  EXPECT_EQ(time_text(from_unix_us(-1)), "1969-12-31T23:59:59+00:00");
}

}  // namespace
}  // namespace tillbridge::connectors::klaviyo
