#include "control/control_api.h"

#include "control/expectations.h"
#include "control/faults.h"
#include "control/people_at_bloomreach.h"
#include "control/people_at_klaviyo.h"
#include "control/people_before.h"
#include "control/scripted_order.h"
#include "control/stock_desk.h"
#include "control/till_desk.h"
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

Result<Object> body_of(const tillbridge::http::Request& request) {
  const auto parsed = json::parse(request.body.empty() ? "{}" : request.body);
  if (!parsed || !parsed->is_object())
    return fail(Kind::invalid_input, "the body must be a JSON object");
  return parsed->get_object();
}

Result<Object> done() {
  return Object{{"ok", true}};
}

Result<Object> unknown_path() {
  return fail(Kind::not_found, "unknown path");
}

double number_of(const Object& body, std::string_view key, double otherwise) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

}  // namespace

tillbridge::http::Handler ControlApi::handler() {
  return [this](tillbridge::http::Request request) -> tillbridge::Task<Reply> {
    if (request.method == "POST" && request.path == "/control/till/call")
      return till_call(std::move(request));
    // The answer is computed before the coroutine starts, so that it holds nothing of ours.
    constexpr auto reply_with = [](Reply reply) -> tillbridge::Task<Reply> { co_return reply; };
    return reply_with(answer(request));
  };
}

tillbridge::Task<Reply> ControlApi::till_call(tillbridge::http::Request request) {
  const auto body = body_of(request);
  if (!body) co_return reply_of(fail(body.error()));
  const Result<Object> answer = co_await call_once(town_.till, town_.clock, *body);
  co_return reply_of(answer);
}

Reply ControlApi::answer(const tillbridge::http::Request& request) {
  if (request.method == "GET") return reply_of(get(request));
  if (request.method != "POST") return reply_of(unknown_path());
  const auto body = body_of(request);
  return reply_of(body ? post(request.path, *body) : fail(body.error()));
}

ControlApi::Answer ControlApi::get(const tillbridge::http::Request& request) {
  const std::string_view path = request.path;
  if (path == "/control/health") return done();
  if (path == "/control/state") return state();
  if (path == "/control/summary") {
    town_.klaviyo.apply_due();
    return to_json(town_.ledger.summarise(town_.klaviyo.profiles()));
  }
  if (path == "/control/klaviyo/profiles") {
    const auto email = request.parameter("email");
    if (!email) return fail(Kind::invalid_input, "email is missing");
    return Object{{"profiles", town_.klaviyo.profiles_of(*email)}};
  }
  if (path == "/control/bloomreach/profiles")
    return profiles_at_bloomreach(town_.bloomreach, request);
  if (path == "/control/till") return town_.till.report();
  if (path == "/control/stock/figures") return stock_.figures();
  if (path == "/control/stock/differences") return stock_.differences();
  if (path == "/control/stock/row") return stock_.row(request);
  if (path == "/control/stock/level") return level_at(town_.sitoo, request);
  return unknown_path();
}

ControlApi::Answer ControlApi::post(const std::string& path, const Object& body) {
  if (path == "/control/day") return start_day(body);
  if (path == "/control/clock") return move_clock(body);
  if (path == "/control/day/close") {
    town_.day.close();
    return done();
  }
  if (path == "/control/faults") return set_faults(town_, body);
  if (path == "/control/orders") return perform(town_.sitoo, town_.customers, body);
  if (path == "/control/subscription") return subscribe(body);
  if (path == "/control/expectations") return expect(body);
  if (path == "/control/phase") return mark_phase(body);
  if (path == "/control/klaviyo/consent") return decide_at_klaviyo(town_.klaviyo, body);
  if (path == "/control/bloomreach/consent")
    return decide_at_bloomreach(town_.bloomreach, body, town_.clock.now());
  if (path == "/control/customers") return settle_customers(town_, body);
  if (path == "/control/till") return start_till(town_.till, body);
  if (path == "/control/stock/catalogs") return stock_.make_catalogs(body);
  if (path == "/control/stock/differences") return stock_.plant(body);
  if (path == "/control/stock/day") return start_stock_day(town_.sitoo, body);
  if (path == "/control/stock/stocktaking") return take_stock(town_.sitoo, body);
  if (path == "/control/stock/move") return move_stock(town_.sitoo, body);
  if (path == "/control/stock/settings") return set_stock(town_.sitoo, body);
  return unknown_path();
}

