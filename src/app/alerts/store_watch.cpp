#include "app/alerts/store_watch.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/alerts/unidentified_share.h"
#include "desk/local_time.h"
#include "journal/tallies.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t week_hours = 7 * 24;
constexpr std::int64_t known_hours = 5 * week_hours;
constexpr std::int64_t read_back = 1;    // hours before this one that are read each time
constexpr std::int64_t read_ahead = 2;   // tills whose clock is ahead
constexpr std::size_t changed_max = 48;  // LIMIT: older hours per refresh; a backfill changes many
constexpr std::size_t stores_max = 5'000;  // LIMIT: further names are not watched
constexpr std::size_t page_rows = 500;
constexpr int pages_max = 4;  // of the newest sales, for when each store sold last
constexpr const char* every_store = "all stores";

std::string_view state_name(desk::StoreSilence::State state) {
  using State = desk::StoreSilence::State;
  switch (state) {
    case State::learning:
      return "unknown";
    case State::closed:
      return "closed";
    case State::selling:
      return "trading";
    case State::silent:
      return "silent";
  }
  return "unknown";
}

Instant end_of(std::int64_t hour) {
  return Instant{hours{hour + 1}};
}

}  // namespace

StoreWatch::Counts& StoreWatch::Counts::operator+=(const Counts& other) {
  sales += other.sales;
  returns += other.returns;
  unidentified += other.unidentified;
  records += other.records;
  return *this;
}

StoreWatch::StoreWatch(Surroundings on, WatchedWorkspace workspace, AlertSubjects subjects)
    : on_(on), workspace_(std::move(workspace)), subjects_(std::move(subjects)) {}

void StoreWatch::stored(const journal::Step& step) {
  for (const journal::PutRecord& record : step.records) {
    if (record.workspace != workspace_.name || record.store.empty() || record.kind == "stock")
      continue;
    const Instant now = on_.clock.now();
    const std::int64_t hour = journal::hour_of(record.happened_at);
    const std::int64_t this_hour = journal::hour_of(now);
    if (hour < this_hour - read_back && hour > this_hour - known_hours) changed_hours_.insert(hour);
    if (record.kind != "sale") continue;
    if (stores_.size() >= stores_max && !stores_.contains(record.store)) continue;
    auto& last = stores_[record.store].last_sale;
    last = std::max(last.value_or(Instant{}), std::min(record.happened_at, now));
  }
}

Task<Result<void>> StoreWatch::refresh() {
  const std::int64_t hour = journal::hour_of(on_.clock.now());
  if (!loaded_) {
    TB_CO_CHECK(co_await load(hour));
    TB_CO_CHECK(co_await read_last_sales());
    loaded_ = true;
  }
  std::vector<std::int64_t> wanted;
  for (std::int64_t one = hour - read_back; one <= hour + read_ahead; ++one) wanted.push_back(one);
  std::vector<std::int64_t> older;
  for (const std::int64_t one : changed_hours_) {
    if (older.size() >= changed_max) break;
    older.push_back(one);
  }
  // Before the read: what is stored during it is read again.
  for (const std::int64_t one : older) changed_hours_.erase(one);
  wanted.insert(wanted.end(), older.begin(), older.end());
  std::function<Result<Tallies>(journal::Reader&)> query =
      [workspace = workspace_.name, wanted](journal::Reader& reader) -> Result<Tallies> {
    Tallies found;
    for (const std::int64_t one : wanted) {
      TB_TRY(const auto rows, reader.tallies(workspace, one, one + 1));
      found.insert(found.end(), rows.begin(), rows.end());
    }
    return found;
  };
  const auto found = co_await on_.journal.read<Tallies>(std::move(query));
  if (!found) {
    changed_hours_.insert(older.begin(), older.end());
    co_return fail(found.error());
  }
  for (auto& [name, store] : stores_) {
    for (const std::int64_t one : wanted) store.hours.erase(one);
    store.hours.erase(store.hours.begin(), store.hours.lower_bound(hour - known_hours));
  }
  take(*found);
  if (learned_at_ != hour) learn();
  learned_at_ = hour;
  co_return Result<void>{};
}

