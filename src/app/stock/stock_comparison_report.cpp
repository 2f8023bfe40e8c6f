#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "app/stock/stock_comparison.h"
#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

using Kind = desk::StockDifference;

constexpr const char* bloomreach = "bloomreach";
constexpr const char* ages_fact = "stock/differences";
constexpr std::size_t ages_max = 20'000;    // LIMIT: beyond it a difference counts as seen just now
constexpr std::size_t findings_shown = 50;  // in the report

}  // namespace

Task<Result<void>> StockComparison::recall(std::shared_ptr<Round> round) {
  std::function<Result<std::vector<std::optional<std::string>>>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) {
        const std::vector<std::string> keys{ages_fact};
        return reader.facts(workspace, bloomreach, keys);
      };
  const auto kept =
      co_await on_.journal.read<std::vector<std::optional<std::string>>>(std::move(query));
  if (!kept) co_return fail(kept.error());
  if (!kept->front()) co_return Result<void>{};
  const auto parsed = json::parse(*kept->front());
  const json::Object* ages = parsed ? parsed->if_object() : nullptr;
  if (ages == nullptr) co_return Result<void>{};
  for (const auto& [id, since] : *ages) {
    if (since.is_int64()) round->first_seen[std::string(id)] = since.get_int64();
  }
  co_return Result<void>{};
}

Task<Result<void>> StockComparison::remember(std::shared_ptr<Round> round) {
  json::Object ages;
  std::map<Kind, std::size_t> kinds;
  for (const Finding& one : round->findings) {
    ++kinds[one.kind];
    if (ages.size() < ages_max) ages[one.item_id] = to_unix_seconds(one.since);
  }
  journal::Step step;
  step.facts.push_back({workspace_, bloomreach, ages_fact,
                        ages.empty() ? std::string{} : json::to_text(ages), on_.clock.now()});
  journal::PutRecord put;
  put.id = on_.ids.next<RecordId>();
  put.workspace = workspace_;
  put.kind = "comparison";
  put.key = fmt::format("comparison/stock/{}", put.id.value);
  put.state = journal::RecordState::skipped;
  put.reason = fmt::format("{} levels compared, {} differ, {} sent again, {} removed",
                           round->levels, round->findings.size(), round->repaired, round->removed);
  put.happened_at = round->began;
  put.changed_at = on_.clock.now();
  put.search_keys = {"comparison:stock"};
  put.payload = json::to_text(report(*round));
  const auto strange = kinds[Kind::foreign_write] + kinds[Kind::unmapped];
  if (strange > 0) {
    auto opened = engine::open_case(
        on_.ids.next<CaseId>(), engine::CaseType::stock_difference, workspace_, "stock/bloomreach",
        put.changed_at,
        fmt::format(
            "{} rows of the catalog {} were written by somebody else, {} of them for stores "
            "that we do not have. {} Find out what else writes there; the comparison {} "
            "lists them.",
            strange, parts_.inventory.name(), kinds[Kind::unmapped],
            round->asked.repair ? "They were put right." : "They stand as they are.", put.key));
    opened.record = put.id;
    step.cases.push_back(std::move(opened));
  }
  if (round->not_removed > 0) {
    auto opened = engine::open_case(
        on_.ids.next<CaseId>(), engine::CaseType::stock_difference, workspace_,
        "stock/bloomreach/rows of nobody", put.changed_at,
        fmt::format(
            "{} rows of the catalog {} belong to no place or SKU of ours: too many to be "
            "removed without somebody looking on. See whether Sitoo's warehouses and stores "
            "are complete, then run: tillbridge compare stock --repair",
            round->not_removed, parts_.inventory.name()));
    opened.record = put.id;
    step.cases.push_back(std::move(opened));
  }
  step.records.push_back(std::move(put));
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  telemetry::log(telemetry::Level::info, "stock_compared",
                 {{"workspace", workspace_},
                  {"levels", round->levels},
                  {"differences", round->findings.size()},
                  {"repaired", round->repaired}});
  co_return Result<void>{};
}

json::Object StockComparison::report(const Round& round) const {
  const Instant now = on_.clock.now();
  const auto age_s = [&](const Finding& one) {
    return std::max<std::int64_t>(0, to_unix_seconds(now) - to_unix_seconds(one.since));
  };
  json::Object counts;
  for (const Kind kind : desk::stock_differences) counts[desk::name(kind)] = 0;
  std::map<std::string, std::map<Kind, std::int64_t>> by_place;
  std::map<std::string, std::int64_t> oldest;
  std::int64_t oldest_of_all = 0;
  json::Array findings;
  for (const Finding& one : round.findings) {
    counts[desk::name(one.kind)] = counts[desk::name(one.kind)].to_number<std::int64_t>() + 1;
    const std::string place = one.place.empty() ? "all (sum)" : one.place;
    ++by_place[place][one.kind];
    oldest[place] = std::max(oldest[place], age_s(one));
    oldest_of_all = std::max(oldest_of_all, age_s(one));
    if (findings.size() >= findings_shown) continue;
    findings.push_back(json::Object{{"kind", desk::name(one.kind)},
                                    {"place", one.place},
                                    {"sku", one.sku},
                                    {"shown", one.shown},
                                    {"expected", one.expected},
                                    {"age_s", age_s(one)}});
  }
  json::Array places;
  for (const auto& [place, kinds] : by_place) {
    json::Object line;
    line["place"] = place;
    for (const auto& [kind, count] : kinds) line[desk::name(kind)] = count;
    line["oldest_s"] = oldest[place];
    places.push_back(std::move(line));
  }
  json::Object out;
  out["workspace"] = workspace_;
  out["connection"] = bloomreach;
  out["at"] = to_unix_seconds(round.began);
  out["took_s"] = std::chrono::duration<double>(now - round.began).count();
  out["sampled_skus"] = round.asked.sample;
  out["repair"] = round.asked.repair;
  out["levels"] = round.levels;
  out["rows"] = round.rows;
  out["sums"] = round.sums;
  out["found"] = round.findings.size();
  out["differences"] = std::move(counts);
  out["repaired"] = round.repaired;
  out["removed"] = round.removed;
  out["not_removed"] = round.not_removed;
  out["sums_trouble"] = round.sums_trouble;
  out["oldest_s"] = oldest_of_all;
  out["by_place"] = std::move(places);
  out["findings"] = std::move(findings);
  return out;
}

}  // namespace tillbridge::app
