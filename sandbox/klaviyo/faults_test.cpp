// Faults: what is committed, what is answered, that the storm has its measures; settings.
#include <gtest/gtest.h>

#include "klaviyo/fault_plan.h"
#include "klaviyo/test_account.h"

namespace sandbox::klaviyo {
namespace {

using Break = Reply::Break;
using test::header;

class KlaviyoSimFaultsTest : public test::AccountTest {
 protected:
  Reply sale() {
    return event(R"("email":"elin@b.se")", "M", fmt::format(R"(,"unique_id":"{}")", ++number));
  }
  int number = 0;
};

TEST_F(KlaviyoSimFaultsTest, ResetsBeforeAndAfterTheCommit) {
  change(R"({"faults":{"create_event":{"reset_before":1}}})");
  EXPECT_EQ(sale().break_off, Break::reset_before_answer);
  EXPECT_TRUE(received.empty());
  change(R"({"faults":{"create_event":{"reset_before":0,"reset_after":1}}})");
  EXPECT_NE(sale().break_off, Break::none);
  EXPECT_EQ(received.size(), 1U);
  EXPECT_EQ(get("/api/metrics").status, 200);  // other operations are well
}

TEST_F(KlaviyoSimFaultsTest, AnswersOfTheEdge) {
  change(R"({"faults":{"*":{"server_error":1,"server_error_status":524}}})");
  Reply reply = sale();
  EXPECT_EQ(reply.status, 524);
  EXPECT_TRUE(reply.content_type.starts_with("text/html"));
  EXPECT_EQ(header(reply, "RateLimit-Limit"), "");
  change(R"({"faults":{"*":{"server_error":0,"html_403":1}}})");
  reply = sale();
  EXPECT_EQ(reply.status, 403);
  EXPECT_TRUE(reply.content_type.starts_with("text/html"));
  change(R"({"faults":{"*":{"html_403":0,"throttle":1}}})");
  reply = sale();
  EXPECT_EQ(reply.status, 429);
  EXPECT_NE(header(reply, "Retry-After"), "");
  EXPECT_EQ(count("/throttled/create_event"), 1U);
  EXPECT_TRUE(received.empty());
  change(R"({"faults":{"*":null}})");
  EXPECT_EQ(sale().status, 202);
}

TEST_F(KlaviyoSimFaultsTest, HangsEndWithAReset) {
  change(R"({"hang_ms":2,"faults":{"create_event":{"hang":1}}})");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(sale().break_off, Break::reset_before_answer);
  EXPECT_GT(received.size(), 0U);   // some were committed,
  EXPECT_LT(received.size(), 20U);  // some were not
}

TEST_F(KlaviyoSimFaultsTest, DownMeansDown) {
  change(R"({"preset":"down","hang_ms":1})");
  int errors = 0, hangs = 0;
  for (int i = 0; i < 200; ++i) {
    const Reply reply = sale();
    if (reply.break_off == Break::reset_before_answer) ++hangs;
    if (reply.break_off == Break::none && reply.status == 503) ++errors;
  }
  EXPECT_EQ(errors + hangs, 200);
  EXPECT_GT(hangs, 5);
  EXPECT_LT(hangs, 50);
  EXPECT_TRUE(received.empty());
  change(R"({"preset":"none"})");
  EXPECT_EQ(sale().status, 202);
}

TEST_F(KlaviyoSimFaultsTest, TheStormComesInBursts) {
  Settings settings;
  settings.preset = "storm";
  FaultPlan plan{tillbridge::Entropy{42}};
  tillbridge::Tick now{};
  int bursting = 0, failing_in_bursts = 0, failing_outside = 0;
  constexpr int calls = 200'000;
  for (int i = 0; i < calls; ++i, now += std::chrono::milliseconds{5}) {
    const bool burst = plan.in_burst(now);
    const bool failing = plan.draw(settings, nullptr, now).kind != Fault::Kind::none;
    bursting += burst ? 1 : 0;
    (burst ? failing_in_bursts : failing_outside) += failing ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(bursting) / calls, 0.2, 0.05);
  EXPECT_NEAR(static_cast<double>(failing_in_bursts) / bursting, 0.4, 0.03);
  EXPECT_NEAR(static_cast<double>(failing_outside) / (calls - bursting), 0.02, 0.005);
}

TEST_F(KlaviyoSimFaultsTest, TheStormHasEveryFault) {
  Settings settings;
  settings.preset = "storm";
  settings.storm_burst = settings.storm_light = 1;
  FaultPlan plan{tillbridge::Entropy{1}};
  std::map<std::string_view, int> seen;
  for (int i = 0; i < 1000; ++i) ++seen[name(plan.draw(settings, nullptr, {}).kind)];
  for (const char* kind :
       {"slow", "hang", "reset_before", "reset_after", "throttled", "server_error", "html_403"})
    EXPECT_GT(seen[kind], 20) << kind;
}

TEST_F(KlaviyoSimFaultsTest, SettingsAreCheckedAndShownWithoutSecrets) {
  for (const char* wrong :
       {R"({"preset":"calm"})", R"({"nonsense":1})", R"({"silent_drop_share":2})",
        R"({"quota_factor":-1})", R"({"faults":{"no_operation":{}}})", R"({"keys":[{}]})",
        R"({"faults":{"create_event":{"latency_ms_min":2,"latency_ms_max":1}}})",
        R"({"event_delay_ms":5,"webhook_batch_max":0})"}) {
    const auto done = simulator.change(boost::json::parse(wrong).as_object());
    EXPECT_FALSE(done.has_value()) << wrong;
  }
  EXPECT_EQ(simulator.settings().event_delay_ms, 0);
  const std::string shown = tillbridge::json::to_text(simulator.describe());
  EXPECT_EQ(shown.find("pk_sandbox"), std::string::npos);
  EXPECT_EQ(shown.find("sandbox-app-secret"), std::string::npos);
  boost::json::object again = simulator.describe();
  again.erase("keys");  // without their secrets they cannot be read
  EXPECT_TRUE(simulator.change(again).has_value());
}

}  // namespace
}  // namespace sandbox::klaviyo
