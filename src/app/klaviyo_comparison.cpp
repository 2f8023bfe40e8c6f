#include "app/klaviyo_comparison.h"

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include <date/date.h>
#include <fmt/format.h>

#include "connectors/klaviyo/time_text.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

using Standing = desk::DeliveredEvent::Standing;

constexpr const char* connection = "klaviyo";
constexpr const char* cursor_name = "klaviyo/compared";
constexpr const char* last_fact = "comparison/last";
constexpr const char* watched_fact = "comparison/watched";
constexpr const char* refunded = "Refunded Order";
constexpr Duration look_every = std::chrono::minutes{1};
constexpr Duration after_failure = std::chrono::minutes{15};
constexpr Duration day_long = std::chrono::hours{24};
constexpr int days_at_once_max = 7;  // after a longer stand-still the older days are left to people

std::optional<date::sys_days> date_of(const std::string& text) {
  std::istringstream in(text);
  date::sys_days day;
  in >> date::parse("%F", day);
  const bool whole = !in.fail() && in.peek() == std::istringstream::traits_type::eof();
  return whole ? std::optional(day) : std::nullopt;
}

std::string date_text(date::sys_days day) {
  return date::format("%F", day);
}

// Local midnight at the beginning of this day.
Instant beginning_of(const Zone& zone, date::sys_days day) {
  const std::string wanted = date_text(day);
  Instant at = Instant{day.time_since_epoch()} - day_long - day_long / 2;
  for (;;) {
    at += zone.until_time_of_day(at, Duration{0});
    if (zone.business_day(at) >= wanted) return at;
    at += std::chrono::hours{1};
  }
}

// The days other than the span's on which these events happened, each no longer than needed.
std::vector<TimeSpan> spans_of(const TimeSpan& span,
                               const std::vector<desk::DeliveredEvent>& events, const Zone& zone) {
  std::map<std::string, TimeSpan> others;
  constexpr Duration second = std::chrono::seconds{1};
  for (const desk::DeliveredEvent& event : events) {
    if (span.contains(event.at)) continue;
    const TimeSpan one{event.at, event.at + second};
    TimeSpan& day = others.try_emplace(zone.business_day(event.at), one).first->second;
    day.from = std::min(day.from, one.from);
    day.until = std::max(day.until, one.until);
  }
  std::vector<TimeSpan> spans{span};
  for (const auto& [name, day] : others) spans.push_back(day);
  return spans;
}

std::vector<desk::DeliveredEvent> events_of(const ComparisonLook& look, bool refunds_share_ids) {
  std::vector<desk::DeliveredEvent> events;
  for (const KlaviyoDelivery& delivery : look.deliveries) {
    const auto watched = look.watched.find(delivery.row.id);
    const bool of_span = look.span.contains(instant_of(delivery.row.id.value));
    for (std::size_t at = 0; at < delivery.parts.size(); ++at) {
      const KlaviyoPart& part = delivery.parts[at];
      if (part.kind != connectors::klaviyo::PartKind::event) continue;
      if (!of_span && (watched->second.parts >> at & 1U) == 0) continue;
      desk::DeliveredEvent event;
      event.metric = part.metric;
      event.unique_id = part.unique_id;
      event.at = part.at;
      event.delivery = delivery.row.id;
      event.part = static_cast<unsigned>(at);
      event.accepted_at = delivery.row.due_at;
      if (delivery.is_under_way()) {
        event.standing = Standing::under_way;
      } else if (!delivery.is_done(at)) {
        event.standing = Standing::not_taken;
      } else if (refunds_share_ids && part.metric == refunded) {
        event.standing = Standing::shares_id;
      }
      events.push_back(std::move(event));
    }
  }
  return events;
}

KlaviyoWatchlist watchlist_from(const std::string& text) {
  KlaviyoWatchlist list;
  const auto parsed = json::parse(text);
  const json::Array* entries = parsed ? parsed->if_array() : nullptr;
  if (entries == nullptr) return list;
  for (const json::Value& entry : *entries) {
    const json::Object* one = entry.if_object();
    if (one == nullptr) continue;
    const auto number = [&](const char* key) -> std::uint64_t {
      const json::Value* value = one->if_contains(key);
      boost::system::error_code wrong;
      return value == nullptr ? 0 : value->to_number<std::uint64_t>(wrong);
    };
    if (const DeliveryId id{number("delivery")}; id)
      list[id] = KlaviyoWatched{number("parts"), number("sent_again")};
  }
  return list;
}

}  // namespace

