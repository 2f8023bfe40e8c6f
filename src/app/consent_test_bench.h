#pragma once
// For tests about consent: a Klaviyo that is a table of people and events, and a journal with the
// consent book on it.

#include <map>

#include "app/consent_book.h"
#include "app/klaviyo_account.h"
#include "app/surroundings.h"
#include "app/test_bench.h"
#include "base/zone.h"
#include "connectors/klaviyo/documents.h"
#include "connectors/klaviyo/time_text.h"
#include "model/tracking.h"

namespace tillbridge::app::test {

using model::ConsentChannel;
using model::ConsentState;

// Answers with the JSON:API documents of klaviyo.md 8.6, 10.5.
class FakeKlaviyo {
 public:
  struct Consent {
    std::string state = "NEVER_SUBSCRIBED";
    std::string method;
    std::optional<Instant> changed_at;
    std::vector<std::pair<std::string, Instant>> suppressions;  // reason, since
  };
  struct Person {
    std::string email = {};
    std::string phone = {};
    Consent by_email = {};
    Consent by_sms = {};
    std::vector<std::string> lists = {};
  };
  struct Happening {
    std::string id, metric, profile;
    Instant at;
  };

  std::map<std::string, Person> people;  // by Klaviyo's id
  std::vector<Happening> happenings;
  std::map<std::string, std::string> metrics;  // id -> name
  std::string integration = "Klaviyo";
  std::size_t page_size = 100;
  // The next answers, 0 for a real one.
  std::deque<int> statuses;
  std::vector<std::string> asked;                            // decoded paths of GETs
  std::vector<std::pair<std::string, std::string>> written;  // path and body of POSTs

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    const std::string path =
        http::percent_decode(request.url.substr(request.url.find("/api/")), false);
    if (request.method == "GET") {
      asked.push_back(path);
    } else {
      written.emplace_back(path, request.body);
    }
    outbound::HttpAnswer made;
    made.status = request.method == "GET" ? 200 : 202;
    if (!statuses.empty()) {
      const int status = statuses.front();
      statuses.pop_front();
      if (status != 0) {
        made.status = status;
        made.body = R"({"errors":[{"code":"error","title":"Trouble","detail":""}]})";
        return made;
      }
    }
    if (request.method == "GET") made.body = json::to_text(document(path));
    return made;
  }

  int asked_for(const std::string& text) const {
    return static_cast<int>(std::count_if(asked.begin(), asked.end(), [&](const auto& path) {
      return path.find(text) != std::string::npos;
    }));
  }

 private:
  json::Value document(const std::string& path) const {
    if (path.starts_with("/api/metrics")) return metric_document();
    if (path.starts_with("/api/events")) return page(event_documents(path), path);
    if (path.find("/lists") != std::string::npos) return list_document(path);
    if (path.find("suppression.timestamp,") != std::string::npos)
      return page(leaver_documents(path), path);
    return page(person_documents(path), path);
  }

  // The next page's number is the cursor.
  json::Value page(std::vector<json::Value> all, const std::string& path) const {
    const auto at = path.find("&cursor=");
    const std::size_t from = at == std::string::npos ? 0 : std::stoul(path.substr(at + 8));
    json::Array data;
    for (std::size_t i = from; i < all.size() && i < from + page_size; ++i)
      data.push_back(std::move(all[i]));
    json::Value next = nullptr;
    if (from + page_size < all.size()) {
      next = fmt::format("http://klaviyo.test{}&cursor={}", path.substr(0, at), from + page_size);
    }
    return json::Object{{"data", std::move(data)}, {"links", json::Object{{"next", next}}}};
  }

