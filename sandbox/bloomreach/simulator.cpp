#include "bloomreach/simulator.h"

#include <algorithm>

#include <fmt/format.h>

#include "bloomreach/catalog_calls.h"
#include "bloomreach/reads.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;
namespace http = tillbridge::http;
using tillbridge::Error;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::Task;

namespace {

constexpr tillbridge::Duration drawn_throttle_wait = std::chrono::seconds{1};
constexpr std::string_view gzip_magic = "\x1f\x8b";

bool is_compressed(const http::Request& request) {
  return !request.header("Content-Encoding").empty() || request.body.starts_with(gzip_magic);
}

ThrottleStyle style_of(const std::string& name) {
  if (name == "retry_after") return ThrottleStyle::retry_after;
  return name == "rate_limit_reset" ? ThrottleStyle::rate_limit_reset : ThrottleStyle::none;
}

Reply reset(bool inside_answer, Reply reply = {}) {
  reply.break_off =
      inside_answer ? Reply::Break::reset_inside_answer : Reply::Break::reset_before_answer;
  return reply;
}

std::string answer_name(const Reply& reply) {
  switch (reply.break_off) {
    case Reply::Break::none:
      return std::to_string(reply.status);
    case Reply::Break::reset_before_answer:
      return "reset_before_answer";
    case Reply::Break::reset_inside_answer:
      return "reset_inside_answer";
    case Reply::Break::never_answer:
      return "never_answer";
  }
  return "unknown";
}

bj::object counts_json(const std::map<std::string, std::uint64_t>& counts) {
  bj::object out;
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

}  // namespace

BloomreachSimulator::BloomreachSimulator(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                                         tillbridge::Entropy entropy, Ledger& ledger,
                                         Settings settings)
    : loop_(loop),
      clock_(clock),
      ledger_(ledger),
      settings_(std::move(settings)),
      faults_(tillbridge::Entropy{entropy.next()}),
      entropy_(entropy.next()),
      profiles_(tillbridge::Entropy{entropy.next()}) {}

http::Handler BloomreachSimulator::handler() {
  return [this](http::Request request) { return handle(std::move(request)); };
}

Task<http::Reply> BloomreachSimulator::handle(http::Request request) {
  Call call;
  call.number = ++requests_;
  call.target = target_of(request.method, request.path);
  call.request = std::move(request);
  call.fault = faults_.draw(
      settings_, call.target ? std::optional(call.target->route) : std::nullopt, clock_.tick());
  ++by_route_[call.target ? std::string(name(call.target->route)) : "unknown"];
  ++by_fault_[std::string(name(call.fault.kind))];
  if (call.fault.latency.count() > 0) co_await tillbridge::sleep_for(loop_, call.fault.latency);

  Reply reply = answered(call);
  if (call.fault.kind == Fault::Kind::hang) {
    const auto hang = std::chrono::milliseconds{settings_.hang_ms};
    if (hang.count() > 0) {
      co_await tillbridge::sleep_for(loop_, hang);
      reply = reset(false);
    } else {
      reply.break_off = Reply::Break::never_answer;
    }
  }
  reply.headers.push_back({"x-request-id", fmt::format("{:016x}", call.number)});
  ++by_answer_[answer_name(reply)];
  co_return reply;
}

Reply BloomreachSimulator::answered(const Call& call) {
  if (auto broken = fault_before_commit(call.fault)) return std::move(*broken);
  if (call.target) {
    const bool tracking = is_tracking(call.target->route);
    const auto wait =
        (tracking ? tracking_limit_ : data_limit_)
            .take(call.request.peer,
                  tracking ? settings_.requests_per_minute : settings_.data_requests_per_minute,
                  clock_.tick());
    if (wait) return throttled(style_of(settings_.throttle_style), *wait);
  }
  if (is_compressed(call.request)) return plain_text(400, "BadRequest: the body cannot be read");
  if (!call.target) return unknown_route(call.request.path);
  apply_due();
  auto access = admit(settings_, *call.target, call.request, clock_.now());
  if (auto* refused = std::get_if<Reply>(&access)) return std::move(*refused);
  Reply reply = dispatch(call, std::get<Access>(access));
  apply_due();  // with no delay the next read sees it
  if (call.fault.kind == Fault::Kind::reset_after) return reset(call.fault.inside_answer, reply);
  return reply;
}

std::optional<Reply> BloomreachSimulator::fault_before_commit(const Fault& fault) {
  switch (fault.kind) {
    case Fault::Kind::reset_before:
      return reset(false);
    case Fault::Kind::throttled:
      return throttled(fault.style, drawn_throttle_wait);
    case Fault::Kind::server_error:
      return html_page(fault.status);
    case Fault::Kind::success_false:
      return answer(200, failed_result("The request could not be processed."));
    case Fault::Kind::hang:
      if (!fault.commits) return Reply{};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Reply BloomreachSimulator::throttled(ThrottleStyle style, tillbridge::Duration wait) const {
  Reply reply = plain_text(429, "Too Many Requests");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  if (style == ThrottleStyle::retry_after)
    reply.headers.push_back({"Retry-After", std::to_string(seconds.count())});
  if (style == ThrottleStyle::rate_limit_reset) {
    reply.headers.push_back({"X-Rate-Limit-Reset",
                             std::to_string(tillbridge::to_unix_seconds(clock_.now() + seconds))});
  }
  return reply;
}

Reply BloomreachSimulator::dispatch(const Call& call, const Access& access) {
  const Route route = call.target->route;
  if (route == Route::time) {
    bj::object body = success();
    body["time"] = now_s();
    return answer(200, body);
  }
  if (route == Route::consent_categories) return consent_categories(settings_);
  if (is_catalog_call(route)) return catalog_call(call, access);
  const auto parsed = tillbridge::json::parse(call.request.body);
  if (!parsed || !parsed->is_object()) return error_message(400, "Invalid JSON");
  const bj::object& body = parsed->get_object();
  const ReadContext context{settings_, access.permissions, profiles_, now_s()};
  switch (route) {
    case Route::customers:
    case Route::events:
      return track_one(call, access, body);
    case Route::batch:
      return track_batch(call, access, body);
    case Route::attributes:
      return read_attributes(context, body);
    case Route::export_one:
      return export_one(context, body);
    case Route::export_all:
      return export_all(context, body);
    case Route::export_events:
      return export_events(context, body);
    case Route::anonymize:
      return anonymize_one(access, body);
    case Route::anonymize_bulk:
      return anonymize_many(access, body);
    default:
      return unknown_route(call.request.path);
  }
}

Reply BloomreachSimulator::catalog_call(const Call& call, const Access& access) {
  CatalogContext context{settings_, access.permissions, catalogs_, *call.target, call.request};
  context.stock_ledger = stock_ledger_;
  context.now = clock_.tick();
  context.now_us = tillbridge::to_unix_us(clock_.now());
  context.refuses_row = [this, &call] { return faults_.chance(call.fault.refuse_command); };
  return answer_catalog_call(context);
}

void BloomreachSimulator::apply_due() {
  queue_.apply_due(profiles_, settings_, clock_.tick(), now_s());
  catalogs_.apply_due(clock_.tick());
}

double BloomreachSimulator::now_s() const {
  return static_cast<double>(tillbridge::to_unix_us(clock_.now())) / 1e6;
}

Result<void> BloomreachSimulator::change(const bj::object& patch) {
  bj::object rest = patch;
  const bj::value* rotate = patch.if_contains("rotate");
  rest.erase("rotate");
  TB_TRY(Settings settings, changed(settings_, rest));
  if (rotate != nullptr) {
    const bj::object* wanted = rotate->if_object();
    const auto id = wanted == nullptr ? std::nullopt : tillbridge::json::text(*wanted, "key_id");
    const auto secret =
        wanted == nullptr ? std::nullopt : tillbridge::json::text(*wanted, "secret");
    const auto key = std::find_if(settings.keys.begin(), settings.keys.end(),
                                  [&id](const ApiKey& known) { return id && known.id == *id; });
    if (key == settings.keys.end() || !secret)
      return fail(Error::Kind::invalid_input, "rotate: needs a known key_id and a secret");
    key->previous_secret = key->secret;
    key->previous_until = clock_.now() + std::chrono::seconds{settings.rotation_window_s};
    key->secret = *secret;
  }
  settings_ = std::move(settings);
  return {};
}

bj::object BloomreachSimulator::status() const {
  const ProfileStore::Counters& counters = profiles_.counters();
  bj::object out{{"requests", requests_},
                 {"accepted_events", accepted_events_},
                 {"accepted_customer_updates", accepted_updates_},
                 {"exact_copies", exact_copies_},
                 {"waiting_writes", queue_.size()},
                 {"processed_events", counters.processed_events},
                 {"deduplicated_events", counters.deduplicated_events},
                 {"dropped_conflicts", counters.dropped_conflicts},
                 {"merges", counters.merges},
                 {"stale_properties", counters.stale_properties},
                 {"profiles", profiles_.size()},
                 {"waiting_catalog_writes", catalogs_.waiting()}};
  bj::object catalogs;
  for (const auto& catalog : catalogs_.all()) catalogs[catalog->name()] = catalog->size();
  out["catalog_rows"] = std::move(catalogs);
  out["by_route"] = counts_json(by_route_);
  out["by_answer"] = counts_json(by_answer_);
  out["by_fault"] = counts_json(by_fault_);
  return out;
}

}  // namespace sandbox::bloomreach
