// The register of one workspace with both platforms: added at a till, merged by an operator, read
// from the platform on request.

#include <array>

#include "app/klaviyo_for_tests.h"
#include "app/operations.h"
#include "app/test_bench.h"
#include "base/base64.h"
#include "connectors/klaviyo/documents.h"

namespace tillbridge::app {
namespace {

using crm::KeyType;
using std::chrono::hours;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* merge_path = "/api/profile-merge";

Workspace shop() {
  Workspace made;
  made.name = test::workspace_name;
  made.sitoo = test::sitoo_config();
  made.bloomreach_connected = made.klaviyo_connected = true;
  made.bloomreach.base_url = "http://bloomreach.test";
  made.bloomreach.project_token = "p";
  made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
  made.bloomreach_flows.soft_ids = {{"email_id", model::IdentitySource::email}};
  made.klaviyo.base_url = std::string(test::TableKlaviyo::base);
  made.klaviyo.api_key = Secret("pk_test");
  made.klaviyo.quota_factor = 1'000;
  made.crm_served = true;
  made.crm_source = "bloomreach";
  made.crm_reads_per_second = 1'000;
  made.crm.workspace = made.name;
  made.crm.source_label = "Bloomreach";
  made.crm.user = "till";
  made.crm.password = Secret("letmein");
  made.crm.country = "SE";
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.label = "Newsletter";
  newsletter.bloomreach = "news";
  newsletter.klaviyo = model::ConsentChannel::email;
  made.crm.categories = {newsletter};
  return made;
}

// The couriers are not started: what is planned stays as it was stored.
class Bench : public test::JournalBench {
 public:
  explicit Bench(Workspace workspace = shop())
      : transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }),
        operations(machine_clock, journal, ids, workspaces, false) {
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    workspaces.push_back(std::make_unique<WorkspaceRuntime>(around, workspace, 1, "/nowhere"));
    if (till() != nullptr) till()->start(tasks);
  }
  ~Bench() {
    if (till() != nullptr) till()->request_stop();
    tasks.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }

  WorkspaceRuntime& runtime() { return *workspaces.front(); }
  TillRegister* till() { return runtime().till_register(); }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    outbound::HttpAnswer made;
    made.status = 200;
    if (request.url.starts_with("http://bloomreach.test")) {
      bloomreach_calls.push_back(request.url.substr(request.url.rfind('/') + 1));
      if (bloomreach_down) return fail(Error::Kind::retry, "down");
      if (request.url.ends_with("/export")) {
        made.body = R"({"success":true,"fields":[{"type":"id","id":"registered"},
            {"type":"property","property":"email"}],"data":[["h-1","eva@kund.se"]]})";
      } else {
        made.status = 404;
        made.body = R"({"success":false,"errors":{"_global":["Customer does not exist"]}})";
      }
      return made;
    }
    if (request.url.ends_with(merge_path)) {
      merges.push_back(request.body);
      made.status = merge_status;
      made.body = "{}";
      return made;
    }
    return klaviyo.answer(request);
  }

  http::Reply call(const std::string& method, const std::string& target, std::string body = "") {
    http::Request request;
    request.method = method;
    request.raw_path = "/crm/shop" + target.substr(0, target.find('?'));
    request.path = request.raw_path;
    if (const auto at = target.find('?'); at != std::string::npos)
      request.query = target.substr(at + 1);
    request.body = std::move(body);
    request.headers.push_back({"Authorization", "Basic " + base64_encode("till:letmein")});
    request.headers.push_back({"Store-ID", "STO-01"});
    request.peer = "192.0.2.1";
    return await(till()->receive(std::move(request)));
  }
  // "" when the till was refused.
  std::string add(const std::string& email, const std::string& more = "") {
    const auto reply = call("POST", "/customers",
                            R"({"email":")" + email + R"(","name_first":"Ada")" + more + "}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    const auto body = json::parse(reply.body);
    return body && body->is_object() ? json::text(body->get_object(), "customer_id").value_or("")
                                     : "";
  }
  void profile(const std::string& id, const std::string& email) {
    klaviyo.profiles.push_back({{"id", id}, {"email", email}});
  }
  Result<std::string> merge(const std::string& into, const std::string& from) {
    return await(operations.merge("", "till", into, from, "vera"));
  }
  std::optional<journal::Journey> record(const std::string& key) {
    return ask<std::optional<journal::Journey>>(
        [key](journal::Reader& reader) -> Result<std::optional<journal::Journey>> {
          const std::vector<std::string> keys{key};
          TB_TRY(const auto rows, reader.records_by_key(test::workspace_name, keys, false));
          if (!rows.front()) return std::optional<journal::Journey>{};
          return reader.journey(rows.front()->id);
        });
  }
  std::string fact(const std::string& connection, const std::string& key) {
    return ask<std::string>([connection, key](journal::Reader& reader) -> Result<std::string> {
      const std::vector<std::string> keys{key};
      TB_TRY(const auto values, reader.facts(test::workspace_name, connection, keys));
      return values.front().value_or("");
    });
  }
  // Who is shown to a till that asks for this number.
  std::string shown(const std::string& id) {
    const auto entry = await(till()->index().get(id)).value();
    return entry ? entry->customer.customer_id : "";
  }

  test::TableKlaviyo klaviyo;
  bool bloomreach_down = false;
  int merge_status = 202;
  std::vector<std::string> bloomreach_calls, merges;
  outbound::FakeTransport transport;
  TaskGroup tasks;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  HubOperations operations;
};

