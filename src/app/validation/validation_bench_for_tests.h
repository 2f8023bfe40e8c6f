#pragma once
// For tests of the validation: a workspace between a Sitoo, a Bloomreach and a Klaviyo that refuse
// what they are told to refuse.

#include <set>

#include "app/klaviyo_for_tests.h"
#include "app/operations.h"
#include "app/test_bench.h"

namespace tillbridge::app::test {

// A Bloomreach project that knows people by their IDs.
class TableBloomreach {
 public:
  static constexpr std::string_view base = "http://bloomreach.test";

  std::string project = "p", key = "k", secret = "s";
  std::set<std::string> id_types{"registered", "email_id"};
  bool unknown_ids_fail = false;  // else they are dropped
  std::set<std::string> no_set, no_get, no_events;
  std::set<std::string> categories{"newsletter"}, closed_categories;
  bool may_anonymize = true;
  bool may_read_events = true;
  bool shows = true;

  struct Person {
    std::map<std::string, std::string> ids;
    json::Object properties;
    std::vector<std::string> events;
  };
  std::vector<Person> people;
  std::vector<json::Object> events;  // as they came

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.url.find("/projects/" + project + "/") == std::string::npos)
      return reply(400, R"({"success":false,"error":"Invalid project id"})");
    if (request.basic_user != key)
      return reply(401, R"({"success":false,"error":"access key not found"})");
    if (request.basic_password.reveal() != secret)
      return reply(403, R"({"success":false,"error":"invalid secret"})");
    if (request.url.ends_with("/system/time")) return reply(200, R"({"success":true,"time":1})");
    if (request.url.ends_with("/consent/categories")) return categories_answer();
    const json::Object body = json::parse(request.body).value().as_object();
    if (request.url.ends_with("/batch")) return batch(body);
    if (request.url.ends_with("/customers/attributes")) return attributes(body);
    if (request.url.ends_with("/customers/events")) return events_answer(body);
    if (request.url.ends_with("/customers/anonymize")) return anonymize(body);
    return reply(404, "{}");
  }

 private:
  static outbound::HttpAnswer reply(int status, std::string body) {
    outbound::HttpAnswer made;
    made.status = status;
    made.body = std::move(body);
    return made;
  }
  static outbound::HttpAnswer reply(int status, const json::Object& body) {
    return reply(status, json::to_text(body));
  }

  outbound::HttpAnswer categories_answer() const {
    json::Array results;
    for (const std::string& id : categories) {
      json::Object sources{{"private_api", !closed_categories.contains(id)}};
      results.push_back(json::Object{{"id", id}, {"sources", std::move(sources)}});
    }
    return reply(200, json::Object{{"success", true}, {"results", std::move(results)}});
  }

  // "" when it is taken.
  std::string take(const json::Object& command) {
    const json::Object& data = command.at("data").as_object();
    std::map<std::string, std::string> ids;
    for (const auto& id : data.at("customer_ids").as_object()) {
      const std::string type(id.key());
      if (id_types.contains(type))
        ids.emplace(type, std::string(std::string_view(id.value().as_string())));
      else if (unknown_ids_fail)
        return "Unknown id type " + type;
    }
    if (ids.empty()) return "At least one valid id should be specified";
    const bool is_event = *json::text(command, "name") == "customers/events";
    if (is_event) {
      const std::string type = *json::text(data, "event_type");
      if (no_events.contains(type)) return "not authorized to add event of specified type";
      person(ids).events.push_back(type);
      events.push_back(data);
      return "";
    }
    for (const auto& property : data.at("properties").as_object()) {
      if (no_set.contains(std::string(property.key())))
        return "not authorized to update specified customer properties";
    }
    Person& one = person(ids);
    for (const auto& property : data.at("properties").as_object())
      one.properties[property.key()] = property.value();
    return "";
  }

  outbound::HttpAnswer batch(const json::Object& body) {
    json::Array results;
    for (const json::Value& command : body.at("commands").as_array()) {
      const std::string refusal = take(command.as_object());
      json::Object result{{"success", refusal.empty()}};
      result["command_id"] = *json::text(command.as_object(), "command_id");
      if (!refusal.empty()) result["errors"] = json::Array{json::Value(refusal)};
      results.push_back(std::move(result));
    }
    return reply(200, json::Object{{"success", true}, {"results", std::move(results)}});
  }

  Person& person(const std::map<std::string, std::string>& ids) {
    for (Person& one : people) {
      for (const auto& [type, value] : ids) {
        const auto found = one.ids.find(type);
        if (found == one.ids.end() || found->second != value) continue;
        one.ids.insert(ids.begin(), ids.end());
        return one;
      }
    }
    people.push_back({ids, {}, {}});
    return people.back();
  }

  Person* asked_for(const json::Object& body) {
    const json::Object& ids = body.at("customer_ids").as_object();
    const std::string type(ids.begin()->key());
    const std::string value(std::string_view(ids.begin()->value().as_string()));
    for (Person& one : people) {
      const auto found = one.ids.find(type);
      if (shows && found != one.ids.end() && found->second == value) return &one;
    }
    return nullptr;
  }
  static outbound::HttpAnswer nobody() {
    return reply(404, R"({"success":false,"errors":{"_global":["Customer does not exist"]}})");
  }

  outbound::HttpAnswer attributes(const json::Object& body) {
    const Person* one = asked_for(body);
    if (one == nullptr) return nobody();
    json::Array results;
    for (const json::Value& value : body.at("attributes").as_array()) {
      const json::Object& asked = value.as_object();
      const std::string type = *json::text(asked, "type");
      json::Object result{{"success", true}, {"value", nullptr}};
      if (type == "id") {
        const auto id = one->ids.find(*json::text(asked, "id"));
        if (id != one->ids.end()) result["value"] = id->second;
      } else if (type == "property") {
        const std::string name = *json::text(asked, "property");
        if (no_get.contains(name)) {
          result = json::Object{{"success", false}, {"error", "No permission"}};
        } else if (const json::Value* held = one->properties.if_contains(name)) {
          result["value"] = *held;
        }
      } else if (no_get.contains("consent")) {
        result = json::Object{{"success", false}, {"error", "No permission"}};
      } else if (!categories.contains(*json::text(asked, "category"))) {
        result = json::Object{{"success", false}, {"error", "Consent category does not exist"}};
      }
      results.push_back(std::move(result));
    }
    return reply(200, json::Object{{"success", true}, {"results", std::move(results)}});
  }

  outbound::HttpAnswer events_answer(const json::Object& body) {
    if (!may_read_events)
      return reply(403, R"({"success":false,"error":"No permission to get events"})");
    const Person* one = asked_for(body);
    if (one == nullptr) return nobody();
    json::Array data;
    for (const std::string& type : one->events)
      data.push_back(
          json::Object{{"type", type}, {"timestamp", 1}, {"properties", json::Object{}}});
    return reply(200, json::Object{{"success", true}, {"data", std::move(data)}});
  }

  outbound::HttpAnswer anonymize(const json::Object& body) {
    if (!may_anonymize)
      return reply(403, R"({"success":false,"error":"No permission to anonymize customer"})");
    Person* one = asked_for(body);
    if (one == nullptr) return nobody();
    one->ids.clear();
    return reply(200, R"({"success":true})");
  }
};

