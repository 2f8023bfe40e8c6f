#include "ledger/summary_json.h"

namespace sandbox {
namespace {

namespace bj = boost::json;

void put_counts(bj::object& into, const Counts& counts) {
  into["effects_expected"] = counts.effects_expected;
  into["effects_seen"] = counts.effects_seen;
  into["missing"] = counts.missing;
  into["invented"] = counts.invented;
  into["doubled"] = counts.doubled;
  into["absorbed"] = counts.absorbed;
  into["wrong"] = counts.wrong;
  into["out_of_order"] = counts.out_of_order;
  into["unidentified"] = counts.unidentified;
  into["cases"] = counts.cases;
  into["lag_p50_ms"] = counts.lag_p50_ms;
  into["lag_p99_ms"] = counts.lag_p99_ms;
  bj::object kinds;
  for (const auto& [kind, count] : counts.by_kind) kinds[kind] = count;
  into["by_kind"] = std::move(kinds);
  bj::array findings;
  for (const std::string& finding : counts.findings) findings.push_back(bj::string(finding));
  into["findings"] = std::move(findings);
}

}  // namespace

bj::object to_json(const Summary& summary) {
  bj::object json{{"acknowledged", summary.acknowledged}, {"records", summary.records}};
  put_counts(json, summary);
  bj::object platforms;
  for (const auto& [platform, counts] : summary.platforms) {
    bj::object one;
    put_counts(one, counts);
    bj::object phases;
    for (const auto& [phase, lag] : counts.phases) {
      phases[phase] = bj::object{
          {"lag_p50_ms", lag.lag_p50_ms}, {"lag_p99_ms", lag.lag_p99_ms}, {"effects", lag.effects}};
    }
    one["phases"] = std::move(phases);
    platforms[platform] = std::move(one);
  }
  json["platforms"] = std::move(platforms);
  return json;
}

}  // namespace sandbox
