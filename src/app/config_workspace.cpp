// [[workspace]] and what is below it.
#include <algorithm>

#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using Need = TableReader::Need;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration second = seconds{1};

bool is_workspace_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= 32 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), fits);
}

bool is_country(std::string_view text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void read_name_and_zone(TableReader& reader, Workspace& into) {
  reader.text("name", into.name, Need::required);
  if (!into.name.empty() && !is_workspace_name(into.name)) {
    reader.problem("name",
                   fmt::format("'{}' cannot be used in URLs and keys", into.name.substr(0, 60)),
                   "use up to 32 of a-z, 0-9 and '-'");
  }
  reader.text("events_from", into.events_from);
  if (!into.events_from.empty() && into.events_from == into.name)
    reader.problem("events_from", "names this workspace itself",
                   "name another one, or leave it out");
  std::string zone;
  reader.text("zone", zone, Need::required);
  if (zone.empty()) return;
  if (auto found = Zone::find(zone)) {
    into.zone = std::move(*found);
  } else {
    reader.problem("zone", fmt::format("'{}' is not a time zone", zone.substr(0, 60)),
                   "use an IANA name such as Europe/Stockholm");
  }
}

void read_timing(TableReader& reader, Workspace& into) {
  reader.time("settling_ms", into.settling, milliseconds{1}, 0, 600'000);
  reader.time("incomplete_again_s", into.incomplete_again, second, 1, 3'600);
  reader.time("complete_within_s", into.complete_within, second, 1, 86'400);
  reader.time("sequencer_wait_s", into.sequencer_wait, second, 0, 3'600);
  reader.time("late_event_grace_s", into.late_event_grace, second, 0, 86'400);
  reader.finish();
}

void read_poll(TableReader& reader, PollSettings& into) {
  reader.time("every_s", into.every, second, 1, 86'400);
  reader.whole("overlap", into.overlap, 0, 10'000);
  reader.time("open_orders_every_s", into.open_orders_every, second, 1, 86'400);
  reader.finish();
}

void read_backfill(TableReader& reader, BackfillLimits& into) {
  reader.number("orders_per_second", into.orders_per_second, 0.01, 1'000);
  reader.whole("open_orders_max", into.open_orders_max, 1, 10'000);
  reader.finish();
}

void read_retry(TableReader& reader, engine::RetryPolicy& into) {
  reader.time("patience_days", into.patience, hours{24}, 0, 365);
  reader.time("first_ms", into.pause_first, milliseconds{1}, 1, 3'600'000);
  reader.time("max_s", into.pause_max, second, 1, 86'400);
  if (into.pause_first > into.pause_max)
    reader.problem("first_ms", "is longer than max_s",
                   "the first pause must not exceed the longest");
  reader.finish();
}

void read_breaker(TableReader& reader, engine::BreakerSettings& into) {
  reader.whole("failures", into.failures, 1, 1'000);
  reader.time("open_min_s", into.open_first, second, 1, 3'600);
  reader.time("open_max_s", into.open_max, second, 1, 86'400);
  if (into.open_first > into.open_max)
    reader.problem("open_min_s", "is longer than open_max_s",
                   "the first pause must not exceed the longest");
  reader.finish();
}

void read_lag(TableReader& reader, Workspace& into) {
  reader.time("alert_s", into.lag_alert, second, 1, 604'800);
  reader.time("recover_s", into.lag_recover, second, 1, 604'800);
  if (into.lag_recover > into.lag_alert)
    reader.problem("recover_s", "is longer than alert_s",
                   "the alarm would end before it begins: make it shorter than alert_s");
  reader.finish();
}

void read_store_countries(TableReader& reader, std::map<std::string, std::string>& into) {
  for (const Node& country : reader.table().members) {
    const auto& store = country.key;
    reader.text(store, into[store]);
    if (country.type == Node::Type::text && !is_country(country.text))
      reader.problem(store, fmt::format("'{}' is not a country", country.text.substr(0, 20)),
                     "use two capital letters such as SE");
  }
}

void read_targets(TableReader& reader, Workspace& into) {
  read_bloomreach(*reader.below("bloomreach"), into);
  read_klaviyo(*reader.below("klaviyo"), into);
  // A table that is there but is none has its problem already.
  if (reader.take("bloomreach") == nullptr && reader.take("klaviyo") == nullptr &&
      reader.take("relay") == nullptr)
    reader.problem("", "sends to nobody",
                   "add [workspace.bloomreach], [workspace.klaviyo] or [workspace.relay.NAME]");
}

}  // namespace

void read_sitoo(TableReader& reader, Workspace& into) {
  auto& sitoo = into.sitoo;
  if (!reader.present()) {
    reader.missing("", "add [workspace.sitoo]");
    return;
  }
  reader.choice("mode", into.sitoo_mode, {{"live", Mode::live}, {"paused", Mode::paused}});
  reader.base_url("base_url", sitoo.base_url, Need::required);
  reader.whole("account_id", sitoo.account_id, 1, std::numeric_limits<std::int64_t>::max(),
               Need::required);
  reader.whole("site_id", sitoo.site_id, 1, std::numeric_limits<std::int64_t>::max());
  reader.text("api_id", sitoo.api_id, Need::required);
  reader.secret("api_password", sitoo.api_password);
  reader.text("events_user", sitoo.events_user, Need::required);
  reader.secret("events_password", sitoo.events_password);
  reader.text("country", sitoo.country);
  if (!is_country(sitoo.country))
    reader.problem("country", fmt::format("'{}' is not a country", sitoo.country.substr(0, 20)),
                   "use two capital letters such as SE");
  read_store_countries(*reader.below("store_countries"), sitoo.store_countries);
  reader.texts("stores", sitoo.stores);
  reader.text("cookie_from", sitoo.cookie_key);
  reader.whole("orders_per_list_max", sitoo.orders_per_list_max, 1, 1'000);
  reader.number("requests_per_second", sitoo.requests_per_second, 0.01, 10'000);
  reader.whole("requests_in_flight_max", sitoo.requests_in_flight_max, 1, 256);
  reader.time("connect_time_max_s", sitoo.connect_time_max, second, 1, 300);
  reader.time("total_time_max_s", sitoo.total_time_max, second, 1, 600);
  reader.finish();
}

Workspace read_workspace(ReadContext& context, const Node& table) {
  Workspace workspace;
  TableReader reader(context, "workspace", &table, table.line);
  read_name_and_zone(reader, workspace);
  read_sitoo(*reader.below("sitoo"), workspace);
  read_targets(reader, workspace);
  read_crm(*reader.below("crm"), workspace);
  read_stock(*reader.below("stock"), workspace.stock);
  read_timing(*reader.below("timing"), workspace);
  read_lag(*reader.below("lag"), workspace);
  read_poll(*reader.below("poll"), workspace.poll);
  read_backfill(*reader.below("backfill"), workspace.backfill);
  read_retry(*reader.below("retry"), workspace.retry);
  read_breaker(*reader.below("breaker"), workspace.breaker);
  read_feed_and_relays(reader, workspace);
  reader.finish();
  return workspace;
}

}  // namespace tillbridge::app