Result<TimeSpan> day_of(const Zone& zone, const std::string& text) {
  const auto day = date_of(text);
  if (!day) {
    return fail(Error::Kind::invalid_input,
                fmt::format("'{}' is not a day; write it as 2026-06-12", text.substr(0, 40)));
  }
  return TimeSpan{beginning_of(zone, *day), beginning_of(zone, *day + date::days{1})};
}

KlaviyoComparison::KlaviyoComparison(Surroundings on, const Workspace& workspace,
                                     KlaviyoAccount& account, SendAgain send_again)
    : on_(on),
      workspace_(workspace.name),
      zone_(workspace.zone),
      settings_(workspace.klaviyo_comparison),
      marks_{workspace.klaviyo_flows.id_prefix, {workspace.klaviyo_flows.source_name}},
      metrics_{"Placed Order", "Ordered Product", refunded},
      refunds_share_ids_(workspace.klaviyo_flows.refund_ids ==
                         flows::KlaviyoSettings::RefundIds::order),
      scheduled_(workspace.klaviyo_mode != Mode::shadow),
      account_(account),
      send_again_(std::move(send_again)),
      not_before_(on.clock.tick()),
      stop_(on.loop) {
  // Orders without a register say so; without a prefix they could be the web shop's own.
  if (!marks_.id_prefix.empty()) marks_.source_names.emplace_back("Web");
  if (const std::string& cancelled = workspace.klaviyo_flows.cancelled_metric; !cancelled.empty())
    metrics_.push_back(cancelled);
  const telemetry::Labels labels{{"workspace", workspace_}, {"connection", connection}};
  missing_ = on.metrics.counter("tillbridge_comparison_missing_total",
                                "Accepted events that the platform does not have", labels);
  orphaned_ = on.metrics.counter("tillbridge_comparison_orphaned_total",
                                 "Events of ours at the platform that nothing explains", labels);
}

Task<void> KlaviyoComparison::run() {
  co_await recall();
  while (!stopping_) {
    if (is_due()) co_await compare_on_schedule();
    if (!stopping_) co_await stop_.wait(look_every);
  }
}

void KlaviyoComparison::request_stop() {
  stopping_ = true;
  stop_.notify();
}

Task<void> KlaviyoComparison::recall() {
  using Known = std::pair<std::optional<std::string>, std::optional<std::string>>;
  std::function<Result<Known>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) -> Result<Known> {
    const std::vector<std::string> keys{last_fact};
    TB_TRY(const auto facts, reader.facts(workspace, connection, keys));
    TB_TRY(auto cursor, reader.cursor(workspace, cursor_name));
    return Known{facts.front(), std::move(cursor)};
  };
  const auto known = co_await on_.journal.read<Known>(std::move(query));
  compared_at_ = on_.clock.now();
  if (!known) co_return;
  if (const auto last = json::parse(known->first.value_or("")); last && last->is_object())
    last_ = last->get_object();
  if (known->second) {
    if (const auto at = connectors::klaviyo::time_of_text(*known->second)) compared_at_ = *at;
    co_return;
  }
  // Nothing was delivered before the first start.
  journal::Step step;
  step.cursors.push_back({workspace_, cursor_name, utc_text(compared_at_)});
  (void)co_await on_.journal.commit(std::move(step));
}

bool KlaviyoComparison::is_due() const {
  return scheduled_ && on_.clock.tick() >= not_before_ &&
         on_.clock.now() - compared_at_ >= settings_.every;
}

