#include "app/validation/till_steps.h"

#include <fmt/format.h>

#include "base/json.h"

namespace tillbridge::app {
namespace {

constexpr const char* till = "till";
constexpr const char* step = "customer search";

std::string replaced(std::string text, std::string_view capture, const std::string& value,
                     bool& there) {
  const auto at = text.find(capture);
  there = at != std::string::npos;
  if (there) text.replace(at, capture.size(), value);
  return text;
}

// Keys of the test person hold nothing that a URL would have to encode.
std::string search_path(const crm::Route& route, const std::string& key_type,
                        const std::string& key) {
  bool has_key = false;
  bool has_type = false;
  std::string path = replaced(route.path, "{key_type}", key_type, has_type);
  path = replaced(std::move(path), "{key}", key, has_key);
  std::string query;
  if (!has_key) query += "?key=" + key;
  if (!has_type) query += (query.empty() ? "?key_type=" : "&key_type=") + key_type;
  return path + query;
}

struct Searched {
  bool answered = false;
  bool found = false;
  std::string trouble;
  int status = 0;
};

Searched read_answer(const Result<outbound::HttpAnswer>& answer, const model::Customer& person) {
  Searched searched;
  if (!answer) {
    searched.trouble = answer.error().what;
    return searched;
  }
  searched.status = answer->status;
  const auto body = json::parse(answer->body);
  constexpr int ok = 200;
  if (answer->status != ok || !body || !body->is_array()) {
    searched.trouble = fmt::format("it answered {}", answer->status);
    const json::Object* error = body ? body->if_object() : nullptr;
    const json::Object* data = error == nullptr ? nullptr : json::object(*error, "error_data");
    if (data != nullptr) searched.trouble += ": " + json::text(*data, "message").value_or("");
    return searched;
  }
  searched.answered = true;
  for (const json::Value& entry : body->get_array()) {
    const json::Object* customer = entry.if_object();
    if (customer != nullptr && json::text(*customer, "email") == person.email)
      searched.found = true;
  }
  return searched;
}

Task<Searched> search(ValidationRun& run, std::string public_url, std::string key_type,
                      std::string key) {
  const crm::CrmSettings& settings = run.workspace.crm;
  const crm::Route& route = settings.routes.at(crm::Operation::search);
  outbound::HttpRequest request;
  request.method = route.method;
  request.url = public_url + "/crm/" + run.workspace.name + search_path(route, key_type, key);
  request.headers.emplace_back("Accept", "application/json");
  request.basic_user = settings.user;
  request.basic_password = settings.password;
  const auto answer = co_await run.transport.send(std::move(request));
  co_return read_answer(answer, run.person);
}

std::string advice_on(int status) {
  constexpr int unauthorized = 401;
  constexpr int not_found = 404;
  if (status == unauthorized)
    return "restart Tillbridge: it runs with other credentials than its configuration says";
  if (status == not_found) return "check the route of search in [workspace.crm.routes]";
  if (status == 0)
    return "check hub.listen; when the environment names a proxy, 127.0.0.1 must not go through it";
  return "see the steps of the platform that holds the customers, and the hub's log";
}

}  // namespace

Task<void> check_till(ValidationRun& run, std::string public_url) {
  if (public_url.empty()) {
    run.steps.skipped(
        till, step,
        fmt::format("the public listener speaks HTTPS under its own name; ask it from "
                    "outside: GET https://<this hub>/crm/{}/customers",
                    run.workspace.name));
    co_return;
  }
  Searched searched = co_await search(run, public_url, "email", run.person.email);
  std::string found_by = "e-mail";
  if (searched.answered && !searched.found) {
    searched = co_await search(run, public_url, "customer_id", run.person.customer_id);
    found_by = "customer number";
  }
  const std::string where =
      fmt::format("https://<this hub>/crm/{}, user {}", run.workspace.name, run.workspace.crm.user);
  if (!searched.answered) {
    run.steps.failed(till, step, searched.trouble, advice_on(searched.status));
  } else {
    run.steps.ok(till, step,
                 fmt::format("tills get an answer ({}); the address for Sitoo's CRM settings is {}",
                             searched.found ? "the test customer is found by " + found_by
                                            : "the test customer is not found",
                             where));
  }
}

Task<Result<void>> forget_test_person(ValidationRun& run, crm::CustomerIndex& index, Turns& turns,
                                      journal::Journal& journal) {
  const auto turn = co_await turns.take(crm::learning_turn);
  const crm::Key key{crm::KeyType::email, run.person.email};
  TB_CO_TRY(const std::vector<crm::IndexEntry> entries, co_await index.find(key));
  journal::Step forgetting;
  for (const crm::IndexEntry& entry : entries) {
    if (entry.customer.email != run.person.email) continue;
    crm::IndexEntry nothing;
    nothing.customer.customer_id = entry.customer.customer_id;
    const std::optional<crm::IndexEntry> before = entry;
    TB_CO_TRY(std::vector<journal::PutFact> facts, co_await index.changes(before, nothing));
    for (journal::PutFact& fact : facts) {
      if (fact.key == crm::entry_key(entry.customer.customer_id)) fact.value.clear();
      forgetting.facts.push_back(std::move(fact));
    }
  }
  if (forgetting.facts.empty()) co_return Result<void>{};
  const auto stored = co_await journal.commit(std::move(forgetting));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::app
