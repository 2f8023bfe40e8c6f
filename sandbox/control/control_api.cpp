#include "control/control_api.h"

#include "control/scripted_order.h"
#include "ledger/summary_json.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::http::Reply;
using Kind = tillbridge::Error::Kind;

namespace {

Reply json_reply(int status, const Object& body) {
  Reply reply;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = json::to_text(body);
  return reply;
}

int status_of(Kind kind) {
  switch (kind) {
    case Kind::not_found:
      return 404;
    case Kind::unavailable:
    case Kind::rejected:
      return 409;
    default:
      return 400;
  }
}

Reply reply_of(const Result<Object>& answer) {
  if (answer) return json_reply(200, *answer);
  return json_reply(status_of(answer.error().kind), {{"error", answer.error().what}});
}

double number_of(const Object& body, std::string_view key, double otherwise) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

// Either text or number, as people write rates.
std::map<std::string, std::string> text_map(const Object& body, std::string_view key) {
  std::map<std::string, std::string> map;
  const Object* object = json::object(body, key);
  if (object == nullptr) return map;
  for (const auto& entry : *object) {
    map[std::string(entry.key())] = entry.value().is_string()
                                        ? std::string(entry.value().as_string())
                                        : json::to_text(entry.value());
  }
  return map;
}

Result<bool> boolean_of(const Object& body, std::string_view key) {
  const auto value = json::boolean(body, key);
  if (!value) return fail(Kind::invalid_input, std::string(key) + " must be true or false");
  return *value;
}

}  // namespace

Result<Expectations> expectations_of(const Object& body) {
  Expectations expected;
  if (const auto text = json::text(body, "hard_id")) expected.hard_id = *text;
  if (const auto text = json::text(body, "hard_id_from")) expected.hard_id_from = *text;
  expected.soft_ids = text_map(body, "soft_ids");
  if (const auto text = json::text(body, "cookie_id")) expected.cookie_id = *text;
  if (const auto text = json::text(body, "returns")) expected.returns = *text;
  if (const auto text = json::text(body, "cancelled")) expected.cancelled = *text;
  if (const auto text = json::text(body, "reference_currency")) expected.reference_currency = *text;
  expected.rates = text_map(body, "rates");
  expected.settling_ms = json::integer(body, "settling_ms").value_or(0);
  if (expected.returns != "event" && expected.returns != "status") {
    return fail(Kind::invalid_input, "returns is event or status");
  }
  if (expected.cancelled != "status" && expected.cancelled != "event" &&
      expected.cancelled != "none") {
    return fail(Kind::invalid_input, "cancelled is status, event or none");
  }
  return expected;
}

ControlApi::ControlApi(sitoo::SitooSimulator& sitoo, shopping_day::ShoppingDay& day,
                       const shopping_day::Customers& customers, Ledger& ledger,
                       bloomreach::BloomreachSimulator& bloomreach)
    : sitoo_(sitoo), day_(day), customers_(customers), ledger_(ledger), bloomreach_(bloomreach) {}

tillbridge::http::Handler ControlApi::handler() {
  // The answer is computed before the coroutine starts, so that it holds nothing of ours.
  return [this](tillbridge::http::Request request) -> tillbridge::Task<Reply> {
    constexpr auto reply_with = [](Reply reply) -> tillbridge::Task<Reply> { co_return reply; };
    return reply_with(answer(request));
  };
}

Reply ControlApi::answer(const tillbridge::http::Request& request) {
  const std::string_view path = request.path;
  if (request.method == "GET") {
    if (path == "/control/health") return json_reply(200, {{"ok", true}});
    if (path == "/control/state") return reply_of(state());
    if (path == "/control/summary") return json_reply(200, to_json(ledger_.summarise()));
    return json_reply(404, {{"error", "unknown path"}});
  }
  if (request.method != "POST") return json_reply(404, {{"error", "unknown path"}});
  const auto parsed = json::parse(request.body.empty() ? "{}" : request.body);
  if (!parsed || !parsed->is_object()) {
    return json_reply(400, {{"error", "the body must be a JSON object"}});
  }
  const Object& body = parsed->as_object();
  if (path == "/control/day") return reply_of(start_day(body));
  if (path == "/control/day/close") {
    day_.close();
    return json_reply(200, {{"ok", true}});
  }
  if (path == "/control/faults") return reply_of(set_faults(body));
  if (path == "/control/orders") return reply_of(perform(sitoo_, customers_, body));
  if (path == "/control/subscription") return reply_of(subscribe(body));
  if (path == "/control/expectations") {
    auto expected = expectations_of(body);
    if (!expected) return reply_of(fail(std::move(expected.error())));
    ledger_.set_expectations(std::move(*expected));
    return json_reply(200, {{"ok", true}});
  }
  return json_reply(404, {{"error", "unknown path"}});
}