// Every day since the last time, up to yesterday.
Task<void> KlaviyoComparison::compare_on_schedule() {
  const Instant now = on_.clock.now();
  const Instant until = day_of(zone_, zone_.business_day(now)).value().from;
  Instant from = day_of(zone_, zone_.business_day(compared_at_)).value().from;
  if (from >= until) from = day_of(zone_, zone_.business_day(until - Duration{1})).value().from;
  from = std::max(from, until - days_at_once_max * day_long);
  api::ComparisonAsked asked;
  asked.from = connectors::klaviyo::time_text(from);
  asked.until = connectors::klaviyo::time_text(until);
  asked.repair = settings_.repair;
  asked.by = "tillbridge";
  const auto result = co_await compare(std::move(asked));
  if (!result) {
    not_before_ = on_.clock.tick() + after_failure;
    if (!stopping_) {
      telemetry::log(telemetry::Level::warning, "comparison_failed",
                     {{"workspace", workspace_}, {"what", result.error().what}});
    }
    co_return;
  }
  compared_at_ = now;
  journal::Step step;
  step.cursors.push_back({workspace_, cursor_name, utc_text(now)});
  (void)co_await on_.journal.commit(std::move(step));  // else it is made once more
}

Task<Result<json::Object>> KlaviyoComparison::compare(api::ComparisonAsked asked) {
  TB_CO_TRY(Asked understood_as, understood(asked));
  if (comparing_) {
    co_return fail(Error::Kind::unavailable,
                   "a comparison with Klaviyo is under way; try again when it is done");
  }
  comparing_ = true;
  auto result = co_await compare_alone(std::move(understood_as));
  comparing_ = false;
  co_return result;
}

Result<KlaviyoComparison::Asked> KlaviyoComparison::understood(
    const api::ComparisonAsked& asked) const {
  const Instant now = on_.clock.now();
  const auto moment = [this](const std::string& text) -> Result<Instant> {
    if (const auto at = connectors::klaviyo::time_of_text(text)) return *at;
    const auto day = day_of(zone_, text);
    if (day) return day->from;
    return fail(Error::Kind::invalid_input,
                fmt::format("'{}' is neither a day (2026-06-12) nor a time with its offset "
                            "(2026-06-12T10:00:00+02:00)",
                            text.substr(0, 40)));
  };
  Asked result;
  result.repair = asked.repair;
  result.by = asked.by;
  if (!asked.day.empty() && !(asked.from.empty() && asked.until.empty()))
    return fail(Error::Kind::invalid_input, "name a day, or from and until, not both");
  if (asked.from.empty() != asked.until.empty())
    return fail(Error::Kind::invalid_input, "from and until belong together");
  if (!asked.from.empty()) {
    TB_TRY(result.span.from, moment(asked.from));
    TB_TRY(result.span.until, moment(asked.until));
  } else if (!asked.day.empty()) {
    TB_TRY(result.span, day_of(zone_, asked.day));
  } else {
    const Instant today = day_of(zone_, zone_.business_day(now)).value().from;
    result.span = day_of(zone_, zone_.business_day(today - Duration{1})).value();
  }
  if (result.span.from >= result.span.until)
    return fail(Error::Kind::invalid_input, "the time to compare ends before it begins");
  const std::string first = zone_.business_day(result.span.from);
  const TimeSpan day = day_of(zone_, first).value();
  const std::string last = zone_.business_day(result.span.until - Duration{1});
  if (day.from == result.span.from && day.until == result.span.until) {
    result.label = first;
  } else if (first != last) {
    result.label = first + " to " + last;
  } else {
    result.label = fmt::format("{} to {}", zone_.local_text(result.span.from),
                               zone_.local_text(result.span.until));
  }
  return result;
}

Task<Result<KlaviyoWatchlist>> KlaviyoComparison::watchlist() {
  std::function<Result<KlaviyoWatchlist>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) -> Result<KlaviyoWatchlist> {
    const std::vector<std::string> keys{watched_fact};
    TB_TRY(const auto facts, reader.facts(workspace, connection, keys));
    return facts.front() ? watchlist_from(*facts.front()) : KlaviyoWatchlist{};
  };
  co_return co_await on_.journal.read<KlaviyoWatchlist>(std::move(query));
}

Task<Result<ComparisonLook>> KlaviyoComparison::look_at(Asked asked) {
  ComparisonLook look;
  look.span = asked.span;
  look.label = asked.label;
  look.repair = asked.repair;
  look.zone = zone_;
  look.now = on_.clock.now();
  look.visible_after = settings_.visible_after;
  TB_CO_TRY(look.watched, co_await watchlist());
  TB_CO_CHECK(co_await read_delivered(look));
  TB_CO_CHECK(co_await compare_events(look));
  TB_CO_CHECK(co_await compare_profiles(look));
  co_return look;
}

