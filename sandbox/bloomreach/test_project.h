#pragma once
// A simulated project for tests: manual clock, no delay, calls answered on a loop of its own.

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/task_group.h"
#include "bloomreach/simulator.h"

namespace sandbox::bloomreach::test {

inline tillbridge::Task<void> call_into(tillbridge::http::Handler handler,
                                        tillbridge::http::Request request, Reply* into) {
  *into = co_await handler(std::move(request));
}

class ProjectTest : public ::testing::Test {
 protected:
  static Settings test_settings() {
    Settings settings;
    settings.apply_delay_ms = 0;
    settings.hard_ids = {"registered", "email_id"};
    settings.soft_ids = {"cookie"};
    return settings;
  }
  static std::string path(const std::string& api, const std::string& call) {
    return "/" + api + "/v2/projects/" + Settings{}.project_token + call;
  }
  static tillbridge::http::Request request(const std::string& method, const std::string& path,
                                           const std::string& body,
                                           const std::string& password = "sandbox-secret") {
    tillbridge::http::Request made;
    made.method = method;
    made.path = path;
    made.body = body;
    made.peer = "127.0.0.1";
    made.headers = {
        {"Authorization", "Basic " + tillbridge::base64_encode("sandbox-key:" + password)},
        {"Content-Type", "application/json"}};
    return made;
  }

  Reply send(tillbridge::http::Request made) {
    Reply reply;
    tillbridge::TaskGroup group(loop, [](const std::string& what) { ADD_FAILURE() << what; });
    group.start(call_into(simulator.handler(), std::move(made), &reply));
    loop.restart();
    loop.run();
    return reply;
  }
  Reply track(const std::string& call, const std::string& body) {
    return send(request("POST", path("track", call), body));
  }
  Reply read(const std::string& call, const std::string& body) {
    return send(request("POST", path("data", call), body));
  }
  void change(const std::string& patch) {
    const auto done = simulator.change(boost::json::parse(patch).as_object());
    ASSERT_TRUE(done.has_value()) << done.error().what;
  }

  // ids as JSON object text.
  Reply event(const std::string& ids, const std::string& type, double timestamp,
              const std::string& properties = "{}") {
    return track("/customers/events", R"({"customer_ids":)" + ids + R"(,"event_type":")" + type +
                                          R"(","timestamp":)" + std::to_string(timestamp) +
                                          R"(,"properties":)" + properties + "}");
  }
  Reply update(const std::string& ids, const std::string& properties, double timestamp) {
    return track("/customers", R"({"customer_ids":)" + ids + R"(,"properties":)" + properties +
                                   R"(,"update_timestamp":)" + std::to_string(timestamp) + "}");
  }
  boost::json::object exported(const std::string& ids) {
    const Reply reply = read("/customers/export-one", R"({"customer_ids":)" + ids + "}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return boost::json::parse(reply.body).as_object();
  }
  static boost::json::value parsed(const Reply& reply) { return boost::json::parse(reply.body); }
  static boost::json::value json(const std::string& text) { return boost::json::parse(text); }

  tillbridge::Loop loop{1};
  tillbridge::ManualClock clock;
  Ledger ledger{Expectations{}};
  BloomreachSimulator simulator{loop, clock, tillbridge::Entropy{7}, ledger, test_settings()};
};

}  // namespace sandbox::bloomreach::test