// TableKlaviyo with an account, scopes and deletion.
class ScopedKlaviyo {
 public:
  TableKlaviyo table;
  std::set<std::string> refused;  // "POST /api/events": the key has no scope for it
  bool key_is_good = true;

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    const std::string url = request.url.substr(TableKlaviyo::base.size());
    const std::string call = request.method + ' ' + url.substr(0, url.find('?'));
    if (!key_is_good) return error(401, "authentication_failed");
    if (refused.contains(call)) return error(403, "permission_denied");
    if (call == "GET /api/accounts") {
      return reply(200,
                   R"({"data":[{"type":"account","id":"Ab12Cd","attributes":{"timezone":)"
                   R"("Europe/Stockholm","preferred_currency":"SEK","test_account":false}}]})");
    }
    if (call == "POST /api/data-privacy-deletion-jobs") {
      const json::Value body = json::parse(request.body).value();
      const std::string email(std::string_view(
          body.at_pointer("/data/attributes/profile/data/attributes/email").as_string()));
      std::erase_if(table.profiles,
                    [&](const auto& profile) { return json::text(profile, "email") == email; });
      return reply(202, "");
    }
    return table.answer(request);
  }

 private:
  static outbound::HttpAnswer reply(int status, std::string body) {
    outbound::HttpAnswer made;
    made.status = status;
    made.headers = {{"content-type", "application/vnd.api+json"}};
    made.body = std::move(body);
    return made;
  }
  static outbound::HttpAnswer error(int status, const char* code) {
    return reply(status, fmt::format(R"({{"errors":[{{"code":"{}","title":"No."}}]}})", code));
  }
};

class ValidationBench : public JournalBench {
 public:
  explicit ValidationBench(bool with_klaviyo = false)
      : settings(some_settings(with_klaviyo)),
        transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        operations(machine_clock, journal, ids, workspaces, false) {
    operations.set_ready(true);
    operations.set_public_url("http://hub.test");
  }
  ~ValidationBench() {
    for (const auto& workspace : workspaces) workspace->request_stop();
  }