ControlApi::Answer ControlApi::expect(const Object& body) {
  TB_TRY(auto expected, expectations_of(body));
  town_.ledger.set_expectations(std::move(expected));
  return done();
}

ControlApi::Answer ControlApi::mark_phase(const Object& body) {
  const auto name = json::text(body, "name");
  if (!name) return fail(Kind::invalid_input, "name is missing");
  town_.ledger.mark_phase(*name, tillbridge::to_unix_us(town_.clock.now()));
  return done();
}

ControlApi::Answer ControlApi::state() const {
  const sitoo::SenderCounts sender = town_.sitoo.sender().counts();
  const sitoo::RestCounts& rest = town_.sitoo.rest().counts();
  const Ledger& ledger = town_.ledger;
  Object platforms;
  for (const char* platform : {"bloomreach", "klaviyo"}) {
    platforms[platform] = Object{{"received", ledger.received_events(platform)},
                                 {"missing", ledger.missing_now(platform)}};
  }
  return Object{{"day_running", town_.day.running()},
                {"day_finished", town_.day.finished()},
                {"orders_made", town_.day.orders_made()},
                {"events_queued", sender.waiting},
                {"events_in_flight", sender.in_flight},
                {"events_made", sender.queued},
                {"events_repeated", sender.repeated},
                {"acknowledged", ledger.acknowledged_events()},
                {"dropped", sender.dropped},
                {"received", ledger.received_events()},
                {"missing", ledger.missing_now()},
                {"platforms", std::move(platforms)},
                {"sitoo_calls", rest.calls},
                {"sitoo_throttled", rest.throttled},
                {"sitoo_mishaps", rest.mishaps},
                {"sitoo_refused", rest.refused},
                {"stock", stock_state(town_.sitoo)},
                {"bloomreach", town_.bloomreach.status()},
                {"klaviyo", town_.klaviyo.status()}};
}

// The wall clock of all simulators; nothing that waits feels it.
ControlApi::Answer ControlApi::move_clock(const Object& body) {
  const auto step_ms = json::integer(body, "step_ms");
  if (!step_ms) return fail(Kind::invalid_input, "step_ms is missing");
  if (town_.movable == nullptr) return fail(Kind::unavailable, "this clock cannot be moved");
  town_.movable->step_by(std::chrono::milliseconds{*step_ms});
  return done();
}

ControlApi::Answer ControlApi::start_day(const Object& body) {
  if (town_.day.running()) return fail(Kind::unavailable, "a day is running");
  shopping_day::DaySettings settings;
  settings.seconds = number_of(body, "seconds", settings.seconds);
  settings.orders_per_second = number_of(body, "rate", settings.orders_per_second);
  if (const auto seed = json::integer(body, "seed")) {
    settings.seed = static_cast<std::uint64_t>(*seed);
  }
  if (const Object* given = json::object(body, "expectations")) {
    TB_TRY(const auto expected, expect(*given));
  }
  if (const Object* given = json::object(body, "subscription")) {
    TB_TRY(const auto subscribed, subscribe(*given));
  }
  TB_CHECK(town_.day.start(settings));
  return Object{{"started", true}};
}

ControlApi::Answer ControlApi::subscribe(const Object& body) {
  const auto url = json::text(body, "url");
  if (!url) return fail(Kind::invalid_input, "url is missing");
  town_.sitoo.sender().subscribe(
      {*url, json::text(body, "user").value_or(""), json::text(body, "password").value_or("")});
  return done();
}

}  // namespace sandbox::control
