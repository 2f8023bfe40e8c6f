#include "control/till_desk.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using json::Value;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::Task;
using Kind = tillbridge::Error::Kind;

namespace {

Result<double> number_of(const Object& body, std::string_view key, double otherwise) {
  const Value* value = body.if_contains(key);
  if (value == nullptr) return otherwise;
  if (!value->is_number()) return fail(Kind::invalid_input, std::string(key) + " is a number");
  return value->to_number<double>();
}

// Where the hub is stays known from call to call.
Result<void> set_server(till::CrmClient& client, const Object& body) {
  till::CrmServer server = client.server();
  if (const auto url = json::text(body, "url")) server.url = *url;
  if (const auto user = json::text(body, "user")) server.user = *user;
  if (const auto password = json::text(body, "password")) server.password = *password;
  if (server.url.empty()) return fail(Kind::invalid_input, "url is missing");
  if (const Object* routes = json::object(body, "routes"))
    TB_CHECK(client.routes().change(*routes));
  client.call_at(std::move(server));
  return {};
}

// {"search":80,"add":2}: what is not named does not happen. Absent: as it is.
template <typename Key>
Result<void> read_weights(const Object& body, std::string_view member,
                          std::optional<Key> (*named)(std::string_view),
                          std::map<Key, double>& into) {
  const Value* given = body.if_contains(member);
  if (given == nullptr) return {};
  if (!given->is_object())
    return fail(Kind::invalid_input, std::string(member) + " is an object of numbers");
  std::map<Key, double> weights;
  double total = 0;
  for (const auto& [name, value] : given->get_object()) {
    const auto key = named(name);
    if (!key || !value.is_number() || !(value.to_number<double>() >= 0))
      return fail(Kind::invalid_input, std::string(member) + ": " + std::string(name) +
                                           " is unknown, or its weight is no number from 0");
    total += weights[*key] = value.to_number<double>();
  }
  if (!(total > 0)) return fail(Kind::invalid_input, std::string(member) + ": all are 0");
  into = std::move(weights);
  return {};
}

std::optional<till::Operation> in_traffic(std::string_view name) {
  const auto operation = till::operation_named(name);
  const bool by_hand_only = operation == till::Operation::lookup ||
                            operation == till::Operation::redeem ||
                            operation == till::Operation::undo_redeem;
  return by_hand_only ? std::nullopt : operation;
}

std::optional<till::SearchBy> search_by_named(std::string_view name) {
  if (name == "email") return till::SearchBy::email;
  if (name == "mobile") return till::SearchBy::mobile;
  if (name == "member_number") return till::SearchBy::member_number;
  if (name == "unknown") return till::SearchBy::unknown;
  return std::nullopt;
}

// Texts, and numbers as text.
template <typename Take>
Result<void> each_text(const Object& body, std::string_view member, const Take& take) {
  const Object* given = json::object(body, member);
  if (given == nullptr) return {};
  for (const auto& [name, value] : *given) {
    if (!value.is_string() && !value.is_number())
      return fail(Kind::invalid_input, std::string(member) + " holds texts");
    take(std::string(name),
         value.is_string() ? std::string(value.get_string()) : json::to_text(value));
  }
  return {};
}

Result<till::CrmCall> call_of(const Object& body) {
  till::CrmCall call;
  const auto operation = till::operation_named(json::text(body, "operation").value_or(""));
  if (!operation) return fail(Kind::invalid_input, "operation is missing or unknown");
  call.operation = *operation;
  TB_CHECK(each_text(body, "parameters", [&call](std::string name, std::string value) {
    call.parameters[std::move(name)] = std::move(value);
  }));
  TB_CHECK(each_text(body, "headers", [&call](std::string name, std::string value) {
    call.headers.emplace_back(std::move(name), std::move(value));
  }));
  if (const Value* sent = body.if_contains("body"); sent != nullptr && !sent->is_null())
    call.body = sent->is_string() ? std::string(sent->get_string()) : json::to_text(*sent);
  return call;
}

}  // namespace

Result<Object> start_till(till::TillTraffic& till, const Object& body) {
  if (till.running()) return fail(Kind::unavailable, "the tills are calling already");
  till::TrafficSettings settings;
  TB_TRY(settings.calls_per_second, number_of(body, "rate", settings.calls_per_second));
  TB_TRY(settings.seconds, number_of(body, "seconds", settings.seconds));
  if (const auto seed = json::integer(body, "seed"))
    settings.seed = static_cast<std::uint64_t>(*seed);
  TB_CHECK(read_weights(body, "weights", &in_traffic, settings.mix.operations));
  TB_CHECK(read_weights(body, "search_by", &search_by_named, settings.mix.search_by));
  TB_CHECK(set_server(till.client(), body));
  TB_CHECK(till.start(std::move(settings)));
  return Object{{"started", true}};
}

Task<Result<Object>> call_once(till::TillTraffic& till, const tillbridge::Clock& clock,
                               Object body) {
  TB_CO_TRY(till::CrmCall call, call_of(body));
  TB_CO_CHECK(set_server(till.client(), body));
  const tillbridge::Tick began = clock.tick();
  const Result<till::CrmAnswer> answer = co_await till.client().call(std::move(call));
  Object out;
  out["took_ms"] = static_cast<double>((clock.tick() - began).count()) / 1000.0;
  if (!answer) {
    if (answer.error().kind == Kind::invalid_input) co_return fail(answer.error());
    out["status"] = 0;
    out["error"] = answer.error().what;
    co_return out;
  }
  out["status"] = answer->status;
  out["platform_ms"] = static_cast<double>(answer->platform.count()) / 1000.0;
  const auto parsed = json::parse(answer->body);
  out["body"] = parsed ? *parsed : Value(answer->body);
  co_return out;
}

}  // namespace sandbox::control
