#include "api/control_api.h"

#include "desk/consent_lines.h"
#include "desk/journey_view.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t rows_max = 100;

http::Reply json_reply(const json::Value& value, int status = 200) {
  http::Reply reply;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = json::to_text(value);
  return reply;
}

int status_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::not_found:
      return 404;
    case Error::Kind::invalid_input:
    case Error::Kind::rejected:
      return 400;
    case Error::Kind::auth:
      return 403;
    default:
      return 503;
  }
}

http::Reply error_reply(const Error& error) {
  json::Object body;
  body["error"] = name(error.kind);
  body["message"] = error.what;
  return json_reply(body, status_of(error.kind));
}

http::Reply done() {
  json::Object body;
  body["done"] = true;
  return json_reply(body);
}

json::Object body_of(const http::Request& request) {
  const auto parsed = json::parse(request.body.empty() ? "{}" : request.body);
  return parsed && parsed->is_object() ? parsed->get_object() : json::Object{};
}

std::string member(const json::Object& body, std::string_view key, std::string fallback = "") {
  return json::text(body, key).value_or(std::move(fallback));
}

Task<http::Reply> guarded(const Secret& token, http::Request request, http::Handler next) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string given(request.header("authorization"));
  if (!given.starts_with(scheme) || !token.matches(std::string_view(given).substr(scheme.size()))) {
    co_return error_reply(
        Error{Error::Kind::auth,
              "the control token is missing or wrong; it is in control.token of the data folder"});
  }
  co_return co_await next(std::move(request));
}

}  // namespace

ControlApi::ControlApi(Operations& operations, journal::Journal& journal,
                       telemetry::Metrics& metrics, Secret token)
    : operations_(operations), journal_(journal), metrics_(metrics), token_(std::move(token)) {}

void ControlApi::add(http::Router& router, const std::string& method, const std::string& path,
                     Action action, bool open) {
  http::Handler handler = [this, action](http::Request request) {
    return (this->*action)(std::move(request));
  };
  if (!open) {
    handler = [this, next = std::move(handler)](http::Request request) {
      return guarded(token_, std::move(request), next);
    };
  }
  router.add(method, path, std::move(handler));
}

void ControlApi::add_routes(http::Router& router) {
  add(router, "GET", "/healthz", &ControlApi::healthz, true);
  add(router, "GET", "/readyz", &ControlApi::readyz, true);
  add(router, "GET", "/metrics", &ControlApi::metrics_text, true);
  add(router, "GET", "/api/v1/status", &ControlApi::status, false);
  add(router, "GET", "/api/v1/journeys", &ControlApi::journeys, false);
  add(router, "GET", "/api/v1/cases", &ControlApi::cases, false);
  add(router, "POST", "/api/v1/workspaces/{workspace}/connections/{connection}/pause",
      &ControlApi::pause, false);
  add(router, "POST", "/api/v1/workspaces/{workspace}/connections/{connection}/resume",
      &ControlApi::resume, false);
  add(router, "POST", "/api/v1/replay", &ControlApi::replay, false);
  add(router, "POST", "/api/v1/consents", &ControlApi::consent, false);
  add(router, "GET", "/api/v1/consents", &ControlApi::consents, false);
  add(router, "POST", "/api/v1/merge", &ControlApi::merge, false);
  add(router, "POST", "/api/v1/customers/sync", &ControlApi::sync_customers, false);
  add(router, "POST", "/api/v1/comparisons", &ControlApi::compare, false);
  add(router, "POST", "/api/v1/stock/comparisons", &ControlApi::compare_stock, false);
  add(router, "POST", "/api/v1/backfill", &ControlApi::backfill, false);
  add(router, "GET", "/api/v1/backfill", &ControlApi::backfill_state, false);
  add(router, "POST", "/api/v1/backfill/{act}", &ControlApi::backfill_act, false);
  add(router, "POST", "/api/v1/validate", &ControlApi::validate, false);
  add(router, "POST", "/api/v1/setup/preview", &ControlApi::setup_preview, false);
  add(router, "POST", "/api/v1/journal/backup", &ControlApi::backup, false);
  add(router, "POST", "/api/v1/drills/clock", &ControlApi::step_clock, false);
}

Task<http::Reply> ControlApi::healthz(http::Request) {
  http::Reply reply;
  reply.content_type = "text/plain";
  reply.body = "ok\n";
  co_return reply;
}

Task<http::Reply> ControlApi::readyz(http::Request) {
  http::Reply reply;
  reply.content_type = "text/plain";
  const bool ready = operations_.ready();
  reply.status = ready ? 200 : 503;
  reply.body = ready ? "ready\n" : "not ready\n";
  co_return reply;
}

