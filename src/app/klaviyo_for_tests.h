#pragma once
// A Klaviyo that is a table of events and profiles, for tests of this room: keeps what it is sent
// and gives it back page by page.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "connectors/klaviyo/documents.h"
#include "connectors/klaviyo/time_text.h"
#include "outbound/transport.h"

namespace tillbridge::app::test {

class TableKlaviyo {
 public:
  struct Event {
    std::string metric, unique_id, source_name, time, profile;
  };

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    const std::string url = decoded(request.url);
    const std::string path = url.substr(base.size(), url.find('?') - base.size());
    calls.push_back(request.method + ' ' + path);
    if (const auto trouble = troubles.find(path); trouble != troubles.end()) {
      auto& [after, status] = trouble->second;
      if (after-- <= 0) return reply(status, "{}");
    }
    if (request.method == "POST" && path == "/api/events") return take_event(request.body);
    if (request.method == "POST" && path == "/api/profile-import") return import(request.body);
    if (path == "/api/metrics") return metrics();
    if (path == "/api/events") return events_page(url);
    if (path == "/api/profiles") return profiles_page(url);
    return reply(404, R"({"errors":[{"status":404,"code":"not_found","title":"Not found."}]})");
  }

  // As if it had been accepted earlier.
  void keep(const std::string& part) {
    const auto body = connectors::klaviyo::event_body(part).value();
    store(event_of(body));
  }
  bool has(const std::string& unique_id) const {
    return std::any_of(events.begin(), events.end(),
                       [&](const Event& event) { return event.unique_id == unique_id; });
  }
  std::size_t called(const std::string& what) const {
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), what));
  }

  static constexpr std::string_view base = "http://klaviyo.test";
  std::vector<Event> events;
  std::vector<json::Object> profiles;  // attributes, with "id"
  std::size_t page_size = 200;
  std::string dropped;  // accepts this unique id and does not keep it
  std::map<std::string, std::pair<int, int>> troubles;  // path -> after how many calls, status
  std::vector<std::string> calls;                       // "GET /api/events"
  std::vector<std::string> bodies;                      // of posts

 private:
  static outbound::HttpAnswer reply(int status, std::string body) {
    outbound::HttpAnswer made;
    made.status = status;
    made.headers = {{"content-type", "application/vnd.api+json"}};
    if (status == 429) made.headers.emplace_back("retry-after", "5");
    made.body = std::move(body);
    return made;
  }

  static std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '%') {
        out += static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16));
        at += 2;
      } else {
        out += text[at];
      }
    }
    return out;
  }

  static std::string between(const std::string& text, const std::string& from,
                             const std::string& to) {
    const auto begin = text.find(from);
    if (begin == std::string::npos) return "";
    const auto start = begin + from.size();
    return text.substr(start, text.find(to, start) - start);
  }

  static Event event_of(const std::string& body) {
    const json::Value parsed = json::parse(body).value();
    const json::Value& attributes = parsed.at_pointer("/data/attributes");
    const json::Object& members = attributes.as_object();
    Event event;
    event.metric =
        std::string(parsed.at_pointer("/data/attributes/metric/data/attributes/name").as_string());
    event.unique_id = json::text(members, "unique_id").value_or("");
    event.time = json::text(members, "time").value_or("");
    event.source_name =
        json::text(members.at("properties").as_object(), "Source Name").value_or("");
    event.profile = json::to_text(
        parsed.at_pointer("/data/attributes/profile/data/attributes").as_object().begin()->value());
    return event;
  }

  void store(Event event) {
    const bool known = std::any_of(events.begin(), events.end(), [&](const Event& other) {
      return other.metric == event.metric && other.unique_id == event.unique_id &&
             other.profile == event.profile;
    });
    if (!known) events.push_back(std::move(event));
  }

  outbound::HttpAnswer take_event(const std::string& body) {
    bodies.push_back(body);
    Event event = event_of(body);
    if (event.unique_id != dropped) store(std::move(event));
    return reply(202, "");
  }

  outbound::HttpAnswer import(const std::string& body) {
    bodies.push_back(body);
    json::Object attributes = json::parse(body).value().at_pointer("/data/attributes").as_object();
    const json::Object parsed = json::parse(body).value().at("data").as_object();
    std::string id = json::text(parsed, "id").value_or("");
    for (json::Object& profile : profiles) {
      if (id.empty() || *json::text(profile, "id") != id) continue;
      for (const auto& member : attributes) profile[member.key()] = member.value();
      return reply(200, fmt::format(R"({{"data":{{"type":"profile","id":"{}"}}}})", id));
    }
    id = fmt::format("01K{}", profiles.size() + 1);
    attributes["id"] = id;
    profiles.push_back(std::move(attributes));
    return reply(201, fmt::format(R"({{"data":{{"type":"profile","id":"{}"}}}})", id));
  }

  outbound::HttpAnswer metrics() const {
    json::Array data;
    for (const char* name : names) {
      json::Object integration{{"name", "API"}};
      json::Object attributes{{"name", name}, {"integration", std::move(integration)}};
      data.push_back(json::Object{
          {"type", "metric"}, {"id", id_of(name)}, {"attributes", std::move(attributes)}});
    }
    return reply(200, json::to_text(json::Object{{"data", std::move(data)}}));
  }

  static std::string id_of(const std::string& metric) {
    return "M" + std::to_string(metric.size());
  }

  outbound::HttpAnswer events_page(const std::string& url) const {
    const std::string metric = between(url, "equals(metric_id,\"", "\"");
    const auto from =
        connectors::klaviyo::time_of_text(between(url, "greater-or-equal(datetime,", ")"));
    const auto until = connectors::klaviyo::time_of_text(between(url, "less-than(datetime,", ")"));
    std::vector<const Event*> chosen;
    for (const Event& event : events) {
      const auto at = connectors::klaviyo::time_of_text(event.time);
      if (id_of(event.metric) == metric && from <= at && at < until) chosen.push_back(&event);
    }
    const std::string cursor = between(url, "&cursor=", "&");
    const std::size_t begin = cursor.empty() ? 0 : std::stoul(cursor);
    json::Array data;
    for (std::size_t at = begin; at < std::min(chosen.size(), begin + page_size); ++at) {
      const Event& event = *chosen[at];
      json::Object properties{{"$event_id", event.unique_id}};
      if (!event.source_name.empty()) properties["Source Name"] = event.source_name;
      json::Object attributes{{"datetime", event.time},
                              {"event_properties", std::move(properties)}};
      data.push_back(json::Object{{"type", "event"},
                                  {"id", fmt::format("e{}", at)},
                                  {"attributes", std::move(attributes)}});
    }
    json::Object links;
    if (begin + page_size < chosen.size())
      links["next"] =
          fmt::format("{}&cursor={}", url.substr(0, url.find("&cursor=")), begin + page_size);
    return reply(
        200, json::to_text(json::Object{{"data", std::move(data)}, {"links", std::move(links)}}));
  }

  outbound::HttpAnswer profiles_page(const std::string& url) const {
    const std::string key = between(url, "any(", ",");
    json::Array data;
    for (const json::Object& profile : profiles) {
      const std::string value = json::text(profile, key).value_or("");
      if (value.empty() || url.find('"' + value + '"') == std::string::npos) continue;
      json::Object attributes = profile;
      attributes.erase("id");
      data.push_back(json::Object{{"type", "profile"},
                                  {"id", *json::text(profile, "id")},
                                  {"attributes", std::move(attributes)}});
    }
    return reply(200, json::to_text(json::Object{{"data", std::move(data)}}));
  }

  static constexpr const char* names[] = {"Placed Order", "Ordered Product", "Refunded Order"};
};

}  // namespace tillbridge::app::test