ControlApi::Answer ControlApi::state() const {
  const sitoo::SenderCounts sender = sitoo_.sender().counts();
  const sitoo::RestCounts& rest = sitoo_.rest().counts();
  return Object{{"day_running", day_.running()},
                {"day_finished", day_.finished()},
                {"orders_made", day_.orders_made()},
                {"events_queued", sender.waiting},
                {"events_in_flight", sender.in_flight},
                {"events_made", sender.queued},
                {"events_repeated", sender.repeated},
                {"acknowledged", ledger_.acknowledged_events()},
                {"dropped", sender.dropped},
                {"received", ledger_.received_events()},
                {"missing", ledger_.missing_now()},
                {"sitoo_calls", rest.calls},
                {"sitoo_throttled", rest.throttled},
                {"sitoo_mishaps", rest.mishaps},
                {"sitoo_refused", rest.refused},
                {"bloomreach", bloomreach_.status()}};
}

ControlApi::Answer ControlApi::start_day(const Object& body) {
  if (day_.running()) return fail(Kind::unavailable, "a day is running");
  shopping_day::DaySettings settings;
  settings.seconds = number_of(body, "seconds", settings.seconds);
  settings.orders_per_second = number_of(body, "rate", settings.orders_per_second);
  if (const auto seed = json::integer(body, "seed")) {
    settings.seed = static_cast<std::uint64_t>(*seed);
  }
  if (const Object* given = json::object(body, "expectations")) {
    TB_TRY(auto expected, expectations_of(*given));
    ledger_.set_expectations(std::move(expected));
  }
  if (const Object* given = json::object(body, "subscription")) {
    TB_TRY(const auto subscribed, subscribe(*given));
  }
  TB_CHECK(day_.start(settings));
  return Object{{"started", true}};
}

ControlApi::Answer ControlApi::subscribe(const Object& body) {
  const auto url = json::text(body, "url");
  if (!url) return fail(Kind::invalid_input, "url is missing");
  sitoo_.sender().subscribe(
      {*url, json::text(body, "user").value_or(""), json::text(body, "password").value_or("")});
  return Object{{"ok", true}};
}

// Settings of the API and the sender beside the faults proper.
ControlApi::Answer ControlApi::set_sitoo(const Object& changes) {
  Object faults = changes;
  if (changes.contains("put_merges")) {
    TB_TRY(sitoo_.rest().settings().put_merges, boolean_of(changes, "put_merges"));
    faults.erase("put_merges");
  }
  if (changes.contains("calls_per_second")) {
    sitoo_.rest().settings().calls_per_second = number_of(changes, "calls_per_second", 0);
    faults.erase("calls_per_second");
  }
  if (const auto rules = json::text(changes, "code_rules")) {
    if (*rules != "oldest" && *rules != "newer") {
      return fail(Kind::invalid_input, "code_rules is oldest or newer");
    }
    sitoo_.sender().set_rules(*rules == "oldest" ? sitoo::CodeRules::oldest
                                                 : sitoo::CodeRules::newer);
    faults.erase("code_rules");
  }
  TB_CHECK(sitoo::apply(sitoo_.dice().faults(), faults));
  return Object{{"ok", true}};
}

// The same weather for both platforms; presets that only Sitoo knows leave Bloomreach as it is.
Result<void> ControlApi::set_preset(const std::string& name) {
  TB_TRY(const auto faults, sitoo::preset(name));
  sitoo_.dice().set(faults);
  if (name == "storm") return bloomreach_.change(Object{{"storm", true}});
  if (name != "none") return {};
  Object routes;
  for (const auto& [route, ignored] : bloomreach_.settings().faults) routes[route] = nullptr;
  return bloomreach_.change(Object{{"storm", false}, {"faults", std::move(routes)}});
}

ControlApi::Answer ControlApi::set_faults(const Object& body) {
  if (const auto name = json::text(body, "preset")) TB_CHECK(set_preset(*name));
  if (const Object* changes = json::object(body, "sitoo")) {
    TB_TRY(const auto applied, set_sitoo(*changes));
  }
  if (const Object* changes = json::object(body, "bloomreach")) {
    TB_CHECK(bloomreach_.change(*changes));
  }
  return Object{{"ok", true}};
}

}  // namespace sandbox::control
