#include "klaviyo/simulator.h"

#include <fmt/format.h>

#include "klaviyo/shapes.h"
#include "klaviyo/simulator_state.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;
namespace http = tillbridge::http;
using tillbridge::Entropy;
using tillbridge::Result;
using tillbridge::Task;

namespace {

constexpr std::size_t body_bytes_max = 5 * 1024 * 1024;
constexpr std::string_view token_path = "/oauth/token";

Reply reset(bool inside_answer, Reply reply = {}) {
  reply.break_off =
      inside_answer ? Reply::Break::reset_inside_answer : Reply::Break::reset_before_answer;
  return reply;
}

std::string answer_name(const Reply& reply) {
  if (reply.break_off == Reply::Break::reset_before_answer) return "reset_before_answer";
  if (reply.break_off == Reply::Break::reset_inside_answer) return "reset_inside_answer";
  return std::to_string(reply.status);
}

ApiError plain_error(int status, std::string code, std::string title, std::string detail) {
  ApiError error;
  error.status = status;
  error.code = std::move(code);
  error.title = std::move(title);
  error.detail = std::move(detail);
  return error;
}

Reply throttled(std::int64_t retry_after_s) {
  ApiError error =
      plain_error(429, "throttled", "Request was throttled.",
                  fmt::format("Request was throttled. Expected available in {} second{}.",
                              retry_after_s, retry_after_s == 1 ? "" : "s"));
  error.pointer = "/data";
  Reply reply = error_reply(std::move(error));
  reply.headers.push_back({"Retry-After", std::to_string(retry_after_s)});
  return reply;
}

std::string_view title_of(int status) {
  if (status == 500) return "Internal Server Error";
  if (status == 502) return "Bad Gateway";
  if (status == 503) return "Service Temporarily Unavailable";
  return status == 524 ? "A timeout occurred" : "Gateway Time-out";
}

bool is_json_api(std::string_view content_type, const Settings& settings) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type == "application/vnd.api+json" ||
         (settings.accept_application_json && type == "application/json");
}

}  // namespace

Simulator::Simulator(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                     tillbridge::outbound::Transport& transport, Entropy entropy,
                     EventStored stored, Settings settings)
    : state_(std::make_unique<State>(loop, clock, transport, entropy, std::move(stored),
                                     std::move(settings))) {}
Simulator::~Simulator() = default;

http::Handler Simulator::handler() {
  return
      [state = state_.get()](http::Request request) { return state->handle(std::move(request)); };
}

Task<Reply> Simulator::State::handle(http::Request request) {
  const std::uint64_t number = ++requests;
  const Match matched = match(request.method, request.path);
  const Fault fault = faults.draw(settings, matched.operation, clock.tick());
  ++by_operation[matched.operation != nullptr ? std::string(matched.operation->id)
                 : request.path == token_path ? "token"
                                              : "unknown"];
  ++by_fault[std::string(name(fault.kind))];
  if (fault.latency.count() > 0) co_await tillbridge::sleep_for(loop, fault.latency);
  Reply reply = answered(request, matched, fault, number);
  if (fault.kind == Fault::Kind::hang) {
    co_await tillbridge::sleep_for(loop, std::chrono::milliseconds{settings.hang_ms});
    reply = reset(false);
  }
  if (reply.status == 429 && matched.operation != nullptr)
    ++throttled_by_operation[std::string(matched.operation->id)];
  ++by_answer[answer_name(reply)];
  changed.notify();
  co_return reply;
}

