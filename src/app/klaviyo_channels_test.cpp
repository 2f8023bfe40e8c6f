// Events and profiles on their way to Klaviyo, against scripted answers.

#include "app/klaviyo_channels.h"

#include "app/test_bench.h"
#include "connectors/klaviyo/documents.h"

namespace tillbridge::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = Outcome::Kind;

constexpr const char* event_path = "/api/events";
constexpr const char* job_path = "/api/event-bulk-create-jobs";
constexpr const char* import_path = "/api/profile-import";
constexpr const char* find_path = "/api/profiles?";

outbound::HttpAnswer refusal(int status, const std::string& code, const std::string& pointer = "",
                             const std::string& duplicate = "") {
  json::Object error{{"code", code}, {"title", "No."}, {"detail", "no"}};
  if (!pointer.empty()) error["source"] = json::Object{{"pointer", pointer}};
  if (!duplicate.empty()) error["meta"] = json::Object{{"duplicate_profile_id", duplicate}};
  outbound::HttpAnswer made;
  made.status = status;
  made.body = json::to_text(json::Object{{"errors", json::Array{std::move(error)}}});
  return made;
}

json::Object profile(const std::string& id, const std::string& email,
                     const std::string& external_id) {
  return {{"type", "profile"},
          {"id", id},
          {"attributes", json::Object{{"email", email}, {"external_id", external_id}}}};
}

class ChannelBench : public test::JournalBench {
 public:
  ChannelBench()
      : transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        account(loop, transport, clock, config()),
        profiles(account, journal, test::workspace_name),
        book(loop, clock, journal, ids, test::workspace_name),
        parts{clock, ids, test::workspace_name, account, profiles, book},
        events(parts),
        people(parts) {}

  static connectors::klaviyo::Config config() {
    connectors::klaviyo::Config made;
    made.base_url = "http://klaviyo.test";
    made.api_key = Secret("pk_test");
    made.events_per_job_max = 5;
    return made;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    const std::string path = request.url.substr(request.url.find("/api/"));
    calls.push_back(path.substr(0, path.find('?')));
    bodies.push_back(request.body);
    for (auto it = scripted.begin(); it != scripted.end(); ++it) {
      if (path.find(it->first) == std::string::npos) continue;
      auto made = it->second;
      scripted.erase(it);
      return made;
    }
    outbound::HttpAnswer made;
    made.status = request.method == "GET" ? 200 : 202;
    if (path.starts_with(find_path)) {
      made.body = json::to_text(json::Object{{"data", known}, {"links", json::Object{}}});
    } else if (path == import_path) {
      made.status = 201;
      made.body = json::to_text(json::Object{{"data", profile("01NEW", "", "")}});
    }
    return made;
  }

