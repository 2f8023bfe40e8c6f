#pragma once
// A simulated account for tests: manual clock, no delays, calls answered on a loop of its own.

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/task_group.h"
#include "klaviyo/errors.h"
#include "klaviyo/simulator.h"
#include "outbound/fake_transport.h"

namespace sandbox::klaviyo::test {

using Request = tillbridge::http::Request;

inline tillbridge::Task<void> call_into(tillbridge::http::Handler handler, Request request,
                                        Reply* into) {
  *into = co_await handler(std::move(request));
}

inline boost::json::value json(const std::string& text) {
  return boost::json::parse(text);
}
inline boost::json::value parsed(const Reply& reply) {
  EXPECT_FALSE(reply.body.empty()) << reply.status;
  return reply.body.empty() ? boost::json::value() : boost::json::parse(reply.body);
}
// A copy, so that it can be walked through.
inline boost::json::array items(const Reply& reply, std::string_view key = "data") {
  return parsed(reply).at(key).as_array();
}
inline std::string header(const Reply& reply, std::string_view name) {
  for (const auto& one : reply.headers)
    if (one.name == name) return one.value;
  return "";
}
// The pointers of all errors, separated by blanks.
inline std::string pointers(const Reply& reply) {
  std::string all;
  for (const auto& error : items(reply, "errors")) {
    const auto& source = error.at("source").as_object();
    const char* key = source.contains("pointer") ? "pointer" : "parameter";
    all += (all.empty() ? "" : " ") + std::string(source.at(key).as_string());
  }
  return all;
}
inline std::string code(const Reply& reply) {
  return std::string(parsed(reply).at("errors").at(0).at("code").as_string());
}

class AccountTest : public ::testing::Test {
 protected:
  static Settings test_settings() {
    Settings settings;
    settings.event_delay_ms = settings.consent_delay_ms = settings.merge_delay_ms = 0;
    settings.job_start_ms = settings.job_run_ms = settings.deletion_delay_ms = 0;
    settings.webhook_delay_ms = 0;
    settings.webhook_retry_ms = 1;
    settings.quota_factor = 0;
    return settings;
  }
  static Request request(const std::string& method, const std::string& target,
                         const std::string& body = "") {
    Request made;
    made.method = method;
    const auto question = target.find('?');
    made.path = target.substr(0, question);
    if (question != std::string::npos) made.query = target.substr(question + 1);
    made.body = body;
    made.peer = "127.0.0.1";
    made.headers = {{"Authorization", "Klaviyo-API-Key pk_sandbox"},
                    {"revision", "2026-07-15"},
                    {"Host", "klaviyo.sandbox"},
                    {"Content-Type", "application/vnd.api+json"}};
    return made;
  }
  static void set_header(Request& request, const std::string& name, const std::string& value) {
    for (auto& one : request.headers)
      if (one.name == name) one.value = value;
  }

  Reply send(Request made) {
    Reply reply;
    tillbridge::TaskGroup group(loop, [](const std::string& what) { ADD_FAILURE() << what; });
    group.start(call_into(simulator.handler(), std::move(made), &reply));
    loop.restart();
    loop.run();
    return reply;
  }
  Reply get(const std::string& target) { return send(request("GET", target)); }
  Reply post(const std::string& path, const std::string& body) {
    return send(request("POST", path, body));
  }
  void change(const std::string& patch) {
    const auto done = simulator.change(json(patch).as_object());
    ASSERT_TRUE(done.has_value()) << done.error().what;
  }
  void pass(tillbridge::Duration time) {
    clock.advance(time);
    simulator.apply_due();
  }
  std::uint64_t count(const std::string& pointer) {
    return boost::json::value(simulator.status()).at_pointer(pointer).to_number<std::uint64_t>();
  }

  // profile: members of its attributes; more: members of the event's attributes ("" or ",...").
  static std::string event_attributes(const std::string& metric, const std::string& more) {
    return R"("metric":{"data":{"type":"metric","attributes":{"name":")" + metric +
           R"("}}},"properties":{"OrderId":"1"})" + more;
  }
  static std::string event_body(const std::string& profile, const std::string& metric,
                                const std::string& more = "") {
    return R"({"data":{"type":"event","attributes":{)" + event_attributes(metric, more) +
           R"(,"profile":{"data":{"type":"profile","attributes":{)" + profile + "}}}}}}";
  }
  Reply event(const std::string& profile, const std::string& metric, const std::string& more = "") {
    return post("/api/events", event_body(profile, metric, more));
  }
  static std::string group(const std::string& profile, const std::vector<std::string>& events,
                           const std::string& more = "") {
    std::string members;
    for (const std::string& one : events) {
      members += (members.empty() ? "" : ",") + (R"({"type":"event","attributes":{)" + one + "}}");
    }
    return R"({"type":"event-bulk-create","attributes":{"profile":{"data":{"type":"profile",)"
           R"("attributes":{)" +
           profile + R"(}}},"events":{"data":[)" + members + "]}" + more + "}}";
  }
  Reply bulk(const std::vector<std::string>& groups) {
    return post("/api/event-bulk-create-jobs",
                R"({"data":{"type":"event-bulk-create-job","attributes":{"events-bulk-create":)"
                R"({"data":[)" +
                    fmt::format("{}", fmt::join(groups, ",")) + "]}}}}");
  }
  static std::string profile_body(const std::string& attributes, const std::string& more = "") {
    return R"({"data":{"type":"profile","attributes":{)" + attributes + "}" + more + "}}";
  }
  Reply import(const std::string& attributes, const std::string& more = "") {
    return post("/api/profile-import", profile_body(attributes, more));
  }
  std::string imported(const std::string& attributes) {
    const Reply reply = import(attributes);
    EXPECT_LT(reply.status, 300) << reply.body;
    return std::string(parsed(reply).at("data").at("id").as_string());
  }
  boost::json::array events_of(const std::string& email) {
    const auto found = simulator.profiles_of(email);
    if (found.empty()) return {};
    const Reply reply = get("/api/events?filter=equals(profile_id,\"" +
                            std::string(found[0].at("id").as_string()) + "\")&sort=datetime");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return parsed(reply).at("data").as_array();
  }

  tillbridge::Loop loop{1};
  tillbridge::ManualClock clock;
  std::vector<ReceivedEvent> received;
  int webhook_answer = 200;
  tillbridge::outbound::FakeTransport transport{
      [this](const tillbridge::outbound::HttpRequest&)
          -> tillbridge::Result<tillbridge::outbound::HttpAnswer> {
        tillbridge::outbound::HttpAnswer answer;
        answer.status = webhook_answer;
        return answer;
      }};
  Simulator simulator{loop,
                      clock,
                      transport,
                      tillbridge::Entropy{7},
                      [this](const ReceivedEvent& event) { received.push_back(event); },
                      test_settings()};
};

}  // namespace sandbox::klaviyo::test
