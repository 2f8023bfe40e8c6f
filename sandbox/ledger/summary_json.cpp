#include "ledger/summary_json.h"

namespace sandbox {

boost::json::object to_json(const Summary& summary) {
  boost::json::object kinds;
  for (const auto& [kind, count] : summary.by_kind) kinds[kind] = count;
  boost::json::array findings;
  for (const std::string& finding : summary.findings)
    findings.push_back(boost::json::string(finding));
  return {
      {"acknowledged", summary.acknowledged},
      {"records", summary.records},
      {"effects_expected", summary.effects_expected},
      {"effects_seen", summary.effects_seen},
      {"missing", summary.missing},
      {"invented", summary.invented},
      {"doubled", summary.doubled},
      {"absorbed", summary.absorbed},
      {"wrong", summary.wrong},
      {"out_of_order", summary.out_of_order},
      {"unidentified", summary.unidentified},
      {"cases", summary.cases},
      {"lag_p50_ms", summary.lag_p50_ms},
      {"lag_p99_ms", summary.lag_p99_ms},
      {"by_kind", std::move(kinds)},
      {"findings", std::move(findings)},
  };
}

}  // namespace sandbox