TEST(TillRegister, WhoIsAddedAtATillGoesToBothPlatforms) {
  Bench bench;
  const std::string id =
      bench.add("ada@kund.se", R"(,"mobile":"070-000 00 01","consents":["newsletter"])");
  ASSERT_NE(id, "");
  EXPECT_THAT(bench.bloomreach_calls, Contains("attributes")) << "looked up before created";
  const auto journey = bench.record("customer/" + id);
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.store, "STO-01");
  std::vector<std::string> planned;
  for (const auto& one : journey->deliveries) {
    planned.push_back(one.connection + " " + one.flow);
    EXPECT_EQ(one.state, journal::DeliveryState::waiting);
  }
  EXPECT_THAT(planned, testing::UnorderedElementsAre("bloomreach customer_to_bloomreach",
                                                     "bloomreach consent_to_bloomreach",
                                                     "klaviyo customer_to_klaviyo"));
  const auto book =
      bench.await(bench.runtime().consents().of("ada@kund.se", model::ConsentChannel::email));
  ASSERT_TRUE(book.value());
  EXPECT_EQ((*book)->state, model::ConsentState::subscribed);
  EXPECT_FALSE(bench.runtime().idle()) << "they are in their lanes";
}

// What a person decided at Klaviyo after the till's word is what the till is shown.
TEST(TillRegister, ANewerDecisionInKlaviyosBookIsShown) {
  Bench bench;
  const std::string id = bench.add("ada@kund.se", R"(,"consents":["newsletter"])");
  EXPECT_THAT(bench.call("GET", "/customers/" + id).body, HasSubstr(R"("newsletter")"));
  ConsentBook::Said said;
  said.key = "consent/klaviyo/1";
  said.external_id = "1";
  said.connection = "klaviyo";
  said.address = "ada@kund.se";
  said.entry = {model::ConsentState::unsubscribed, bench.clock.now() + hours{1}, "Klaviyo: link",
                bench.clock.now() + hours{1}};
  ASSERT_TRUE(bench.await(bench.runtime().consents().take(said)));
  const auto shown = bench.call("GET", "/customers/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, Not(HasSubstr(R"("newsletter")")));
}

TEST(TillRegister, WhileBloomreachIsDownTheDeliveryLooksFirstAndTheIndexAnswers) {
  Bench bench;
  bench.bloomreach_down = true;
  const std::string id = bench.add("ada@kund.se");
  ASSERT_NE(id, "");
  const auto journey = bench.record("customer/" + id);
  ASSERT_TRUE(journey);
  const std::array bodies{journey->deliveries.at(0).id};
  const auto parts =
      bench.ask<std::string>([bodies](journal::Reader& reader) -> Result<std::string> {
        TB_TRY(const auto found, reader.delivery_bodies(bodies));
        return found.front().parts.front();
      });
  EXPECT_THAT(parts, testing::StartsWith(R"({"look_up_by":[["email_id","ada@kund.se"]],)"));
  const auto found = bench.call("GET", "/customers?key=ada@kund.se&key_type=email");
  EXPECT_EQ(found.status, 200);
  EXPECT_THAT(found.body, HasSubstr(id));
}

TEST(CustomersMerged, IndexKlaviyoAndAliasFollow) {
  Bench bench;
  const std::string into = bench.add("ada@kund.se");
  const std::string from = bench.add("ada.old@kund.se");
  ASSERT_NE(into, from);
  bench.profile("01KSTAYS", "ada@kund.se");
  bench.profile("01KGOES", "ada.old@kund.se");
  const auto said = bench.merge(into, from);
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_THAT(*said, HasSubstr("Klaviyo: profile 01KGOES goes into 01KSTAYS"));
  EXPECT_THAT(*said, HasSubstr("Bloomreach: new events go to " + into));
  EXPECT_EQ(bench.shown(from), into);
  EXPECT_EQ(bench.shown(into), into);
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + from), into);
  EXPECT_THAT(bench.merges, ElementsAre(connectors::klaviyo::merge_body("01KSTAYS", "01KGOES")));
}