Task<http::Reply> ControlApi::metrics_text(http::Request) {
  http::Reply reply;
  reply.content_type = "text/plain; version=0.0.4";
  reply.body = metrics_.prometheus_text();
  co_return reply;
}

Task<http::Reply> ControlApi::status(http::Request) {
  co_return json_reply(co_await operations_.status());
}

Task<http::Reply> ControlApi::journeys(http::Request request) {
  const std::string text = request.parameter("q").value_or("");
  const std::string workspace = request.parameter("workspace").value_or("");
  if (text.empty())
    co_return error_reply(
        Error{Error::Kind::invalid_input,
              "say what to look for: ?q=order number, receipt, e-mail or event id"});
  std::function<Result<json::Array>(journal::Reader&)> query =
      [text, workspace](journal::Reader& reader) -> Result<json::Array> {
    json::Array found;
    TB_TRY(const auto records, reader.search(workspace, text, rows_max));
    for (const auto& record : records) {
      TB_TRY(const auto journey, reader.journey(record.id));
      if (!journey) continue;
      TB_TRY(const auto consents, desk::consents_of(reader, journey->record));
      found.push_back(desk::journey_json(*journey, false, consents));
    }
    return found;
  };
  auto found = co_await journal_.read<json::Array>(std::move(query));
  if (!found) co_return error_reply(found.error());
  json::Object body;
  body["items"] = std::move(*found);
  co_return json_reply(body);
}

Task<http::Reply> ControlApi::cases(http::Request request) {
  const std::string workspace = request.parameter("workspace").value_or("");
  const bool open_only = request.parameter("state").value_or("open") == "open";
  std::function<Result<std::vector<journal::CaseRow>>(journal::Reader&)> query =
      [workspace, open_only](journal::Reader& reader) {
        return reader.cases(workspace, open_only, rows_max);
      };
  const auto rows = co_await journal_.read<std::vector<journal::CaseRow>>(std::move(query));
  if (!rows) co_return error_reply(rows.error());
  json::Object body;
  body["items"] = desk::cases_json(*rows);
  co_return json_reply(body);
}

Task<http::Reply> ControlApi::pause(http::Request request) {
  const json::Object body = body_of(request);
  const auto paused = co_await operations_.pause(
      std::string(request.capture("workspace")), std::string(request.capture("connection")),
      member(body, "by", "operator"), member(body, "reason"));
  co_return paused ? done() : error_reply(paused.error());
}

Task<http::Reply> ControlApi::resume(http::Request request) {
  const json::Object body = body_of(request);
  const auto resumed = co_await operations_.resume(std::string(request.capture("workspace")),
                                                   std::string(request.capture("connection")),
                                                   member(body, "by", "operator"));
  co_return resumed ? done() : error_reply(resumed.error());
}

Task<http::Reply> ControlApi::replay(http::Request request) {
  const json::Object body = body_of(request);
  const auto said =
      co_await operations_.replay(member(body, "workspace"), member(body, "key"),
                                  member(body, "customer"), member(body, "by", "operator"));
  if (!said) co_return error_reply(said.error());
  json::Object answer;
  answer["done"] = true;
  answer["message"] = *said;
  co_return json_reply(answer);
}

Task<http::Reply> ControlApi::consent(http::Request request) {
  const json::Object body = body_of(request);
  Operations::ConsentAct act;
  act.workspace = member(body, "workspace");
  act.email = member(body, "email");
  act.phone = member(body, "phone");
  act.country = member(body, "country");
  act.channel = member(body, "channel");
  act.decision = member(body, "decision");
  act.at = member(body, "at");
  if (const auto seconds = json::integer(body, "at"); act.at.empty() && seconds)
    act.at = std::to_string(*seconds);
  const json::Value* const at = body.if_contains("at");
  const bool said =
      at != nullptr && !at->is_null() && (!at->is_string() || !at->get_string().empty());
  if (act.at.empty() && said) {
    co_return error_reply(
        Error{Error::Kind::invalid_input, "at is neither a time with its offset nor unix seconds"});
  }
  act.source = member(body, "source");
  const auto taken = co_await operations_.consent(std::move(act));
  constexpr int accepted = 202;
  co_return taken ? json_reply(*taken, accepted) : error_reply(taken.error());
}

Task<http::Reply> ControlApi::consents(http::Request request) {
  const auto known = co_await operations_.consents(
      request.parameter("workspace").value_or(""), request.parameter("email").value_or(""),
      request.parameter("phone").value_or(""), request.parameter("country").value_or(""));
  co_return known ? json_reply(*known) : error_reply(known.error());
}

