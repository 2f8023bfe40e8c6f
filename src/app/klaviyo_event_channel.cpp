#include <fmt/format.h>

#include "app/klaviyo_channels.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;
using engine::Parcel;
using engine::PartResults;

constexpr std::size_t wrapping_bytes = 256;  // a job's members around a part

bool is_left(const Parcel& parcel, std::size_t part) {
  return (parcel.item.parts_done >> part & 1U) == 0;
}

bool leads_with_profile(const Parcel& parcel) {
  if (!is_left(parcel, 0)) return false;
  const auto kind = klaviyo::kind_of(parcel.parts.front());
  return kind && *kind == klaviyo::PartKind::profile_write;
}

Outcome rejected(std::string reason) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::rejected;
  outcome.reason = std::move(reason);
  return outcome;
}

void add(PartResults& results, std::size_t part, Outcome outcome) {
  results.parts_sent |= 1ULL << part;
  results.outcomes.push_back(std::move(outcome));
}

bool goes_on_after(const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::delivered || outcome.kind == Outcome::Kind::superseded ||
         outcome.kind == Outcome::Kind::rejected;
}

std::optional<engine::QuotaReport> report_of(const klaviyo::Answer& answer) {
  if (!answer.quota) return std::nullopt;
  return engine::QuotaReport{answer.quota->remaining, answer.quota->reset};
}

Outcome delivered() {
  Outcome outcome;
  outcome.kind = Outcome::Kind::delivered;
  return outcome;
}

void take_over(const KlaviyoProfiles::Written& written, const Parcel& parcel,
               const KlaviyoParts& parts, engine::Channel::Answer& answer, PartResults& results) {
  results.note = written.note;
  note_written(written, parcel, parts, answer);
}

}  // namespace

void note_written(const KlaviyoProfiles::Written& written, const engine::Parcel& parcel,
                  const KlaviyoParts& parts, engine::Channel::Answer& answer) {
  if (!written.fact_key.empty())
    answer.facts.push_back({"", "", written.fact_key, written.fact_id, Instant{}});
  if (written.conflict.empty()) return;
  auto opened = engine::open_case(parts.ids.next<CaseId>(), engine::CaseType::profile_conflict,
                                  parts.workspace, "klaviyo: " + written.conflict,
                                  parts.clock.now(), "Klaviyo: " + written.conflict);
  opened.record = parcel.item.record;
  opened.delivery = parcel.item.id;
  answer.cases.push_back(std::move(opened));
}

Task<engine::Channel::Answer> KlaviyoEventChannel::send(std::vector<Parcel> parcels,
                                                        engine::Route route) {
  if (route == engine::Route::bulk) return send_bulk(std::move(parcels));
  return send_one(std::move(parcels.front()));
}

Task<engine::Channel::Answer> KlaviyoEventChannel::send_one(Parcel parcel) {
  Answer answer;
  answer.call = delivered();
  PartResults results;
  for (std::size_t part = 0; part < parcel.parts.size(); ++part) {
    if (!is_left(parcel, part)) continue;
    Outcome outcome;
    if (part == 0 && leads_with_profile(parcel)) {
      std::vector<std::string> head(1, parcel.parts.front());
      const auto written = co_await parts_.profiles.write(std::move(head));
      take_over(written.front(), parcel, parts_, answer, results);
      outcome = written.front().outcome;
    } else if (auto body = klaviyo::event_body(parcel.parts[part]); body) {
      const auto made = co_await parts_.account.create_event(std::move(*body));
      outcome = made.outcome;
      if (auto report = report_of(made)) answer.quota = report;
    } else {
      outcome = rejected(body.error().what);
    }
    const bool on = goes_on_after(outcome);
    if (!on) answer.call = outcome;
    add(results, part, std::move(outcome));
    if (!on) break;
  }
  answer.results.push_back(std::move(results));
  co_return answer;
}

Task<engine::Channel::Answer> KlaviyoEventChannel::send_bulk(std::vector<Parcel> parcels) {
  Answer answer;
  answer.call = delivered();
  answer.results.resize(parcels.size());
  std::vector<std::string> writes;
  std::vector<std::size_t> writers;
  for (std::size_t at = 0; at < parcels.size(); ++at) {
    if (!leads_with_profile(parcels[at])) continue;
    writes.push_back(parcels[at].parts.front());
    writers.push_back(at);
  }
  if (!writes.empty()) {
    const auto written = co_await parts_.profiles.write(std::move(writes));
    for (std::size_t i = 0; i < writers.size(); ++i) {
      PartResults& results = answer.results[writers[i]];
      take_over(written[i], parcels[writers[i]], parts_, answer, results);
      add(results, 0, written[i].outcome);
    }
  }

  const klaviyo::Config& config = parts_.account.config();
  std::vector<std::string_view> loaded;
  std::vector<std::pair<std::size_t, std::size_t>> places;  // parcel, part
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < parcels.size(); ++at) {
    PartResults& results = answer.results[at];
    if (!results.outcomes.empty() && !goes_on_after(results.outcomes.front())) continue;
    for (std::size_t part = 0; part < parcels[at].parts.size(); ++part) {
      if (!is_left(parcels[at], part) || (results.parts_sent >> part & 1U) != 0) continue;
      const std::size_t size = parcels[at].parts[part].size() + wrapping_bytes;
      if (loaded.size() >= config.events_per_job_max || bytes + size > config.job_bytes_max) break;
      bytes += size;
      loaded.push_back(parcels[at].parts[part]);
      places.emplace_back(at, part);
    }
  }
  if (!loaded.empty()) {
    klaviyo::Answer made;
    if (auto body = klaviyo::bulk_body(loaded); body) {
      made = co_await parts_.account.create_events(std::move(*body));
      answer.call = made.outcome;
    } else {
      made.outcome = rejected(body.error().what);
    }
    answer.quota = report_of(made);
    // One bad event spoils the whole job: sent alone, each shows whether it is the one.
    const bool refused = made.outcome.kind == Outcome::Kind::rejected;
    if (refused) {
      made.outcome.kind = Outcome::Kind::transient;
      made.outcome.reason =
          "the job was refused as a whole (" + made.outcome.reason + "): sent alone next";
    }
    for (const auto& [at, part] : places) {
      add(answer.results[at], part, made.outcome);
      answer.results[at].alone = refused;
    }
  }
  for (PartResults& results : answer.results) results.sent = !results.outcomes.empty();
  co_return answer;
}

}  // namespace tillbridge::app
