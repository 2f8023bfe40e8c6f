#include <map>

#include <fmt/format.h>

#include "api/connections_view.h"
#include "api/record_view.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

constexpr std::int64_t hours_shown = 24;
constexpr std::int64_t hours_read = 72;  // yesterday too, in any zone
constexpr Duration half_a_day = std::chrono::hours{12};

constexpr std::size_t parked_counted = 500;

struct Facts {
  std::map<std::string, std::size_t> parked;  // by connection; at most parked_counted each
  std::vector<journal::Tally> tallies;
  std::vector<journal::CaseTotal> cases;
  journal::Counts counts;
};

using Sums = std::map<std::string, std::int64_t>;

json::Object object_of(const Sums& sums) {
  json::Object out;
  for (const auto& [name, value] : sums) out[name] = value;
  return out;
}

struct Totals {
  Sums records, planned, delivered;
  std::int64_t unidentified = 0;

  // "record/sale/1001", "planned/klaviyo", "delivered/klaviyo", "unidentified/1001".
  void add(const journal::Tally& tally) {
    const auto slash = tally.name.find('/');
    const std::string what = tally.name.substr(0, slash);
    const std::string rest = slash == std::string::npos ? "" : tally.name.substr(slash + 1);
    if (what == "record") records[rest.substr(0, rest.find('/'))] += tally.value;
    if (what == "planned") planned[rest] += tally.value;
    if (what == "delivered") delivered[rest] += tally.value;
    if (what == "unidentified") unidentified += tally.value;
  }
  void put_into(json::Object& out) const {
    out["records"] = object_of(records);
    out["planned"] = object_of(planned);
    out["delivered"] = object_of(delivered);
    out["unidentified"] = unidentified;
  }
};

Instant start_of(std::int64_t hour) {
  return Instant{std::chrono::duration_cast<Duration>(std::chrono::hours{hour})};
}

std::int64_t hour_of(Instant at) {
  return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
}

json::Array hours_view(const std::vector<journal::Tally>& tallies, std::int64_t now_hour) {
  std::map<std::int64_t, Totals> hours;
  for (std::int64_t hour = now_hour - hours_shown + 1; hour <= now_hour; ++hour) hours[hour] = {};
  for (const journal::Tally& tally : tallies) {
    const auto found = hours.find(tally.hour);
    if (found != hours.end()) found->second.add(tally);
  }
  json::Array out;
  for (const auto& [hour, totals] : hours) {
    json::Object one;
    one["hour"] = utc_text(start_of(hour));
    totals.put_into(one);
    out.push_back(std::move(one));
  }
  return out;
}

// A store's day begins at midnight of the workspace's zone; tallies are hourly, so a zone with a
// half hour belongs to the day in which its hour begins.
json::Object yesterday_view(const std::vector<journal::Tally>& tallies, Instant now,
                            const Zone& zone) {
  // Around the last midnight, an hour off where clocks changed today: half a day earlier is the
  // day before for sure.
  const std::string day = zone.business_day(now - zone.time_of_day(now) - half_a_day);
  Totals totals;
  for (const journal::Tally& tally : tallies) {
    if (zone.business_day(start_of(tally.hour)) == day) totals.add(tally);
  }
  json::Object out;
  out["day"] = day;
  totals.put_into(out);
  out["complete"] = totals.planned == totals.delivered;
  return out;
}

json::Array cases_view(const std::vector<journal::CaseTotal>& totals) {
  json::Array out;
  for (const journal::CaseTotal& total : totals) {
    out.push_back(json::Object{{"team", total.owner},
                               {"open", total.open},
                               {"overdue", total.overdue},
                               {"unowned", total.unowned}});
  }
  return out;
}

json::Object counts_view(const journal::Counts& counts) {
  json::Object out;
  out["records"] = counts.records;
  out["records_unidentified"] = counts.records_unidentified;
  out["arrivals"] = counts.arrivals;
  out["arrivals_waiting"] = counts.arrivals_waiting;
  out["deliveries"] = counts.deliveries;
  out["deliveries_waiting"] = counts.deliveries_waiting;
  out["deliveries_parked"] = counts.deliveries_parked;
  out["cases_open"] = counts.cases_open;
  out["bytes_on_disk"] = counts.bytes_on_disk;
  return out;
}

// The platform that is furthest behind, and since when.
json::Value oldest_view(const json::Array& platforms, Instant now) {
  const json::Object* worst = nullptr;
  double behind = 0;
  for (const json::Value& one : platforms) {
    const double seconds = one.as_object().at("behind_s").to_number<double>();
    if (seconds > behind) {
      behind = seconds;
      worst = &one.as_object();
    }
  }
  if (worst == nullptr) return nullptr;
  const auto since =
      now - std::chrono::duration_cast<Duration>(std::chrono::duration<double>(behind));
  return json::Object{
      {"connection", worst->at("name")}, {"title", worst->at("title")}, {"since", utc_text(since)}};
}

Task<http::Reply> today(const Rooms& rooms, Call call) {
  const Instant now = rooms.clock.now();
  std::string workspace = call.workspace();
  Zone zone;
  std::vector<std::string> targets;
  for (const WorkspaceFacts& one : rooms.operations.workspaces()) {
    if (!workspace.empty() && one.name != workspace) continue;
    workspace = one.name;
    zone = one.zone;
    targets = one.targets;
    break;
  }
  const std::int64_t until = hour_of(now) + 1;
  std::function<Result<Facts>(journal::Reader&)> query =
      [workspace, targets, until, now](journal::Reader& reader) -> Result<Facts> {
    Facts facts;
    for (const std::string& target : targets) {
      TB_TRY(const auto page,
             reader.deliveries_in(workspace, target, journal::DeliveryState::parked, DeliveryId{},
                                  parked_counted));
      facts.parked[target] = page.rows.size();
    }
    TB_TRY(facts.tallies, reader.tallies(workspace, until - hours_read, until));
    TB_TRY(facts.cases, reader.case_totals(workspace, now));
    TB_TRY(facts.counts, reader.counts());
    return facts;
  };
  const auto facts = co_await rooms.journal.read<Facts>(std::move(query));
  if (!facts) co_return error_reply(facts.error());
  const json::Object status = co_await rooms.operations.status();
  json::Array platforms = platforms_view(status, workspace, rooms.alerts);
  for (json::Value& one : platforms) {
    const auto found = facts->parked.find(json::text(one.as_object(), "name").value_or(""));
    one.as_object()["parked"] = found == facts->parked.end() ? 0 : found->second;
  }
  json::Object out;
  out["at"] = utc_text(now);
  out["workspace"] = workspace;
  out["oldest"] = oldest_view(platforms, now);
  out["platforms"] = std::move(platforms);
  out["hours"] = hours_view(facts->tallies, until - 1);
  out["cases"] = cases_view(facts->cases);
  out["yesterday"] = yesterday_view(facts->tallies, now, zone);
  out["alerts"] = rooms.alerts.alerts();
  out["counts"] = counts_view(facts->counts);
  co_return json_reply(out);
}

}  // namespace

void add_today_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/today",
                   .operation = "today.read",
                   .summary = "How things stand: platforms, hours, cases, yesterday, alerts",
                   .handler = today,
                   .answer = "Today"});
}

}  // namespace tillbridge::api