Task<Result<void>> StoreWatch::load(std::int64_t hour) {
  for (std::int64_t from = hour - known_hours; from < hour - read_back; from += week_hours) {
    const std::int64_t until = std::min(from + week_hours, hour - read_back);
    std::function<Result<Tallies>(journal::Reader&)> query = [workspace = workspace_.name, from,
                                                              until](journal::Reader& reader) {
      return reader.tallies(workspace, from, until);
    };
    const auto found = co_await on_.journal.read<Tallies>(std::move(query));
    if (!found) co_return fail(found.error());
    // A week that is read a second time after a failure must not count twice.
    for (auto& [name, store] : stores_)
      store.hours.erase(store.hours.lower_bound(from), store.hours.lower_bound(until));
    take(*found);
  }
  co_return Result<void>{};
}

// The counts say the hour only. A store that is not among the newest sales has been quiet for so
// long that the hour will do.
Task<Result<void>> StoreWatch::read_last_sales() {
  using Last = std::map<std::string, Instant>;
  std::function<Result<Last>(journal::Reader&)> query =
      [workspace = workspace_.name](journal::Reader& reader) -> Result<Last> {
    Last last;
    journal::RecordFilter filter;
    filter.kind = "sale";
    RecordId before;
    for (int page = 0; page < pages_max; ++page) {
      TB_TRY(const auto found, reader.records(workspace, filter, before, page_rows));
      for (const journal::RecordRow& row : found.rows) {
        auto& known = last[row.store];
        known = std::max(known, row.happened_at);
      }
      if (!found.next) break;
      before = *found.next;
    }
    return last;
  };
  const auto found = co_await on_.journal.read<Last>(std::move(query));
  if (!found) co_return fail(found.error());
  const Instant now = on_.clock.now();
  for (const auto& [name, at] : *found) {
    const auto store = stores_.find(name);
    if (store == stores_.end()) continue;
    auto& last = store->second.last_sale;
    last = std::max(last.value_or(Instant{}), std::min(at, now));
  }
  co_return Result<void>{};
}

void StoreWatch::take(const Tallies& tallies) {
  constexpr std::string_view records = "record/";
  constexpr std::string_view unidentified = "unidentified/";
  for (const journal::Tally& tally : tallies) {
    const std::string_view name = tally.name;
    std::string_view kind;
    std::string_view store;
    if (name.starts_with(unidentified)) {
      store = name.substr(unidentified.size());
    } else if (name.starts_with(records)) {
      const std::string_view rest = name.substr(records.size());
      const auto slash = rest.find('/');
      if (slash == std::string_view::npos) continue;
      kind = rest.substr(0, slash);
      store = rest.substr(slash + 1);
    }
    if (store.empty()) continue;
    auto known = stores_.find(std::string(store));
    if (known == stores_.end()) {
      if (stores_.size() >= stores_max) continue;
      known = stores_.emplace(store, Store{}).first;
    }
    Counts& counts = known->second.hours[tally.hour];
    if (kind.empty()) counts.unidentified += tally.value;
    if (!kind.empty()) counts.records += tally.value;
    if (kind == "sale") counts.sales += tally.value;
    if (kind == "return") counts.returns += tally.value;
  }
}

void StoreWatch::learn() {
  std::vector<desk::HourCount> counts;
  for (auto& [name, store] : stores_) {
    counts.clear();
    for (const auto& [hour, count] : store.hours) counts.push_back({hour, count.sales});
    store.rhythm = desk::StoreRhythm::learn(counts, workspace_.zone);
  }
}

std::optional<Instant> StoreWatch::last_sale(const Store& store, Instant now) const {
  for (auto at = store.hours.rbegin(); at != store.hours.rend(); ++at) {
    if (at->second.sales <= 0 || at->first > journal::hour_of(now)) continue;
    if (store.last_sale && journal::hour_of(*store.last_sale) >= at->first) break;
    return std::min(end_of(at->first), now);
  }
  return store.last_sale;
}

std::vector<desk::Signal> StoreWatch::silence(bool platform_answers,
                                              const std::set<std::string>& open,
                                              Instant now) const {
  std::vector<desk::StoreLook> looks;
  for (const auto& [name, store] : stores_) {
    desk::StoreLook look;
    look.subject = "store " + name;
    look.silence = desk::silence_of("Store " + name, store.rhythm, now, last_sale(store, now));
    looks.push_back(std::move(look));
  }
  std::set<std::string> open_here;
  for (const std::string& subject : open) {
    const auto [workspace, what] = subjects_.split(subject);
    if (workspace == workspace_.name) open_here.insert(what);
  }
  auto out = desk::silence_signals(looks, platform_answers, open_here, workspace_.zone, now);
  for (desk::Signal& one : out) one.subject = subjects_.of(workspace_.name, one.subject);
  return out;
}

