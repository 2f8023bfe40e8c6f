// What a comparison changes: one step with everything it found, further ones when much is sent
// again.

#include <algorithm>

#include <fmt/format.h>

#include "app/klaviyo_comparison.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* connection = "klaviyo";
constexpr const char* last_fact = "comparison/last";
constexpr const char* watched_fact = "comparison/watched";
constexpr std::size_t open_cases_max = 10'000;
constexpr std::size_t again_per_step = 200;

std::string text_of(const KlaviyoWatchlist& list) {
  json::Array entries;
  for (const auto& [id, watched] : list) {
    entries.push_back(json::Object{
        {"delivery", id.value}, {"parts", watched.parts}, {"sent_again", watched.sent_again}});
  }
  return entries.empty() ? std::string{} : json::to_text(entries);
}

// As it is once it has been read back from its text.
std::int64_t number(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

json::Object result_of(const ComparisonLook& look, const ComparisonActs& acts) {
  json::Object result;
  result["day"] = look.label;
  result["from"] = utc_text(look.span.from);
  result["until"] = utc_text(look.span.until);
  result["compared_at"] = utc_text(look.now);
  result["repair"] = look.repair;
  result["deliveries"] = number(look.deliveries.size());
  result["events_expected"] = number(look.compared.expected);
  result["events_found"] = number(look.compared.present);
  result["missing"] = number(look.compared.missing.size());
  result["repaired"] = number(acts.events_again);
  result["orphaned"] = number(look.orphaned.size());
  result["too_young"] = number(look.compared.late.size());
  result["profiles_looked_at"] = number(look.profiles.looked_at);
  result["profiles_missing"] = number(look.profiles.missing);
  result["profiles_different"] = number(look.profiles.different);
  return result;
}

}  // namespace

Task<Result<json::Object>> KlaviyoComparison::compare_alone(Asked asked) {
  const Tick began = on_.clock.tick();
  TB_CO_TRY(const ComparisonLook look, co_await look_at(asked));
  ComparisonActs acts = decide(look);
  missing_.add(static_cast<double>(look.compared.missing.size()));
  orphaned_.add(static_cast<double>(look.orphaned.size()));
  json::Object result = result_of(look, acts);
  result["took_ms"] = (on_.clock.tick() - began) / std::chrono::milliseconds{1};
  TB_CO_CHECK(co_await act(look, std::move(acts), result));
  last_ = result;
  telemetry::log(telemetry::Level::info, "compared",
                 {{"workspace", workspace_},
                  {"connection", connection},
                  {"day", look.label},
                  {"by", asked.by},
                  {"missing", look.compared.missing.size()},
                  {"orphaned", look.orphaned.size()}});
  co_return result;
}

Task<Result<void>> KlaviyoComparison::act(const ComparisonLook& look, ComparisonActs acts,
                                          json::Object& result) {
  TB_CO_TRY(const auto again, co_await to_send_again(acts));
  journal::Step step;
  TB_CO_TRY(const std::uint64_t opened, co_await add_cases(acts, step));
  result["cases_opened"] = number(opened);
  step.facts.push_back({workspace_, connection, watched_fact, text_of(acts.watchlist), look.now});
  step.facts.push_back({workspace_, connection, last_fact, json::to_text(result), look.now});
  // What is watched is stored with the first of them: after a crash the rest is found missing again
  // and becomes a case.
  for (std::size_t from = 0; from == 0 || from < again.size(); from += again_per_step) {
    const std::size_t to = std::min(again.size(), from + again_per_step);
    add_updates(again, from, to, acts, step);
    const auto stored = co_await on_.journal.commit(std::move(step));
    if (!stored) co_return fail(stored.error());
    for (std::size_t i = from; i < to; ++i) send_again_(again[i]);
    step = journal::Step{};
  }
  co_return Result<void>{};
}

// Those of them that are open already stay as they are.
Task<Result<std::uint64_t>> KlaviyoComparison::add_cases(const ComparisonActs& acts,
                                                         journal::Step& step) {
  using Rows = std::vector<journal::CaseRow>;
  std::function<Result<Rows>(journal::Reader&)> query = [workspace =
                                                             workspace_](journal::Reader& reader) {
    constexpr bool open_only = true;
    return reader.cases(workspace, open_only, open_cases_max);
  };
  TB_CO_TRY(const auto open, co_await on_.journal.read<Rows>(std::move(query)));
  const Instant now = on_.clock.now();
  for (const auto& one : acts.cases) {
    const std::string_view type = engine::case_rule(one.type).name;
    const bool known = std::any_of(open.begin(), open.end(), [&](const journal::CaseRow& row) {
      return row.type == type && row.group == one.group && row.record == one.record;
    });
    if (known) continue;
    auto opened =
        engine::open_case(on_.ids.next<CaseId>(), one.type, workspace_, one.group, now, one.text);
    opened.record = one.record;
    opened.delivery = one.delivery;
    step.cases.push_back(std::move(opened));
  }
  for (const journal::CaseRow& row : open) {
    if (std::find(acts.clear.begin(), acts.clear.end(), row.group) != acts.clear.end())
      step.closed_cases.push_back({row.id, now, "tillbridge", "compared again: all is well"});
  }
  co_return step.cases.size();
}

Task<Result<std::vector<journal::OpenDelivery>>> KlaviyoComparison::to_send_again(
    const ComparisonActs& acts) {
  using Again = std::vector<journal::OpenDelivery>;
  std::vector<std::pair<DeliveryId, ComparisonActs::Again>> wanted(acts.again.begin(),
                                                                   acts.again.end());
  const Instant now = on_.clock.now();
  std::function<Result<Again>(journal::Reader&)> query =
      [wanted, now](journal::Reader& reader) -> Result<Again> {
    Again again;
    for (const auto& [id, what] : wanted) {
      TB_TRY(const auto journey, reader.journey(what.record));
      if (!journey) continue;
      for (const journal::DeliveryRow& row : journey->deliveries) {
        if (row.id != id || row.state != journal::DeliveryState::delivered || row.parts.empty())
          continue;
        journal::OpenDelivery open = journal::reopened(row, journey->record.store);
        // The tills are not kept waiting by it: the lag of this connection counts from now.
        open.happened_at = now;
        open.parts_done &= ~what.parts;
        again.push_back(std::move(open));
      }
    }
    return again;
  };
  co_return co_await on_.journal.read<Again>(std::move(query));
}

void KlaviyoComparison::add_updates(const std::vector<journal::OpenDelivery>& again,
                                    std::size_t from, std::size_t to, const ComparisonActs& acts,
                                    journal::Step& step) {
  const Instant now = on_.clock.now();
  for (std::size_t i = from; i < to; ++i) {
    const journal::OpenDelivery& delivery = again[i];
    journal::UpdateDelivery update;
    update.id = delivery.id;
    update.workspace = workspace_;
    update.due_at = now;
    update.parts_done = delivery.parts_done;
    update.reason = "sent again after a comparison with Klaviyo";
    step.delivery_updates.push_back(std::move(update));
    journal::AddNote note;
    note.id = on_.ids.next<NoteId>();
    note.workspace = workspace_;
    note.subject = delivery.id.value;
    note.at = now;
    note.kind = "comparison";
    note.text = acts.again.at(delivery.id).note;
    step.notes.push_back(std::move(note));
  }
}

}  // namespace tillbridge::app
