#include "app/bloomreach_channel.h"

#include <deque>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "connectors/bloomreach/commands.h"
#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::app {
namespace {

namespace bloomreach = connectors::bloomreach;
using connectors::test::run_task;
using outbound::HttpAnswer;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using Kind = Outcome::Kind;

using Ids = std::vector<std::pair<std::string, std::string>>;

model::CustomerUpdate update(const std::string& customer, Ids look_up_by = {}) {
  model::CustomerUpdate made;
  made.who.ids = {{"registered", customer}, {"email_id", "ada@kund.se"}};
  made.properties = {{"first_name", "Ada"}};
  made.changed_at = from_unix_seconds(1'767'225'600);
  made.look_up_by = std::move(look_up_by);
  return made;
}
std::string straight(const std::string& customer) {
  return bloomreach::part_bytes(update(customer));
}
std::string looked_up(const std::string& customer, Ids by = {{"email_id", "ada@kund.se"}}) {
  return bloomreach::part_bytes(update(customer, std::move(by)));
}

TEST(LookUp, IsTakenOutOfThePart) {
  const auto look_up = bloomreach::look_up_of(
      looked_up("c-1", {{"email_id", "a\"],\"name\":@kund.se"}, {"p", "1"}}));
  ASSERT_TRUE(look_up);
  EXPECT_THAT(look_up->by, ElementsAre(Pair("email_id", "a\"],\"name\":@kund.se"), Pair("p", "1")));
  EXPECT_EQ(look_up->hard_id, "registered");
  EXPECT_EQ(look_up->own, "c-1");
  EXPECT_EQ(look_up->part, straight("c-1"));
  EXPECT_FALSE(bloomreach::look_up_of(straight("c-1")));
  EXPECT_FALSE(bloomreach::look_up_of(""));
}

TEST(LookUp, OnlyTheHardIdIsAnothers) {
  model::CustomerUpdate odd = update("c\"1", {{"email_id", "ada@kund.se"}});
  odd.properties = {{"note", R"("customer_ids":{"registered":"c\"1")"}};
  const auto look_up = bloomreach::look_up_of(bloomreach::part_bytes(odd));
  ASSERT_TRUE(look_up);
  EXPECT_EQ(look_up->own, "c\"1");
  odd.who.ids.front().second = "h\\2";
  odd.look_up_by.clear();
  EXPECT_EQ(bloomreach::with_first_id(look_up->part, look_up->hard_id, look_up->own, "h\\2"),
            bloomreach::part_bytes(odd));
}

// A Bloomreach of people by identifier; keeps the commands it takes.
class Bench {
 public:
  explicit Bench(std::uint32_t commands_per_batch_max = 50)
      : customers(transport, clock, config(commands_per_batch_max)),
        channel(transport, config(commands_per_batch_max),
                BloomreachLookUps{clock, ids, "shop", customers, reads}) {}

  static bloomreach::Config config(std::uint32_t commands_per_batch_max) {
    bloomreach::Config made;
    made.base_url = "http://bloomreach.test";
    made.project_token = "p-1";
    made.commands_per_batch_max = commands_per_batch_max;
    return made;
  }

  Result<HttpAnswer> answer(const outbound::HttpRequest& request) {
    const json::Object body = json::parse(request.body).value().as_object();
    if (request.url.ends_with("/customers/attributes")) {
      asked.push_back(request.body);
      if (reading) return *reading;
      const json::Object& by = *json::object(body, "customer_ids");
      const std::string id(by.begin()->value().as_string());
      HttpAnswer made;
      made.status = people.contains(id) ? 200 : 404;
      made.body = made.status == 200
                      ? found(people[id])
                      : R"({"success":false,"errors":{"_global":["Customer does not exist"]}})";
      return made;
    }
    ++batches;
    if (writing) return *writing;
    json::Array results;
    for (const json::Value& command : *json::array(body, "commands")) {
      sent.push_back(json::to_text(command));
      results.push_back(json::Object{{"command_id", *json::text(command.as_object(), "command_id")},
                                     {"success", true}});
    }
    HttpAnswer made;
    made.status = 200;
    made.body = json::to_text(json::Object{{"success", true}, {"results", std::move(results)}});
    return made;
  }

  engine::Parcel parcel(std::vector<std::string> parts, std::uint64_t parts_done = 0) {
    engine::Parcel made;
    made.item.id = ids.next<DeliveryId>();
    made.item.record = ids.next<RecordId>();
    made.item.parts = static_cast<std::uint8_t>(parts.size());
    made.item.parts_done = parts_done;
    made.parts = std::move(parts);
    return made;
  }
  engine::Channel::Answer send(std::vector<engine::Parcel> parcels) {
    return run_task(channel.send(std::move(parcels), engine::Route::usual));
  }
  engine::Channel::Answer send_one(std::string part) {
    std::vector<engine::Parcel> parcels;
    parcels.push_back(parcel({std::move(part)}));
    return send(std::move(parcels));
  }

  std::map<std::string, std::string> people;  // by identifier: the hard ID, "" none
  std::optional<Result<HttpAnswer>> reading, writing;
  std::vector<std::string> asked, sent;
  int batches = 0;
  ManualClock clock;
  IdSource ids{clock, 0};
  outbound::FakeTransport transport{
      [this](const outbound::HttpRequest& request) { return answer(request); }};
  bloomreach::CustomerClient customers;
  ReadGate reads{clock, {10, 4, 0.5}, {.failures = 2, .open_first = seconds{5}}};
  BloomreachChannel channel;

 private:
  // registered, and the id that was asked by.
  static std::string found(const std::string& hard_id) {
    return R"({"success":true,"results":[{"success":true,"value":)" +
           (hard_id.empty() ? std::string("null") : '"' + hard_id + '"') +
           R"(},{"success":true,"value":["x"]}]})";
  }
};

HttpAnswer refusal(int status, std::string body) {
  HttpAnswer made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

TEST(BloomreachChannel, WithoutLookUpPartsGoInOneBatch) {
  Bench on;
  std::vector<engine::Parcel> parcels;
  parcels.push_back(on.parcel({straight("c-1"), straight("c-2")}, 1));
  parcels.push_back(on.parcel({straight("c-3")}));
  const auto answer = on.send(std::move(parcels));
  EXPECT_EQ(on.batches, 1);
  EXPECT_THAT(on.asked, IsEmpty());
  EXPECT_THAT(on.sent, ElementsAre(HasSubstr("c-2"), HasSubstr("c-3")));
  ASSERT_THAT(answer.results, SizeIs(2));
  EXPECT_EQ(answer.results[0].parts_sent, 2U) << "the first part is there already";
  EXPECT_THAT(answer.results[1].outcomes,
              ElementsAre(testing::Field(&Outcome::kind, Kind::delivered)));
}

TEST(BloomreachChannel, ALookUpThatFindsNobodyWritesAsPlanned) {
  Bench on;
  const auto answer =
      on.send_one(looked_up("c-1", {{"email_id", "ada@kund.se"}, {"phone_id", "+46700000001"}}));
  EXPECT_THAT(on.asked,
              ElementsAre(R"({"customer_ids":{"email_id":"ada@kund.se"},"attributes":[)"
                          R"({"type":"id","id":"registered"},{"type":"id","id":"email_id"}]})",
                          R"({"customer_ids":{"phone_id":"+46700000001"},"attributes":[)"
                          R"({"type":"id","id":"registered"},{"type":"id","id":"phone_id"}]})"));
  ASSERT_THAT(on.sent, SizeIs(1));
  EXPECT_THAT(on.sent[0], HasSubstr(R"("registered":"c-1")"));
  EXPECT_THAT(on.sent[0], Not(HasSubstr("look_up_by")));
  EXPECT_EQ(answer.call.kind, Kind::delivered);
  ASSERT_THAT(answer.results, SizeIs(1));
  EXPECT_TRUE(answer.results[0].sent);
  EXPECT_EQ(answer.results[0].parts_sent, 1U);
  EXPECT_EQ(answer.results[0].outcomes.at(0).kind, Kind::delivered);
  EXPECT_EQ(answer.results[0].note, "");
  EXPECT_THAT(answer.facts, IsEmpty());
  EXPECT_THAT(answer.cases, IsEmpty());
}

TEST(BloomreachChannel, WhoIsThereAlreadyIsWrittenAndTheNewNumberBecomesTheirAlias) {
  Bench on;
  on.people["ada@kund.se"] = "h-7";
  std::vector<engine::Parcel> parcels;
  parcels.push_back(on.parcel({looked_up("c-1")}));
  const auto record = parcels[0].item.record;
  const auto delivery = parcels[0].item.id;
  const auto answer = on.send(std::move(parcels));
  ASSERT_THAT(on.sent, SizeIs(1));
  EXPECT_THAT(on.sent[0],
              HasSubstr(R"("customer_ids":{"registered":"h-7","email_id":"ada@kund.se"})"));
  EXPECT_EQ(answer.results.at(0).outcomes.at(0).kind, Kind::delivered);
  EXPECT_THAT(answer.results[0].note, HasSubstr("there already"));
  ASSERT_THAT(answer.facts, SizeIs(1));
  EXPECT_EQ(answer.facts[0].key, "alias/c-1");
  EXPECT_EQ(answer.facts[0].value, "h-7");
  ASSERT_THAT(answer.cases, SizeIs(1));
  const journal::OpenCase& opened = answer.cases[0];
  EXPECT_EQ(opened.type, "profile_conflict");
  EXPECT_EQ(opened.workspace, "shop");
  EXPECT_EQ(opened.record, record);
  EXPECT_EQ(opened.delivery, delivery);
  EXPECT_THAT(opened.reason, HasSubstr("c-1"));
  EXPECT_THAT(opened.reason, HasSubstr("h-7"));
  EXPECT_THAT(opened.reason, Not(HasSubstr("@")));
}

TEST(BloomreachChannel, TheirOwnProfileIsNobodyElses) {
  Bench on;
  on.people["ada@kund.se"] = "c-1";
  const auto answer = on.send_one(looked_up("c-1"));
  EXPECT_THAT(on.sent, ElementsAre(HasSubstr(R"("registered":"c-1")")));
  EXPECT_THAT(answer.facts, IsEmpty());
  EXPECT_THAT(answer.cases, IsEmpty());
}

// Their e-mail says who they are: whose phone they share does not matter any more.
TEST(BloomreachChannel, TheirOwnAddressEndsTheLookUp) {
  Bench on;
  on.people["ada@kund.se"] = "c-1";
  on.people["+46700000001"] = "c-2";
  const auto answer =
      on.send_one(looked_up("c-1", {{"email_id", "ada@kund.se"}, {"phone_id", "+46700000001"}}));
  EXPECT_THAT(on.sent, ElementsAre(HasSubstr(R"("registered":"c-1")")));
  EXPECT_THAT(answer.facts, IsEmpty());
  EXPECT_THAT(on.asked, SizeIs(1));
}

TEST(BloomreachChannel, AProfileWithoutHardIdIsNobodyElses) {
  Bench on;
  on.people["ada@kund.se"] = "";
  on.people["+46700000001"] = "h-7";
  const auto answer =
      on.send_one(looked_up("c-1", {{"email_id", "ada@kund.se"}, {"phone_id", "+46700000001"}}));
  EXPECT_THAT(on.asked, SizeIs(2));
  EXPECT_THAT(on.sent, ElementsAre(HasSubstr(R"("registered":"h-7")")));
  EXPECT_THAT(answer.facts, SizeIs(1));
}

TEST(BloomreachChannel, WhoCannotBeLookedUpIsNotWritten) {
  const struct {
    Result<HttpAnswer> reading;
    Kind kind;
  } cases[] = {
      {refusal(503, "<html>"), Kind::transient},
      {fail(Error::Kind::unknown_outcome, "no answer"), Kind::transient},
      {refusal(429, "{}"), Kind::throttled},
      {refusal(403, R"({"success":false,"error":"No permission to read"})"), Kind::rejected}};
  for (const auto& one : cases) {
    Bench on;
    on.reading = one.reading;
    const auto answer = on.send_one(looked_up("c-1"));
    EXPECT_EQ(answer.call.kind, one.kind) << answer.call.reason;
    EXPECT_EQ(answer.results.at(0).outcomes.at(0).kind, one.kind);
    EXPECT_EQ(on.batches, 0);
    EXPECT_THAT(answer.facts, IsEmpty());
    EXPECT_THAT(answer.cases, IsEmpty());
  }
}

TEST(BloomreachChannel, ReadsForDeliveriesLeaveTheTillsTheirShareAndHeedTheBreaker) {
  Bench on;  // four reads at once, two of them for tills
  EXPECT_EQ(on.send_one(looked_up("c-1")).call.kind, Kind::delivered);
  EXPECT_EQ(on.send_one(looked_up("c-2")).call.kind, Kind::delivered);
  const auto refused = on.send_one(looked_up("c-3"));
  EXPECT_EQ(refused.results.at(0).outcomes.at(0).kind, Kind::throttled);
  EXPECT_NE(refused.call.kind, Kind::throttled) << "sales need no reads: they go on";
  EXPECT_FALSE(refused.call.connection_at_fault);
  EXPECT_THAT(on.sent, SizeIs(2));
  EXPECT_FALSE(on.reads.refusal(true)) << "a till";

  Bench down;
  down.reading = refusal(503, "<html>");
  for (int i = 0; i < 2; ++i) down.send_one(looked_up("c-1"));
  down.clock.advance(seconds{1});
  const auto closed = down.send_one(looked_up("c-1"));
  EXPECT_FALSE(closed.call.connection_at_fault) << "sales need no reads: they go on";
  EXPECT_EQ(closed.results.at(0).outcomes.at(0).kind, Kind::transient);
  EXPECT_TRUE(closed.results.at(0).outcomes.at(0).connection_at_fault) << "no reason to give up";
  EXPECT_THAT(down.asked, SizeIs(2));
  EXPECT_EQ(down.send_one(straight("c-9")).call.kind, Kind::delivered) << "needs no read";
}

TEST(BloomreachChannel, AnAliasIsLearnedWhenTheWriteIsTaken) {
  Bench on;
  on.people["ada@kund.se"] = "h-7";
  on.writing = refusal(503, "<html>");
  const auto failed = on.send_one(looked_up("c-1"));
  EXPECT_EQ(failed.call.kind, Kind::transient);
  EXPECT_THAT(failed.facts, IsEmpty());
  EXPECT_THAT(failed.cases, IsEmpty());
  on.writing.reset();
  EXPECT_THAT(on.send_one(looked_up("c-1")).facts, SizeIs(1));
}

// Sales, consents and further changes that were planned under the new number meanwhile.
TEST(BloomreachChannel, WhatWasPlannedBeforeFollowsTheAlias) {
  Bench on;
  on.people["ada@kund.se"] = "h-7";
  on.send_one(straight("c-1"));
  EXPECT_THAT(on.sent.back(), HasSubstr(R"("registered":"c-1")")) << "nothing is known yet";
  on.send_one(looked_up("c-1"));
  model::CustomerEvent sale;
  sale.who.ids = {{"registered", "c-1"}};
  sale.type = "purchase";
  sale.at = from_unix_seconds(1'767'225'600);
  sale.properties = {{"customer", "c-1"}};
  on.send_one(bloomreach::part_bytes(sale));
  EXPECT_THAT(on.sent.back(), HasSubstr(R"("customer_ids":{"registered":"h-7"})"));
  EXPECT_THAT(on.sent.back(), HasSubstr(R"("properties":{"customer":"c-1"})"));
  on.send_one(straight("c-12"));
  EXPECT_THAT(on.sent.back(), HasSubstr(R"("registered":"c-12")")) << "somebody else";
}

// The others of the call wait: they were not sent, so they lose neither parts nor tries.
TEST(BloomreachChannel, ALookUpAtTheHeadGoesAlone) {
  Bench on;
  std::vector<engine::Parcel> parcels;
  parcels.push_back(on.parcel({looked_up("c-1")}));
  parcels.push_back(on.parcel({straight("c-2")}));
  parcels.push_back(on.parcel({looked_up("c-3")}));
  const auto answer = on.send(std::move(parcels));
  EXPECT_THAT(on.sent, ElementsAre(HasSubstr("c-1")));
  ASSERT_THAT(answer.results, SizeIs(3));
  EXPECT_TRUE(answer.results[0].sent);
  for (std::size_t at : {1U, 2U}) {
    EXPECT_FALSE(answer.results[at].sent);
    EXPECT_EQ(answer.results[at].parts_sent, 0U);
    EXPECT_THAT(answer.results[at].outcomes, IsEmpty());
  }
}

TEST(BloomreachChannel, ALookUpBehindOthersWaitsForTheNextCall) {
  Bench on;
  std::vector<engine::Parcel> parcels;
  parcels.push_back(on.parcel({straight("c-1")}));
  parcels.push_back(on.parcel({looked_up("c-2"), straight("c-2")}));
  parcels.push_back(on.parcel({straight("c-3")}));
  const auto answer = on.send(std::move(parcels));
  EXPECT_THAT(on.sent, ElementsAre(HasSubstr("c-1"), HasSubstr("c-3")));
  EXPECT_FALSE(answer.results.at(1).sent);
  EXPECT_EQ(answer.results[1].parts_sent, 0U);
  EXPECT_EQ(answer.results[2].outcomes.at(0).kind, Kind::delivered);
}

TEST(BloomreachChannel, OncePutThereTheRestGoesTheUsualWay) {
  Bench on;
  std::vector<engine::Parcel> parcels;
  parcels.push_back(on.parcel({looked_up("c-1"), straight("c-1")}));
  const auto first = on.send(std::move(parcels));
  EXPECT_EQ(first.results.at(0).parts_sent, 1U) << "the look-up's part only";
  parcels.clear();
  parcels.push_back(on.parcel({looked_up("c-1"), straight("c-1")}, 1));
  const auto rest = on.send(std::move(parcels));
  EXPECT_EQ(rest.results.at(0).parts_sent, 2U);
  EXPECT_THAT(on.asked, SizeIs(1));
  EXPECT_THAT(on.sent, SizeIs(2));
}

}  // namespace
}  // namespace tillbridge::app
