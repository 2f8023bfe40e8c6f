// Fault injection: what is committed, what is answered, and that the storm has its measures.
#include <set>

#include <gtest/gtest.h>

#include "bloomreach/test_project.h"

namespace sandbox::bloomreach {
namespace {

using Break = Reply::Break;

class FaultsTest : public test::ProjectTest {
 protected:
  Reply purchase() { return event(R"({"registered":"a"})", "p", ++time); }
  Reply batch() {
    return track("/batch", R"({"commands":[{"name":"customers/events","command_id":"c","data":{
                 "customer_ids":{"registered":"a"},"event_type":"p"}}]})");
  }
  double time = 0;
};

TEST_F(FaultsTest, ResetsBeforeAndAfterTheCommit) {
  change(R"({"faults":{"events":{"reset_before":1}}})");
  EXPECT_EQ(purchase().break_off, Break::reset_before_answer);
  EXPECT_EQ(ledger.received_events(), 0U);
  change(R"({"faults":{"events":{"reset_before":0,"reset_after":1}}})");
  EXPECT_NE(purchase().break_off, Break::none);
  EXPECT_EQ(ledger.received_events(), 1U);
}

TEST_F(FaultsTest, AnIdenticalResendAfterALostAnswerIsAnExactCopy) {
  change(R"({"faults":{"events":{"reset_after":1}}})");
  event(R"({"registered":"a"})", "p", 5);
  change(R"({"faults":{"events":null}})");
  EXPECT_EQ(event(R"({"registered":"a"})", "p", 5).status, 200);
  EXPECT_EQ(simulator.status().at("exact_copies"), 1U);
  EXPECT_EQ(exported(R"({"registered":"a"})").at("events").as_array().size(), 1U);
}

TEST_F(FaultsTest, ThrottlingInItsStyles) {
  change(R"({"faults":{"*":{"throttle":1,"throttle_style":"retry_after"}}})");
  Reply reply = purchase();
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers[0].name, "Retry-After");
  change(R"({"faults":{"*":{"throttle_style":"rate_limit_reset"}}})");
  reply = purchase();
  EXPECT_EQ(reply.headers[0].name, "X-Rate-Limit-Reset");
  EXPECT_EQ(reply.headers[0].value, "1767225601");
  change(R"({"faults":{"*":{"throttle_style":"none"}}})");
  reply = purchase();
  EXPECT_EQ(reply.headers[0].name, "x-request-id");
  EXPECT_EQ(ledger.received_events(), 0U);
}

TEST_F(FaultsTest, ServerErrorsAreHtml) {
  change(R"({"faults":{"batch":{"server_error":1,"server_error_status":502}}})");
  const Reply reply = batch();
  EXPECT_EQ(reply.status, 502);
  EXPECT_EQ(reply.content_type, "text/html");
  EXPECT_EQ(purchase().status, 200);  // other routes are well
  change(R"({"faults":{"batch":{"down":"503"}}})");
  EXPECT_EQ(batch().status, 503);
  change(R"({"faults":{"batch":{"down":"refused"}}})");
  EXPECT_EQ(batch().break_off, Break::reset_before_answer);
  change(R"({"faults":{"batch":{"down":"","server_error":0}}})");
  EXPECT_EQ(batch().status, 200);
}

TEST_F(FaultsTest, OddAnswersOfBatches) {
  change(R"({"faults":{"batch":{"success_false":1}}})");
  Reply reply = batch();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(parsed(reply).at("success"), false);
  EXPECT_EQ(ledger.received_events(), 0U);
  change(R"({"faults":{"batch":{"success_false":0,"missing_results":1}}})");
  EXPECT_FALSE(parsed(batch()).as_object().contains("results"));
  EXPECT_EQ(ledger.received_events(), 1U);
  change(R"({"faults":{"batch":{"missing_results":0,"no_command_id":1}}})");
  EXPECT_EQ(parsed(batch()).at("results"), json(R"([{"success":true}])"));
  change(R"({"faults":{"batch":{"no_command_id":0,"refuse_command":1}}})");
  EXPECT_EQ(parsed(batch()).at("results").as_array()[0].at("success"), false);
}

TEST_F(FaultsTest, HangsEndWhenTheSettingsSay) {
  change(R"({"hang_ms":5,"faults":{"events":{"hang":1}}})");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(purchase().break_off, Break::reset_before_answer);
  EXPECT_GT(ledger.received_events(), 0U);   // some were committed,
  EXPECT_LT(ledger.received_events(), 20U);  // some were not
  change(R"({"hang_ms":0})");
  EXPECT_EQ(purchase().break_off, Break::never_answer);
}