Task<http::Reply> ControlApi::merge(http::Request request) {
  const json::Object body = body_of(request);
  const auto said = co_await operations_.merge(
      member(body, "workspace"), member(body, "connection", "klaviyo"), member(body, "into"),
      member(body, "from"), member(body, "by", "operator"));
  if (!said) co_return error_reply(said.error());
  json::Object answer;
  answer["done"] = true;
  answer["message"] = *said;
  co_return json_reply(answer);
}

Task<http::Reply> ControlApi::sync_customers(http::Request request) {
  const json::Object body = body_of(request);
  const auto read = co_await operations_.sync_customers(member(body, "workspace"),
                                                        member(body, "by", "operator"));
  co_return read ? json_reply(*read) : error_reply(read.error());
}

Task<http::Reply> ControlApi::compare(http::Request request) {
  const json::Object body = body_of(request);
  ComparisonAsked asked;
  asked.day = member(body, "day");
  asked.from = member(body, "from");
  asked.until = member(body, "until");
  asked.repair = json::boolean(body, "repair").value_or(false);
  asked.by = member(body, "by", "operator");
  const auto result = co_await operations_.compare(
      member(body, "workspace"), member(body, "connection", "klaviyo"), std::move(asked));
  co_return result ? json_reply(*result) : error_reply(result.error());
}

Task<http::Reply> ControlApi::compare_stock(http::Request request) {
  const json::Object body = body_of(request);
  StockComparisonAsked asked;
  asked.repair = json::boolean(body, "repair").value_or(false);
  asked.sample = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, json::integer(body, "sample").value_or(0)));
  asked.by = member(body, "by", "operator");
  const auto result =
      co_await operations_.compare_stock(member(body, "workspace"), std::move(asked));
  co_return result ? json_reply(*result) : error_reply(result.error());
}

Task<http::Reply> ControlApi::backfill(http::Request request) {
  const json::Object body = body_of(request);
  BackfillAsked asked;
  asked.from = json::integer(body, "from").value_or(0);
  asked.until = json::integer(body, "until").value_or(0);
  asked.from_day = member(body, "from_day");
  asked.until_day = member(body, "until_day");
  asked.by = member(body, "by", "operator");
  const auto state = co_await operations_.backfill(member(body, "workspace"), std::move(asked));
  co_return state ? json_reply(*state) : error_reply(state.error());
}

Task<http::Reply> ControlApi::backfill_state(http::Request request) {
  const auto state =
      co_await operations_.backfill_state(request.parameter("workspace").value_or(""));
  co_return state ? json_reply(*state) : error_reply(state.error());
}

Task<http::Reply> ControlApi::backfill_act(http::Request request) {
  const json::Object body = body_of(request);
  const auto state = co_await operations_.backfill_act(member(body, "workspace"),
                                                       std::string(request.capture("act")),
                                                       member(body, "by", "operator"));
  co_return state ? json_reply(*state) : error_reply(state.error());
}

Task<http::Reply> ControlApi::validate(http::Request request) {
  const json::Object body = body_of(request);
  ValidationAsked asked;
  asked.visible_within_s = json::integer(body, "visible_within_s").value_or(asked.visible_within_s);
  asked.email_domain = member(body, "email_domain");
  asked.by = member(body, "by", "operator");
  const auto result = co_await operations_.validate(member(body, "workspace"), std::move(asked));
  co_return result ? json_reply(*result) : error_reply(result.error());
}

Task<http::Reply> ControlApi::setup_preview(http::Request request) {
  const json::Object body = body_of(request);
  const json::Object* answers = json::object(body, "answers");
  const auto preview = operations_.setup_preview(answers == nullptr ? json::Object{} : *answers);
  co_return preview ? json_reply(*preview) : error_reply(preview.error());
}

Task<http::Reply> ControlApi::backup(http::Request request) {
  const std::string target = member(body_of(request), "target");
  if (!target.starts_with('/')) {
    co_return error_reply(
        Error{Error::Kind::invalid_input, "name the backup's file with its whole path"});
  }
  const auto copied = co_await journal_.backup(target);
  co_return copied ? done() : error_reply(copied.error());
}

Task<http::Reply> ControlApi::step_clock(http::Request request) {
  const json::Object body = body_of(request);
  const auto stepped =
      operations_.step_clock(std::chrono::milliseconds{json::integer(body, "step_ms").value_or(0)});
  co_return stepped ? done() : error_reply(stepped.error());
}

}  // namespace tillbridge::api