std::vector<desk::Signal> StoreWatch::unidentified(const AlertThresholds& thresholds,
                                                   const std::set<std::string>& open,
                                                   Instant now) const {
  const std::int64_t this_hour = journal::hour_of(now);
  struct Shares {
    Share now, same_hours, all;
  };
  Shares together;
  const auto add = [](Share& share, const Counts& counts) {
    share.records += counts.records;
    share.unidentified += counts.unidentified;
  };
  std::vector<std::pair<std::string, Shares>> stores;
  for (const auto& [name, store] : stores_) {
    Shares shares;
    for (const auto& [hour, counts] : store.hours) {
      const std::int64_t ago = this_hour - hour;
      if (ago < 0) continue;
      Share* const share = ago <= read_back                ? &shares.now
                           : ago % week_hours <= read_back ? &shares.same_hours
                                                           : nullptr;
      if (share != nullptr) add(*share, counts);
      if (ago > read_back) add(shares.all, counts);
      if (share != nullptr) add(share == &shares.now ? together.now : together.same_hours, counts);
      if (ago > read_back) add(together.all, counts);
    }
    stores.emplace_back(name, shares);
  }
  std::vector<desk::Signal> out;
  const auto judge = [&](const std::string& what, const std::string& who, const Shares& shares,
                         bool explained) {
    desk::Signal signal;
    signal.kind = desk::AlertKind::unidentified;
    signal.subject = subjects_.of(workspace_.name, what);
    signal.measured_at = now;
    const bool is_open = open.contains(signal.subject);
    const auto verdict =
        share_verdict(shares.now, shares.same_hours, shares.all, thresholds.unidentified_points,
                      thresholds.unidentified_sales_min, is_open);
    if (!explained || is_open) signal.level = verdict.level;
    signal.text = fmt::format(
        "{} of the {} sales and returns of {} in the last two hours have no customer ({:.0f} %; "
        "usually {:.0f} %).",
        shares.now.unidentified, shares.now.records, who, 100 * shares.now.value(),
        100 * verdict.usual);
    out.push_back(std::move(signal));
    return out.back().level != desk::AlertLevel::ok;
  };
  // What is so everywhere is one alert.
  const bool everywhere = stores.size() > 1 && judge(every_store, "all stores", together, false);
  for (const auto& [name, shares] : stores)
    judge("store " + name, "store " + name, shares, everywhere);
  return out;
}

StoreWatch::Day StoreWatch::days_of(const Store& store, Instant now) const {
  const std::int64_t today = desk::local_time(now, workspace_.zone).day;
  Day out;
  for (auto at = store.hours.lower_bound(journal::hour_of(now) - 50); at != store.hours.end();
       ++at) {
    // By its middle: zones are not always whole hours from UTC.
    const std::int64_t day =
        desk::local_time(Instant{hours{at->first}} + minutes{30}, workspace_.zone).day;
    if (day == today) out.today += at->second;
    if (day == today - 1) out.yesterday += at->second;
  }
  return out;
}

json::Object StoreWatch::row(const std::string& name, const Store& store, Instant now) const {
  const auto last = last_sale(store, now);
  const auto silence = desk::silence_of("Store " + name, store.rhythm, now, last);
  const Day days = days_of(store, now);
  json::Object out;
  out["store"] = name;
  out["state"] = state_name(silence.state);
  out["text"] = silence.text;
  out["last_sale_at"] = nullptr;
  if (last) out["last_sale_at"] = utc_text(*last);
  out["sales_today"] = days.today.sales;
  out["sales_yesterday"] = days.yesterday.sales;
  out["returns_today"] = days.today.returns;
  out["unidentified_today"] = days.today.unidentified;
  out["paused"] = nullptr;
  return out;
}

json::Array StoreWatch::rows(const std::map<std::string, journal::Pause>& paused,
                             Instant now) const {
  std::map<std::string, json::Object> rows;
  for (const auto& [name, store] : stores_) rows[name] = row(name, store, now);
  for (const auto& [name, pause] : paused) {
    // One that has never sold is shown all the same: it has to be resumed from somewhere.
    if (!rows.contains(name)) rows[name] = row(name, Store{}, now);
    rows[name]["paused"] =
        json::Object{{"by", pause.by}, {"at", utc_text(pause.at)}, {"reason", pause.reason}};
  }
  json::Array out;
  for (auto& [name, one] : rows) out.push_back(std::move(one));
  return out;
}

}  // namespace tillbridge::app