  static Workspace some_settings(bool with_klaviyo) {
    Workspace made;
    made.name = workspace_name;
    made.sitoo = sitoo_config();
    made.bloomreach_connected = true;
    made.bloomreach.base_url = TableBloomreach::base;
    made.bloomreach.project_token = "p";
    made.bloomreach.key_id = "k";
    made.bloomreach.key_secret = Secret("s");
    made.bloomreach_flows.soft_ids = {{"email_id", model::IdentitySource::email}};
    made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
    if (with_klaviyo) {
      made.klaviyo_connected = true;
      made.klaviyo.base_url = TableKlaviyo::base;
      made.klaviyo.api_key = Secret("pk_1");
      made.klaviyo.webhook_secret = Secret("0123456789abcdef");
    }
    made.crm_served = true;
    made.crm_source = "bloomreach";
    made.crm.workspace = made.name;
    made.crm.user = "till";
    made.crm.password = Secret("hush");
    model::ConsentCategory newsletter;
    newsletter.id = newsletter.label = newsletter.bloomreach = "newsletter";
    made.crm.categories = {newsletter};
    return made;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (breaks) throw std::runtime_error("a defect");
    if (request.url.starts_with("http://sitoo.test")) return sitoo.answer(request);
    if (request.url.starts_with(TableBloomreach::base)) return bloomreach.answer(request);
    if (request.url.starts_with(TableKlaviyo::base)) return klaviyo.answer(request);
    asked_as_till.push_back(request);
    outbound::HttpAnswer made;
    made.status = till_status;
    made.body = till_body;
    return made;
  }

  // Of the settings as they are by then; once.
  void make_workspace() {
    if (!workspaces.empty()) return;
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    workspaces.push_back(std::make_unique<WorkspaceRuntime>(around, settings, 1, "/nowhere"));
  }

  // The answer as JSON, its steps by "connection/step".
  const json::Object& validate(std::int64_t visible_within_s = 1) {
    make_workspace();
    api::ValidationAsked asked;
    asked.visible_within_s = visible_within_s;
    asked.email_domain = email_domain;
    asked.by = "vera";
    auto answered = await(operations.validate("", std::move(asked)));
    EXPECT_TRUE(answered) << answered.error().what;
    result = answered ? std::move(*answered) : json::Object{};
    return result;
  }
  bool ok() const { return json::boolean(result, "ok").value_or(false); }
  json::Object step(std::string_view connection, std::string_view name) const {
    const json::Array* steps = json::array(result, "steps");
    for (const json::Value& value : steps == nullptr ? json::Array{} : *steps) {
      const json::Object& one = value.as_object();
      if (json::text(one, "connection") == connection && json::text(one, "step") == name)
        return one;
    }
    ADD_FAILURE() << "no step " << connection << "/" << name << " in " << json::to_text(result);
    return {};
  }
  bool is_ok(std::string_view connection, std::string_view name) const {
    const json::Object one = step(connection, name);
    return json::boolean(one, "ok").value_or(false) &&
           !json::boolean(one, "skipped").value_or(true);
  }
  bool is_skipped(std::string_view connection, std::string_view name) const {
    return json::boolean(step(connection, name), "skipped").value_or(false);
  }
  std::string detail(std::string_view connection, std::string_view name) const {
    return json::text(step(connection, name), "detail").value_or("");
  }
  // Of a step that failed; "" otherwise.
  std::string advice(std::string_view connection, std::string_view name) const {
    const json::Object one = step(connection, name);
    return json::boolean(one, "ok").value_or(true) ? "" : json::text(one, "advice").value_or("");
  }
  std::vector<std::string> failed() const {
    std::vector<std::string> names;
    for (const json::Value& value : *json::array(result, "steps")) {
      const json::Object& one = value.as_object();
      if (!json::boolean(one, "ok").value_or(true))
        names.push_back(*json::text(one, "connection") + "/" + *json::text(one, "step"));
    }
    return names;
  }

  void an_event_came() {
    journal::Step seen;
    seen.cursors.push_back({workspace_name, "sitoo/first_event_since_start", "1"});
    commit(std::move(seen));
  }

  Workspace settings;
  TillSitoo sitoo;
  TableBloomreach bloomreach;
  ScopedKlaviyo klaviyo;
  bool breaks = false;  // whatever is sent
  int till_status = 200;
  std::string till_body = "[]";
  std::vector<outbound::HttpRequest> asked_as_till;
  outbound::FakeTransport transport;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  HubOperations operations;
  std::string email_domain;
  json::Object result;
};

}  // namespace tillbridge::app::test