TEST_F(FaultsTest, LatencyDelaysTheCall) {
  change(R"({"faults":{"events":{"latency_ms_min":3,"latency_ms_max":5}}})");
  const tillbridge::SystemClock real;
  const auto before = real.tick();
  EXPECT_EQ(purchase().status, 200);
  EXPECT_GE(real.tick() - before, std::chrono::milliseconds{3});
}

TEST_F(FaultsTest, ReadsAreAsSlowAsTheSettingsSay) {
  Settings settings;
  FaultPlan plan{tillbridge::Entropy{1}};
  const auto latency = [&](Route route) { return plan.draw(settings, route, {}).latency; };
  EXPECT_EQ(latency(Route::attributes).count(), 0);
  settings.read_latency_ms_min = 20;
  settings.read_latency_ms_max = 60;
  settings.faults["export_one"].latency_ms_max = settings.faults["export_one"].latency_ms_min = 300;
  std::set<tillbridge::Duration> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(latency(Route::export_events));
  EXPECT_GE(*drawn.begin(), std::chrono::milliseconds{20});
  EXPECT_LE(*drawn.rbegin(), std::chrono::milliseconds{60});
  EXPECT_GT(drawn.size(), 50U);
  EXPECT_EQ(latency(Route::export_one), std::chrono::milliseconds{300});
  for (const Route route : {Route::time, Route::customers, Route::events, Route::batch,
                            Route::anonymize, Route::anonymize_bulk})
    EXPECT_EQ(latency(route).count(), 0);
  EXPECT_FALSE(simulator.change({{"read_latency_ms_min", 5}}));
  EXPECT_TRUE(simulator.change({{"read_latency_ms_min", 5}, {"read_latency_ms_max", 6}}));
}

// A project takes rights away from a key while the hub runs, and gives them back.
TEST_F(FaultsTest, RightsChangeAtRunTime) {
  const auto deny = [this](const std::string& what, const std::string& names) {
    change(R"({"keys":[{"id":"sandbox-key","permissions":{")" + what + R"(":{"denied":[)" + names +
           "]}}}]}");
  };
  EXPECT_EQ(purchase().status, 200);
  deny("events_set", R"("p","consent")");
  EXPECT_EQ(purchase().status, 403);
  EXPECT_EQ(parsed(purchase()).at("errors"),
            json(R"(["not authorized to add event of specified type"])"));
  EXPECT_EQ(update(R"({"registered":"a"})", R"({"email":"a@b.se"})", 1).status, 200);
  deny("events_set", "");
  EXPECT_EQ(purchase().status, 200);
  deny("properties_set", R"("email")");
  EXPECT_EQ(update(R"({"registered":"a"})", R"({"email":"c@d.se"})", 2).status, 403);
  EXPECT_EQ(update(R"({"registered":"a"})", R"({"phone":"+4670"})", 2).status, 200);
  deny("properties_set", "");
  EXPECT_EQ(update(R"({"registered":"a"})", R"({"email":"c@d.se"})", 2).status, 200);
}

TEST_F(FaultsTest, TheStormComesInBursts) {
  Settings settings;
  settings.storm = true;
  FaultPlan plan{tillbridge::Entropy{42}};
  tillbridge::Tick now{};
  int bursting = 0, failing_in_bursts = 0, failing_outside = 0, bursts = 0;
  bool before = false;
  constexpr int calls = 200'000;
  for (int i = 0; i < calls; ++i, now += std::chrono::milliseconds{5}) {
    const bool burst = plan.in_burst(now);
    bursts += burst && !before ? 1 : 0;
    before = burst;
    const bool failing = plan.draw(settings, Route::batch, now).kind != Fault::Kind::none;
    bursting += burst ? 1 : 0;
    (burst ? failing_in_bursts : failing_outside) += failing ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(bursting) / calls, 0.2, 0.05);
  EXPECT_NEAR(static_cast<double>(failing_in_bursts) / bursting, 0.4, 0.03);
  EXPECT_NEAR(static_cast<double>(failing_outside) / (calls - bursting), 0.02, 0.005);
  EXPECT_NEAR(bursting * 0.005 / bursts, 1.0, 0.2);  // seconds
}

TEST_F(FaultsTest, TheStormHasEveryPassingFaultAndNoLastingOne) {
  Settings settings;
  settings.storm = true;
  settings.storm_burst = settings.storm_light = 1;
  FaultPlan plan{tillbridge::Entropy{1}};
  std::map<std::string_view, int> seen;
  for (int i = 0; i < 500; ++i) ++seen[name(plan.draw(settings, Route::batch, {}).kind)];
  EXPECT_EQ(seen.size(), 5U);
  for (const char* kind : {"hang", "reset_before", "reset_after", "throttled", "server_error"})
    EXPECT_GT(seen[kind], 20) << kind;
}

}  // namespace
}  // namespace sandbox::bloomreach
