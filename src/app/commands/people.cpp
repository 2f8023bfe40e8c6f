// consents, consent, merge: what is known and done about people, through the running hub.

#include <fmt/format.h>

#include "app/commands/where.h"
#include "connectors/klaviyo/url_text.h"

namespace tillbridge::app {
namespace {

bool is_email(const std::string& address) {
  return address.find('@') != std::string::npos;
}

}  // namespace

int consents(const Where& where, const std::string& workspace, const std::string& address,
             const std::string& country) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  using connectors::klaviyo::url_encoded;
  const auto answer = control->call(
      "GET", fmt::format("/api/v1/consents?workspace={}&{}={}&country={}", url_encoded(workspace),
                         is_email(address) ? "email" : "phone", url_encoded(address),
                         url_encoded(country)));
  if (!answer) return report(answer.error());
  if (where.json) {
    fmt::print("{}\n", json::to_text(*answer));
    return exit_done;
  }
  const json::Array* items = json::array(answer->as_object(), "items");
  if (items == nullptr) return exit_done;
  for (const json::Value& item : *items) {
    const json::Object& row = item.as_object();
    const std::string state = json::text(row, "state").value_or("unknown");
    const auto decided_at = json::text(row, "decided_at");
    fmt::print("{:<6} {}{}\n", json::text(row, "channel").value_or(""), state,
               decided_at ? fmt::format(" since {} ({})", *decided_at,
                                        json::text(row, "source").value_or("source not known"))
                          : ": no decision of this person is known here");
  }
  return exit_done;
}

int consent(const Where& where, const ConsentOptions& options) {
  const bool email = is_email(options.address);
  json::Object body;
  body["workspace"] = options.workspace;
  body[email ? "email" : "phone"] = options.address;
  body["country"] = options.country;
  body["channel"] = options.channel.empty() ? (email ? "email" : "sms") : options.channel;
  body["decision"] = options.decision;
  body["at"] = options.at;
  body["source"] =
      options.source.empty() ? fmt::format("Operator {}", operator_name()) : options.source;
  return act(where, "/api/v1/consents", std::move(body), "kept");
}

int sync_customers(const Where& where, const std::string& workspace) {
  return act(where, "/api/v1/customers/sync", {{"workspace", workspace}}, "read");
}

int merge(const Where& where, const std::string& workspace, const std::string& into,
          const std::string& from, bool customers) {
  return act(where, "/api/v1/merge",
             {{"workspace", workspace},
              {"connection", customers ? "till" : "klaviyo"},
              {"into", into},
              {"from", from}},
             "merged");
}

}  // namespace tillbridge::app