  static json::Value time_or_null(const std::optional<Instant>& at) {
    return at ? json::Value(connectors::klaviyo::time_text(*at)) : json::Value(nullptr);
  }
  static json::Object marketing(const Consent& consent) {
    json::Array suppressions;
    for (const auto& [reason, since] : consent.suppressions)
      suppressions.push_back(json::Object{{"reason", reason}, {"timestamp", time_or_null(since)}});
    return {{"consent", consent.state},
            {"method", consent.method},
            {"last_updated", time_or_null(consent.changed_at)},
            {"suppression", std::move(suppressions)}};
  }
  static json::Value person_document(const std::string& id, const Person& person) {
    json::Object subscriptions{{"email", json::Object{{"marketing", marketing(person.by_email)}}},
                               {"sms", json::Object{{"marketing", marketing(person.by_sms)}}}};
    return json::Object{{"type", "profile"},
                        {"id", id},
                        {"attributes", json::Object{{"email", person.email},
                                                    {"phone_number", person.phone},
                                                    {"subscriptions", std::move(subscriptions)}}}};
  }
  std::vector<json::Value> person_documents(const std::string& path) const {
    std::vector<json::Value> found;
    for (const auto& [id, person] : people) {
      for (const std::string& key : {id, person.email, person.phone}) {
        if (!key.empty() && path.find("\"" + key + "\"") != std::string::npos) {
          found.push_back(person_document(id, person));
          break;
        }
      }
    }
    return found;
  }
  std::vector<json::Value> leaver_documents(const std::string& path) const {
    const Instant after = time_after(path, "suppression.timestamp,");
    std::vector<std::pair<Instant, json::Value>> found;
    for (const auto& [id, person] : people) {
      for (const auto& [reason, since] : person.by_email.suppressions) {
        if (since > after) found.emplace_back(since, person_document(id, person));
      }
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<json::Value> made;
    for (auto& [since, document] : found) made.push_back(std::move(document));
    return made;
  }
  json::Value metric_document() const {
    json::Array data;
    for (const auto& [id, name] : metrics) {
      json::Object attributes{{"name", name}, {"integration", json::Object{{"name", integration}}}};
      data.push_back(
          json::Object{{"type", "metric"}, {"id", id}, {"attributes", std::move(attributes)}});
    }
    return json::Object{{"data", std::move(data)}};
  }
  std::vector<json::Value> event_documents(const std::string& path) const {
    const Instant from = time_after(path, "greater-or-equal(datetime,");
    const Instant until = time_after(path, "less-than(datetime,");
    std::vector<json::Value> found;
    for (const Happening& one : happenings) {
      if (path.find("\"" + one.metric + "\"") == std::string::npos) continue;
      if (one.at < from || one.at >= until) continue;
      json::Object profile{{"type", "profile"}, {"id", one.profile}};
      found.push_back(json::Object{
          {"type", "event"},
          {"id", one.id},
          {"attributes", json::Object{{"datetime", connectors::klaviyo::time_text(one.at)}}},
          {"relationships",
           json::Object{{"profile", json::Object{{"data", std::move(profile)}}}}}});
    }
    return found;
  }
  json::Value list_document(const std::string& path) const {
    constexpr std::string_view before = "/api/profiles/";
    const std::string id = path.substr(before.size(), path.find("/lists") - before.size());
    json::Array data;
    if (const auto person = people.find(id); person != people.end()) {
      for (const std::string& list : person->second.lists)
        data.push_back(json::Object{{"type", "list"}, {"id", list}});
    }
    return json::Object{{"data", std::move(data)}};
  }
  static Instant time_after(const std::string& path, const std::string& mark) {
    const auto begin = path.find(mark) + mark.size();
    const auto text = path.substr(begin, path.find(')', begin) - begin);
    const auto at = connectors::klaviyo::time_of_text(text);
    EXPECT_TRUE(at) << text;
    return at.value_or(Instant{});
  }
};

class ConsentBench : public JournalBench {
 public:
  explicit ConsentBench(journal::JournalSettings settings = {})
      : JournalBench(settings),
        transport([this](const outbound::HttpRequest& request) { return klaviyo.answer(request); }),
        book(loop, clock, journal, ids, workspace_name) {
    // Consent is kept in whole seconds.
    clock.step_wall(std::chrono::floor<std::chrono::seconds>(clock.now()) - clock.now());
  }

  Surroundings around() { return {loop, clock, journal, ids, metrics, transport}; }

  static connectors::klaviyo::Config klaviyo_config() {
    connectors::klaviyo::Config config;
    config.base_url = "http://klaviyo.test";
    config.api_key = Secret("pk_test");
    config.quota_factor = 1000;
    return config;
  }

  std::optional<ConsentEntry> known(const std::string& address,
                                    ConsentChannel channel = ConsentChannel::email) {
    return await(book.of(address, channel)).value();
  }
  ConsentState state_of(const std::string& address,
                        ConsentChannel channel = ConsentChannel::email) {
    return known(address, channel).value_or(ConsentEntry{}).state;
  }
  std::optional<journal::Journey> record(const std::string& key) {
    return ask<std::optional<journal::Journey>>(
        [key](journal::Reader& reader) -> Result<std::optional<journal::Journey>> {
          const std::vector<std::string> keys{key};
          TB_TRY(const auto rows, reader.records_by_key(workspace_name, keys, false));
          if (!rows.front()) return std::optional<journal::Journey>{};
          return reader.journey(rows.front()->id);
        });
  }
  std::optional<std::string> cursor(const std::string& name) {
    return ask<std::optional<std::string>>(
        [name](journal::Reader& reader) { return reader.cursor(workspace_name, name); });
  }

  FakeKlaviyo klaviyo;
  outbound::FakeTransport transport;
  ConsentBook book;
};

}  // namespace tillbridge::app::test
