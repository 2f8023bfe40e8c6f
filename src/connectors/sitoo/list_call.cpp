#include "connectors/sitoo/list_call.h"

#include "connectors/http_answer.h"
#include "connectors/sitoo/rate_limit.h"

namespace tillbridge::connectors::sitoo {
namespace {

using Kind = Outcome::Kind;

// {"statuscode": 400, "errortext": "..."} (sitoo.md 2.7), as far as it can be read.
std::string error_text(const std::string& body) {
  const auto parsed = json::parse(body);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  const auto text = object == nullptr ? std::nullopt : json::text(*object, "errortext");
  return text ? ": " + connectors::safe_excerpt(*text) : std::string{};
}

// What an answer other than 200 means; for 200 the body has to be read.
Outcome outcome_of_status(const outbound::HttpAnswer& answer, Instant now) {
  const int status = answer.status;
  const std::string said = "Sitoo answered " + std::to_string(status);
  if (status == 401 || status == 403) {
    return connection_trouble(
        status, said +
                    ": check api_id and api_password, and the address list in Sitoo's back "
                    "office if one is set");
  }
  if (status == 429) {
    Outcome outcome;
    outcome.kind = Kind::throttled;
    outcome.reason = "Sitoo asked for fewer calls";
    outcome.http_status = status;
    outcome.retry_after = wait_after_429(answer, now);
    return outcome;
  }
  if (status >= 500 || status == 408) return connection_trouble(status, said);
  // Lists always exist, so these speak of the address and not of what was asked for.
  if (status == 404 || (status >= 300 && status < 400))
    return connection_trouble(status, said + ": check base_url and the account number in it");
  Outcome outcome;
  outcome.http_status = status;
  if (status >= 400) {
    outcome.kind = Kind::rejected;
    outcome.reason = said + error_text(answer.body);
    return outcome;
  }
  outcome.kind = Kind::delivered;
  return outcome;
}

}  // namespace

Config without_slash(Config config) {
  while (config.base_url.ends_with('/')) config.base_url.pop_back();
  return config;
}

outbound::HttpRequest list_request(const Config& config, std::string_view path_and_query) {
  outbound::HttpRequest request;
  request.method = "GET";
  request.url = config.base_url + std::string(path_and_query);
  request.headers.emplace_back("Accept", "application/json");
  request.basic_user = config.api_id;
  request.basic_password = config.api_password;
  request.connect_time_max = config.connect_time_max;
  request.total_time_max = config.total_time_max;
  return request;
}

ListPage read_list(const Result<outbound::HttpAnswer>& answer, std::string_view of_what,
                   Instant now) {
  ListPage page;
  if (!answer) {
    page.outcome = connectors::outcome_of_no_answer(answer.error(), "Sitoo");
    // Reading twice does no harm: an unknown outcome is nothing to settle.
    if (page.outcome.kind == Kind::ambiguous) page.outcome.kind = Kind::transient;
    page.refused_by_us = answer.error().kind == Error::Kind::rejected;
    return page;
  }
  page.outcome = outcome_of_status(*answer, now);
  if (page.outcome.kind != Kind::delivered) return page;
  auto parsed = json::parse(answer->body);
  json::Object* envelope = parsed ? parsed->if_object() : nullptr;
  json::Value* items = envelope == nullptr ? nullptr : envelope->if_contains("items");
  if (items == nullptr || !items->is_array()) {
    page.outcome =
        connection_trouble(answer->status, "Sitoo answered " + std::to_string(answer->status) +
                                               " with something that is not a list of " +
                                               std::string(of_what) + ": check base_url");
    return page;
  }
  page.items = std::move(items->get_array());
  page.total =
      json::integer(*envelope, "totalcount").value_or(static_cast<std::int64_t>(page.items.size()));
  return page;
}

Outcome connection_trouble(int status, std::string reason) {
  Outcome outcome;
  outcome.kind = Kind::transient;
  outcome.reason = std::move(reason);
  outcome.http_status = status;
  outcome.connection_at_fault = true;
  return outcome;
}

}  // namespace tillbridge::connectors::sitoo