TEST(CustomersMerged, TheAliasIsThePlatformsOwnName) {
  Bench bench;
  ASSERT_TRUE(bench.await(bench.operations.sync_customers("", "vera")));  // Eva, h-1
  const std::string from = bench.add("eva.old@kund.se");
  const auto eva = bench.await(bench.till()->index().by_handle("bloomreach", "h-1")).value();
  ASSERT_TRUE(eva);
  ASSERT_TRUE(bench.merge(eva->customer.customer_id, from));
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + from), "h-1");
}

TEST(CustomersMerged, WhoIsOneAlreadyIsLeftAlone) {
  Bench bench;
  const std::string into = bench.add("ada@kund.se");
  const std::string from = bench.add("ada.old@kund.se");
  const auto oneself = bench.merge(into, into);
  ASSERT_FALSE(oneself);
  EXPECT_EQ(oneself.error().kind, Error::Kind::rejected);
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + into), "");
  ASSERT_TRUE(bench.merge(into, from));
  EXPECT_FALSE(bench.merge(into, from)) << "again";
  EXPECT_FALSE(bench.merge(from, into)) << "back";
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + into), "");
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + from), into);
  EXPECT_EQ(bench.shown(from), into);
}

TEST(CustomersMerged, WhatDoesNotExistIsSaid) {
  Bench bench;
  const std::string id = bench.add("ada@kund.se");
  for (const auto& [into, from] : {std::pair(id, std::string("c-9")), {std::string("c-9"), id}}) {
    const auto merged = bench.merge(into, from);
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().kind, Error::Kind::not_found);
    EXPECT_THAT(merged.error().what, HasSubstr("c-9"));
  }
  EXPECT_THAT(bench.merges, IsEmpty());
  Workspace without = shop();
  without.crm_served = false;
  Bench bare(without);
  EXPECT_EQ(bare.merge("a", "b").error().kind, Error::Kind::not_found);
  EXPECT_EQ(bare.await(bare.operations.sync_customers("", "vera")).error().kind,
            Error::Kind::not_found);
}

TEST(CustomersMerged, WhomKlaviyoDoesNotKnowIsMergedHere) {
  Bench bench;
  const std::string into = bench.add("ada@kund.se");
  const std::string from = bench.add("ada.old@kund.se");
  bench.profile("01KSTAYS", "ada@kund.se");
  const auto said = bench.merge(into, from);
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_THAT(*said, HasSubstr("it knows one of them only"));
  EXPECT_THAT(bench.merges, IsEmpty());
  EXPECT_EQ(bench.shown(from), into);
}

TEST(CustomersMerged, WhatKlaviyoRefusesChangesNothingHere) {
  Bench bench;
  const std::string into = bench.add("ada@kund.se");
  const std::string from = bench.add("ada.old@kund.se");
  bench.profile("01KSTAYS", "ada@kund.se");
  bench.profile("01KGOES", "ada.old@kund.se");
  bench.merge_status = 503;
  const auto said = bench.merge(into, from);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(said.error().what, HasSubstr("Nothing was changed here"));
  EXPECT_EQ(bench.shown(from), from);
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + from), "");
  bench.merge_status = 202;
  EXPECT_TRUE(bench.merge(into, from)) << "it can be tried again";
}

TEST(CustomersMerged, WithBloomreachAloneKlaviyoIsNotMissed) {
  Workspace alone = shop();
  alone.klaviyo_connected = false;
  Bench bench(alone);
  const std::string into = bench.add("ada@kund.se");
  const std::string from = bench.add("ada.old@kund.se");
  const auto said = bench.merge(into, from);
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_THAT(*said, HasSubstr("Klaviyo: not connected"));
  EXPECT_EQ(bench.fact("bloomreach", "alias/" + from), into);
}

TEST(SyncCustomers, ReadsThePlatformIntoTheIndexOnRequest) {
  Bench bench;
  const auto said = bench.await(bench.operations.sync_customers("", "vera"));
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_EQ(said->at("profiles").to_number<int>(), 1);
  EXPECT_EQ(json::text(*said, "workspace"), test::workspace_name);
  const auto eva = bench.await(bench.till()->index().find({KeyType::email, "eva@kund.se"})).value();
  ASSERT_THAT(eva, SizeIs(1));
  EXPECT_EQ(eva[0].handles.at("bloomreach"), "h-1");
  const json::Object status = bench.runtime().status();
  EXPECT_EQ(json::object(status, "customers")->at("profiles").to_number<int>(), 1);

  bench.bloomreach_down = true;
  const auto down = bench.await(bench.operations.sync_customers("", "vera"));
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().kind, Error::Kind::unavailable);
  EXPECT_EQ(bench.await(bench.operations.sync_customers("mars", "vera")).error().kind,
            Error::Kind::not_found);
}

}  // namespace
}  // namespace tillbridge::app
