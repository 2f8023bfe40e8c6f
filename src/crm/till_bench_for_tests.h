#pragma once
// A till server with a scripted desk, called as a till calls it.

#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/json.h"
#include "crm/till_desk_for_tests.h"
#include "crm/till_server.h"

namespace tillbridge::crm::for_tests {

inline CrmSettings till_settings() {
  CrmSettings settings;
  settings.workspace = "shop";
  settings.source_label = "Bloomreach";
  settings.user = "till";
  settings.password = Secret("letmein");
  settings.country = "SE";
  settings.store_countries = {{"OSL-1", "NO"}};
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.label = "Newsletter by e-mail";
  newsletter.channel = "email";
  model::ConsentCategory texts;
  texts.id = "texts";
  texts.label = "Offers by text message";
  texts.channel = "sms";
  model::ConsentCategory membership;
  membership.id = "consent_membership";
  membership.label = "Membership";
  membership.by_default = true;
  settings.categories = {newsletter, texts, membership};
  return settings;
}

class TillBench {
 public:
  explicit TillBench(CrmSettings settings = till_settings())
      : ids(clock, 0), server(clock, ids, metrics, std::move(settings), desk) {}

  http::Request request(const std::string& method, const std::string& target,
                        std::string body = "") const {
    http::Request made;
    made.method = method;
    made.raw_path = target.substr(0, target.find('?'));
    made.path = http::percent_decode(made.raw_path, false);
    if (const auto at = target.find('?'); at != std::string::npos)
      made.query = target.substr(at + 1);
    made.body = std::move(body);
    made.headers.push_back({"Authorization", "Basic " + base64_encode("till:letmein")});
    made.peer = "192.0.2.1";
    return made;
  }

  http::Reply send(http::Request made) {
    std::optional<http::Reply> reply;
    boost::asio::co_spawn(loop, server.receive(std::move(made)),
                          [&](const std::exception_ptr& failure, http::Reply answer) {
                            EXPECT_FALSE(failure);
                            reply = std::move(answer);
                          });
    loop.restart();
    loop.run();
    if (!reply) throw std::runtime_error("no answer");
    return *reply;
  }
  http::Reply call(const std::string& method, const std::string& target, std::string body = "") {
    return send(request(method, "/crm/shop" + target, std::move(body)));
  }

  static json::Value body_of(const http::Reply& reply) {
    const auto parsed = json::parse(reply.body);
    EXPECT_TRUE(parsed) << reply.body;
    return parsed.value_or(json::Value{});
  }
  static std::string header_of(const http::Reply& reply, std::string_view name) {
    for (const http::Header& header : reply.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }
  // "400 bad-request The mobile number is not complete."
  static std::string error_of(const http::Reply& reply) {
    const json::Value body = body_of(reply);
    const json::Object* const object = body.if_object();
    const json::Object* const data =
        object == nullptr ? nullptr : json::object(*object, "error_data");
    if (data == nullptr) return std::to_string(reply.status) + " without an error body";
    EXPECT_TRUE(json::text(*object, "request_id")) << reply.body;
    return std::to_string(reply.status) + " " + json::text(*object, "error_code").value_or("?") +
           " " + json::text(*data, "message").value_or("no message");
  }

  Loop loop{1};
  ManualClock clock;
  telemetry::Metrics metrics;
  IdSource ids;
  ScriptedDesk desk;
  TillServer server;
};

}  // namespace tillbridge::crm::for_tests