std::optional<Reply> Simulator::State::before_commit(const Fault& fault) const {
  switch (fault.kind) {
    case Fault::Kind::reset_before:
      return reset(false);
    case Fault::Kind::throttled:
      return throttled(fault.retry_after_s);
    case Fault::Kind::server_error:
      return html_page(fault.status, title_of(fault.status));
    case Fault::Kind::html_403:
      return html_page(403, "Just a moment...");
    case Fault::Kind::hang:
      if (!fault.commits) return Reply{};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Reply Simulator::State::answered(const http::Request& request, const Match& matched,
                                 const Fault& fault, std::uint64_t number) {
  if (auto broken = before_commit(fault)) return std::move(*broken);
  apply_due();
  Reply reply = called(request, matched, number);
  apply_due();  // with no delay the next read sees it
  if (fault.kind == Fault::Kind::reset_after) return reset(fault.inside_answer, std::move(reply));
  return reply;
}

Verdict Simulator::State::take(const std::string& who, std::int64_t second, std::int64_t minute,
                               std::int64_t day) {
  const auto scaled = [this](std::int64_t calls_allowed) -> std::int64_t {
    if (calls_allowed == 0 || settings.quota_factor == 0) return 0;
    const double allowed = static_cast<double>(calls_allowed) * settings.quota_factor;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(allowed));
  };
  return windows.take(who, {scaled(second), scaled(minute), scaled(day)}, clock.now());
}

Reply Simulator::State::called(const http::Request& request, const Match& matched,
                               std::uint64_t number) {
  if (request.path == token_path) {
    if (request.method == "POST") return access.token(settings, request, clock.now());
    return error_reply(plain_error(405, "method_not_allowed", "Method not allowed.", "Use POST."));
  }
  if (matched.operation == nullptr) {
    if (matched.known_path)
      return error_reply(plain_error(405, "method_not_allowed", "Method not allowed.",
                                     "The method is not allowed for this resource."));
    return error_reply(plain_error(404, "not_found", "Not found.", "There is no such resource."));
  }
  const Operation& operation = *matched.operation;
  auto admitted = access.admit(settings, operation, request, clock.now());
  if (auto* refused = std::get_if<Reply>(&admitted)) return std::move(*refused);
  const std::string& who = std::get<std::string>(admitted);
  const Verdict verdict = take(fmt::format("{}/{}", who, operation.id), operation.per_second,
                               operation.per_minute, operation.per_day);
  if (!verdict.passes) return throttled(verdict.retry_after_s);
  Reply reply = dispatched(request, matched, who, number);
  if (reply.status != 429 && verdict.limit > 0) {
    reply.headers.push_back({"RateLimit-Limit", std::to_string(verdict.limit)});
    reply.headers.push_back({"RateLimit-Remaining", std::to_string(verdict.remaining)});
    reply.headers.push_back({"RateLimit-Reset", std::to_string(verdict.reset_s)});
  }
  return reply;
}

// Costly options have windows of their own, on top of the operation's.
std::optional<Reply> Simulator::State::take_for_options(const Call& call, const std::string& who) {
  const bool memberships =
      call.query.include.contains("lists") || call.query.include.contains("segments");
  std::vector<Verdict> verdicts;
  if (call.operation->act == Act::get_profile && memberships)
    verdicts.push_back(take(who + "/include_memberships", 1, 15, 0));
  if (call.query.additional.contains("predictive_analytics"))
    verdicts.push_back(take(who + "/predictive_analytics", 10, 150, 0));
  for (const Verdict& verdict : verdicts)
    if (!verdict.passes) return throttled(verdict.retry_after_s);
  return std::nullopt;
}

std::optional<Reply> Simulator::State::read_body(const http::Request& request, Call& call) const {
  const Shape* shape = body_of(call.operation->act);
  if (shape == nullptr) return std::nullopt;
  if (!is_json_api(request.header("Content-Type"), settings) ||
      !request.header("Content-Encoding").empty()) {
    return error_reply(plain_error(415, "unsupported_media_type", "Unsupported media type.",
                                   "Send application/vnd.api+json."));
  }
  if (request.body.size() > body_bytes_max) {
    return error_reply(plain_error(static_cast<int>(settings.oversize_status), "invalid",
                                   "Payload too large.", "A body may have 5 MB."));
  }
  auto parsed = tillbridge::json::parse(request.body);
  if (!parsed) return error_reply(invalid("/data", "The body is no valid JSON."));
  call.body = std::move(*parsed);
  Errors errors;
  check(*shape, call.body, "", {settings.unknown_attributes == "reject"}, errors);
  if (!errors.empty()) return error_reply(errors);
  return std::nullopt;
}

Reply Simulator::State::dispatched(const http::Request& request, const Match& matched,
                                   const std::string& who, std::uint64_t number) {
  Call call;
  call.operation = matched.operation;
  call.id = matched.id;
  call.path = request.path;
  if (call.path.ends_with('/')) call.path.pop_back();
  call.number = number;
  settings.own_address = fmt::format("http://{}", request.header("Host"));
  const bool events = call.operation->act == Act::get_events;
  auto query = query_of(
      *call.operation, request,
      static_cast<std::size_t>(events ? settings.events_page_max : call.operation->page_max));
  if (auto* errors = std::get_if<Errors>(&query)) return error_reply(*errors);
  call.query = std::move(std::get<Query>(query));
  if (auto refused = take_for_options(call, who)) return std::move(*refused);
  if (auto refused = read_body(request, call)) return std::move(*refused);
  return calls.answer(call);
}

void Simulator::State::apply_due() {
  agenda.run_due(clock.tick());
  if (started && !tasks.stopping()) webhooks.send_due(tasks);
}

Task<void> Simulator::State::work() {
  constexpr tillbridge::Duration idle = std::chrono::milliseconds{500};
  while (!tasks.stopping()) {
    apply_due();
    tillbridge::Duration pause = idle;
    for (const auto& due : {agenda.next_due(), webhooks.next_due()})
      if (due) pause = std::min(pause, std::max(*due - clock.tick(), tillbridge::Duration{1000}));
    co_await changed.wait(pause);
  }
}

void Simulator::start() {
  state_->started = true;
  state_->tasks.start(state_->work());
}

Task<void> Simulator::stop() {
  state_->tasks.request_stop();
  state_->changed.notify();
  co_await state_->tasks.join();
}

void Simulator::apply_due() {
  state_->apply_due();
}

const Settings& Simulator::settings() const {
  return state_->settings;
}

Result<void> Simulator::change(const bj::object& patch) {
  TB_TRY(Settings settings, changed(state_->settings, patch));
  state_->settings = std::move(settings);
  state_->changed.notify();
  return {};
}

bj::object Simulator::describe() const {
  return to_json(state_->settings);
}

}  // namespace sandbox::klaviyo