  static std::string event(const std::string& email, const std::string& id) {
    model::CustomerEvent made;
    made.type = "Placed Order";
    made.who.ids.emplace_back("email", email);
    made.at = from_unix_seconds(1'784'547'910);
    made.unique_id = id;
    made.value = Money(29'900, *Currency::parse("SEK"));
    made.properties.push_back({"OrderId", id});
    return connectors::klaviyo::part_bytes(model::TrackedEffect(std::move(made)));
  }
  static std::string write(const std::string& email, const std::string& number,
                           const std::string& phone = "") {
    model::CustomerUpdate made;
    made.who.ids.emplace_back("email", email);
    if (!number.empty()) made.attributes.push_back({"external_id", number});
    if (!phone.empty()) made.attributes.push_back({"phone_number", phone});
    return connectors::klaviyo::part_bytes(model::TrackedEffect(std::move(made)));
  }
  engine::Parcel parcel(std::vector<std::string> made, std::uint64_t done = 0) {
    engine::Parcel parcel;
    parcel.item.id = ids.next<DeliveryId>();
    parcel.item.record = RecordId{1};
    parcel.item.parts = static_cast<std::uint8_t>(made.size());
    parcel.item.parts_done = done;
    parcel.parts = std::move(made);
    return parcel;
  }
  engine::Channel::Answer send(engine::Channel& channel, std::vector<engine::Parcel> parcels,
                               engine::Route route = engine::Route::usual) {
    return await(channel.send(std::move(parcels), route));
  }

  std::vector<std::pair<std::string, outbound::HttpAnswer>> scripted;  // the first that fits
  json::Array known;                                                   // profiles
  std::vector<std::string> calls, bodies;
  outbound::FakeTransport transport;
  KlaviyoAccount account;
  KlaviyoProfiles profiles;
  ConsentBook book;
  KlaviyoParts parts;
  KlaviyoEventChannel events;
  KlaviyoProfileChannel people;
};

TEST(KlaviyoEvents, GoOneByOneInOrderAndOnlyThoseThatAreLeft) {
  ChannelBench bench;
  const auto answer = bench.send(
      bench.events, {bench.parcel({bench.event("a@k.se", "1"), bench.event("a@k.se", "2"),
                                   bench.event("a@k.se", "3")},
                                  0b010)});
  EXPECT_THAT(bench.calls, ElementsAre(event_path, event_path));
  EXPECT_THAT(bench.bodies[0], HasSubstr(R"("unique_id":"1")"));
  EXPECT_THAT(bench.bodies[1], HasSubstr(R"("unique_id":"3")"));
  EXPECT_EQ(answer.results[0].parts_sent, 0b101U);
  EXPECT_EQ(answer.call.kind, Kind::delivered);
}

TEST(KlaviyoEvents, TroubleStopsTheRestARefusalDoesNot) {
  ChannelBench bench;
  bench.scripted.emplace_back(event_path, refusal(400, "invalid", "/data"));
  auto answer = bench.send(
      bench.events, {bench.parcel({bench.event("a@k.se", "1"), bench.event("a@k.se", "2")})});
  EXPECT_EQ(answer.results[0].parts_sent, 0b11U);
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::rejected);
  EXPECT_EQ(answer.results[0].outcomes[1].kind, Kind::delivered);
  EXPECT_EQ(answer.call.kind, Kind::delivered) << "the connection is sound";

  bench.scripted.emplace_back(event_path, refusal(503, "error"));
  answer = bench.send(bench.events,
                      {bench.parcel({bench.event("a@k.se", "1"), bench.event("a@k.se", "2")})});
  EXPECT_EQ(answer.results[0].parts_sent, 0b01U);
  EXPECT_TRUE(answer.call.connection_at_fault);
}

TEST(KlaviyoEvents, AJobCarriesManyCustomersUpToItsLimit) {
  ChannelBench bench;
  std::vector<engine::Parcel> parcels;
  parcels.push_back(bench.parcel({bench.event("a@k.se", "1"), bench.event("a@k.se", "2")}));
  parcels.push_back(bench.parcel({bench.event("b@k.se", "3"), bench.event("b@k.se", "4"),
                                  bench.event("b@k.se", "5"), bench.event("b@k.se", "6")}));
  parcels.push_back(bench.parcel({bench.event("c@k.se", "7")}));
  const auto answer = bench.send(bench.events, std::move(parcels), engine::Route::bulk);
  EXPECT_THAT(bench.calls, ElementsAre(job_path));
  EXPECT_EQ(answer.results[0].parts_sent, 0b11U);
  EXPECT_EQ(answer.results[1].parts_sent, 0b111U) << "five events a job here";
  EXPECT_FALSE(answer.results[2].sent);
}

TEST(KlaviyoEvents, ARefusedJobIsSentAgainCustomerByCustomer) {
  ChannelBench bench;
  bench.scripted.emplace_back(job_path, refusal(400, "invalid", "/data"));
  std::vector<engine::Parcel> parcels;
  parcels.push_back(bench.parcel({bench.event("a@k.se", "1")}));
  parcels.push_back(bench.parcel({bench.event("b@k.se", "2")}));
  const auto answer = bench.send(bench.events, std::move(parcels), engine::Route::bulk);
  for (const auto& results : answer.results) {
    EXPECT_TRUE(results.alone);
    EXPECT_EQ(results.outcomes.at(0).kind, Kind::transient);
  }
}

TEST(KlaviyoEvents, AnEventThatIsNoneSpoilsNobodyElsesJob) {
  ChannelBench bench;
  std::vector<engine::Parcel> parcels;
  parcels.push_back(bench.parcel({"{}"}));
  parcels.push_back(bench.parcel({bench.event("b@k.se", "2")}));
  const auto answer = bench.send(bench.events, std::move(parcels), engine::Route::bulk);
  EXPECT_THAT(bench.calls, IsEmpty());
  for (const auto& results : answer.results) {
    EXPECT_TRUE(results.alone);
    EXPECT_EQ(results.outcomes.at(0).kind, Kind::transient);
  }
  EXPECT_EQ(answer.call.kind, Kind::delivered) << "Klaviyo is not to blame";
  const auto bad = bench.send(
      bench.events, {bench.parcel({bench.event("a@k.se", "1"), "{}", bench.event("a@k.se", "3")})});
  ASSERT_EQ(bad.results[0].parts_sent, 0b111U);
  EXPECT_EQ(bad.results[0].outcomes[0].kind, Kind::delivered);
  EXPECT_EQ(bad.results[0].outcomes[1].kind, Kind::rejected);
  EXPECT_EQ(bad.results[0].outcomes[2].kind, Kind::delivered);
}

TEST(KlaviyoEvents, AProfileWriteAtTheHeadGoesFirst) {
  ChannelBench bench;
  for (const auto route : {engine::Route::usual, engine::Route::bulk}) {
    bench.calls.clear();
    const auto answer = bench.send(
        bench.events,
        {bench.parcel({bench.write("new@k.se", "sitoo:9"), bench.event("new@k.se", "1")})}, route);
    EXPECT_EQ(answer.results[0].parts_sent, 0b11U);
    ASSERT_GE(bench.calls.size(), 2U);
    EXPECT_EQ(bench.calls.back(), route == engine::Route::bulk ? job_path : event_path);
    EXPECT_EQ(bench.calls[bench.calls.size() - 2], import_path);
  }
  bench.calls.clear();
  bench.scripted.emplace_back(import_path, refusal(503, "error"));
  const auto answer =
      bench.send(bench.events,
                 {bench.parcel({bench.write("new@k.se", "sitoo:9"), bench.event("new@k.se", "1")})},
                 engine::Route::bulk);
  EXPECT_EQ(answer.results[0].parts_sent, 0b01U) << "the event waits for its profile";
  EXPECT_THAT(bench.calls, Not(testing::Contains(job_path)));
}

TEST(KlaviyoProfiles, NobodyThereIsCreatedSomebodyThereIsWrittenUnderTheirId) {
  ChannelBench bench;
  bench.known.push_back(profile("01OLD", "old@k.se", ""));
  std::vector<engine::Parcel> parcels;
  parcels.push_back(bench.parcel({bench.write("old@k.se", "sitoo:1")}));
  parcels.push_back(bench.parcel({bench.write("new@k.se", "sitoo:2")}));
  const auto answer = bench.send(bench.people, std::move(parcels));
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::delivered);
  EXPECT_THAT(bench.calls, ElementsAre("/api/profiles", "/api/profiles", import_path, import_path));
  EXPECT_THAT(bench.bodies[2], HasSubstr(R"("id":"01OLD")"));
  EXPECT_THAT(bench.bodies[3], Not(HasSubstr(R"("id")")));
  ASSERT_THAT(answer.facts, SizeIs(2));
  EXPECT_EQ(answer.facts[1].key, "profile/sitoo:2");
  EXPECT_EQ(answer.facts[1].value, "01NEW");
  EXPECT_THAT(answer.cases, IsEmpty());
}