Task<Result<void>> KlaviyoComparison::read_delivered(ComparisonLook& look) {
  TB_CO_TRY(look.deliveries, co_await klaviyo_deliveries(on_.journal, workspace_, look.span.from,
                                                         look.span.until, {}));
  std::vector<DeliveryId> elsewhere;
  for (const auto& [id, watched] : look.watched) {
    if (!look.span.contains(instant_of(id.value))) elsewhere.push_back(id);
  }
  TB_CO_TRY(auto watched,
            co_await klaviyo_deliveries(on_.journal, workspace_, std::move(elsewhere)));
  std::move(watched.begin(), watched.end(), std::back_inserter(look.deliveries));
  std::sort(look.deliveries.begin(), look.deliveries.end(),
            [](const auto& one, const auto& other) { return one.row.id < other.row.id; });
  co_return Result<void>{};
}

Task<Result<void>> KlaviyoComparison::compare_events(ComparisonLook& look) {
  look.events = events_of(look, refunds_share_ids_);
  std::unordered_set<std::string> expected;
  std::vector<std::string> metrics = metrics_;
  for (const desk::DeliveredEvent& event : look.events) {
    expected.insert(event.metric + '\n' + event.unique_id);
    if (std::find(metrics.begin(), metrics.end(), event.metric) == metrics.end())
      metrics.push_back(event.metric);
  }
  std::function<bool(const desk::FoundEvent&)> keep = [&](const desk::FoundEvent& event) {
    const bool ours =
        look.span.contains(event.at) && desk::is_ours(event.unique_id, event.source_name, marks_);
    return ours || expected.contains(event.metric + '\n' + event.unique_id);
  };
  TB_CO_TRY(const auto found,
            co_await read_events_back(account_, std::move(metrics),
                                      spans_of(look.span, look.events, zone_), std::move(keep)));
  look.compared =
      desk::compare_events(look.events, found, marks_, look.now, settings_.visible_after);
  for (const std::size_t at : look.compared.orphaned) {
    // Whose id a shared one is cannot be told.
    if (!(refunds_share_ids_ && found[at].metric == refunded)) look.orphaned.push_back(found[at]);
  }
  TB_CO_TRY(look.orphaned, co_await without_explanation(on_.journal, workspace_, marks_.id_prefix,
                                                        std::move(look.orphaned)));
  co_return Result<void>{};
}

Task<Result<void>> KlaviyoComparison::compare_profiles(ComparisonLook& look) {
  KlaviyoPeople people;
  for (const KlaviyoDelivery& one : look.deliveries) note_person(people, one);
  look.sampled = sample_of(people, static_cast<std::size_t>(settings_.sample_profiles), look.label);
  for (const KlaviyoDelivery& one : look.deliveries) {
    const auto watched = look.watched.find(one.row.id);
    if (watched == look.watched.end()) continue;
    for (std::size_t at = 0; at < one.parts.size(); ++at) {
      const bool write = one.parts[at].kind == connectors::klaviyo::PartKind::profile_write;
      if (write && (watched->second.parts >> at & 1U) != 0) look.sampled.push_back(one.person());
    }
  }
  std::sort(look.sampled.begin(), look.sampled.end());
  look.sampled.erase(std::unique(look.sampled.begin(), look.sampled.end()), look.sampled.end());

  const auto lanes = lanes_that_matter(look);
  if (!lanes.empty()) {
    TB_CO_TRY(look.later, co_await klaviyo_deliveries(on_.journal, workspace_, look.span.until,
                                                      look.now + day_long, lanes));
  }
  for (const KlaviyoDelivery& one : look.later) note_person(people, one);
  std::vector<KlaviyoPerson> judged;
  for (const std::string& name : look.sampled) {
    const KlaviyoPerson& person = people.at(name);
    if (!person.under_way && look.now - person.accepted_at > settings_.visible_after)
      judged.push_back(person);
  }
  TB_CO_TRY(look.profiles, co_await check_profiles(account_, std::move(judged)));
  co_return Result<void>{};
}

}  // namespace tillbridge::app