TEST(KlaviyoProfiles, TheIdOnceLearnedSparesTheLookup) {
  ChannelBench bench;
  journal::Step step;
  step.facts.push_back(
      {test::workspace_name, "klaviyo", "profile/sitoo:1", "01KEPT", bench.clock.now()});
  bench.commit(std::move(step));
  auto answer = bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1")})});
  EXPECT_THAT(bench.calls, ElementsAre(import_path));
  EXPECT_THAT(bench.bodies[0], HasSubstr(R"("id":"01KEPT")"));

  bench.scripted.emplace_back(import_path, refusal(404, "not_found"));
  answer = bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1")})});
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::transient) << "looked up again";
  ASSERT_THAT(answer.facts, SizeIs(1));
  EXPECT_EQ(answer.facts[0].value, "") << "forgotten";
}

TEST(KlaviyoProfiles, ARefusedPhoneIsLeftOutAndTheJourneySaysSo) {
  ChannelBench bench;
  bench.scripted.emplace_back(import_path,
                              refusal(400, "invalid", "/data/attributes/phone_number"));
  const auto answer =
      bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1", "+4612")})});
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::delivered);
  EXPECT_THAT(answer.results[0].note, HasSubstr("phone"));
  EXPECT_THAT(bench.bodies.back(), Not(HasSubstr("phone_number")));
}

TEST(KlaviyoProfiles, AnotherCustomersProfileIsLeftAloneAndBecomesACase) {
  ChannelBench bench;
  bench.known.push_back(profile("01THEIRS", "x@k.se", "sitoo:7"));
  const auto answer = bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1")})});
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::superseded);
  EXPECT_THAT(bench.calls, Not(testing::Contains(import_path)));
  ASSERT_THAT(answer.cases, SizeIs(1));
  EXPECT_EQ(answer.cases[0].type, "profile_conflict");
  EXPECT_THAT(answer.cases[0].reason, HasSubstr("sitoo:7"));
}

TEST(KlaviyoProfiles, ASharedPhoneTakesNobodysProfileOver) {
  ChannelBench bench;
  json::Object theirs = profile("01THEIRS", "spouse@k.se", "");
  theirs["attributes"].as_object()["phone_number"] = "+46701740601";
  bench.known.push_back(theirs);
  const auto answer =
      bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1", "+46701740601")})});
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::delivered);
  EXPECT_THAT(bench.bodies.back(), Not(HasSubstr("01THEIRS")));
}

TEST(KlaviyoProfiles, AnIdentifierThatAnotherProfileOwnsProposesTheMerge) {
  ChannelBench bench;
  bench.scripted.emplace_back(import_path, refusal(409, "duplicate_profile", "", "01DUP"));
  const auto answer = bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1")})});
  ASSERT_THAT(answer.cases, SizeIs(1));
  EXPECT_THAT(answer.cases[0].reason, HasSubstr("tillbridge merge 01DUP"));
}

TEST(KlaviyoProfiles, ALookupThatFailsCreatesNobody) {
  ChannelBench bench;
  bench.scripted.emplace_back(find_path, refusal(503, "error"));
  const auto answer = bench.send(bench.people, {bench.parcel({bench.write("x@k.se", "sitoo:1")})});
  EXPECT_EQ(answer.results[0].outcomes[0].kind, Kind::transient);
  EXPECT_TRUE(answer.call.connection_at_fault);
  EXPECT_THAT(bench.calls, Not(testing::Contains(import_path)));
}

}  // namespace
}  // namespace tillbridge::app
