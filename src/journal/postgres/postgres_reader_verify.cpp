// verify(): every check that needs no second copy of the data. Pages have PostgreSQL's own checks
// (initdb --data-checksums, pg_amcheck).

#include <algorithm>

#include "journal/counters.h"
#include "journal/postgres/postgres_reader.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {
namespace {

constexpr int payloads_per_slice =
    500;  // short reads: a long one keeps old rows from being removed
constexpr std::size_t findings_max = 1'000;

}  // namespace

Result<std::vector<std::string>> PostgresReader::verify(
    const std::function<void(double done)>& progress) {
  std::vector<std::string> findings;
  const auto check = [&](const char* what, const std::function<void()>& work) -> Result<void> {
    auto outcome = asked(work);
    if (outcome || outcome.error().kind == Error::Kind::unavailable) return outcome;
    // Damage that stops a check is the finding.
    findings.push_back(std::string(what) + ": " + outcome.error().what);
    return {};
  };
  TB_CHECK(check("structure", [&] {
    const auto rows = connection_->query(sql::broken_indexes);
    for (int at = 0; at < rows.size(); ++at) findings.emplace_back(rows[at].bytes(0));
  }));
  TB_CHECK(check("payloads", [&] { verify_payloads(findings, progress); }));
  TB_CHECK(check("references", [&] { verify_references(findings); }));
  if (progress) progress(1.0);
  return findings;
}

void PostgresReader::verify_payloads(std::vector<std::string>& findings,
                                     const std::function<void(double done)>& progress) {
  const auto all = connection_->query(sql::payload_range)[0].integer(0);
  std::int64_t done = 0;
  std::string workspace;
  std::uint64_t after = 0;
  while (findings.size() < findings_max) {
    const auto rows =
        connection_->query(sql::payloads_after, Params(workspace, after, payloads_per_slice));
    if (rows.empty()) return;
    for (int at = 0; at < rows.size(); ++at, ++done) {
      constexpr int bytes_column = 4;
      constexpr int owned_column = 5;
      constexpr int parts_column = 6;
      const auto row = rows[at];
      StoredPayload stored;
      row.read(workspace, after, stored.codec, stored.checksum);
      stored.bytes = row.bytes(bytes_column);
      const std::string name = "payload " + std::to_string(after) + ": ";
      const auto body = opener_.open(stored);
      if (!body) {
        findings.push_back(name + body.error().what);
        continue;
      }
      const bool of_delivery = !row.is_null(parts_column);
      if (row.integer(owned_column) == 0 && !of_delivery) {
        findings.push_back(name + "belongs to nothing");
      }
      if (!of_delivery) continue;
      const auto parts = split_parts(*body);
      if (!parts || static_cast<std::int64_t>(parts->size()) != row.integer(parts_column)) {
        findings.push_back(name + "does not hold the parts of its delivery");
      }
    }
    if (progress) {
      progress(0.8 * std::min(1.0, static_cast<double>(done) /
                                       static_cast<double>(std::max<std::int64_t>(all, 1))));
    }
  }
}

void PostgresReader::verify_references(std::vector<std::string>& findings) {
  const Snapshot snapshot(*connection_, true);
  const auto broken = connection_->query(sql::broken_references);
  for (int at = 0; at < broken.size(); ++at) findings.emplace_back(broken[at].bytes(0));
  CounterChanges::Values kept{};
  const auto counters = connection_->query(sql::counters);
  for (int at = 0; at < counters.size(); ++at) {
    const auto name = static_cast<std::size_t>(counters[at].integer(0));
    if (name < kept.size()) kept[name] = counters[at].integer(1);
  }
  const auto counted = connection_->query(sql::recount);
  for (int row = 0; row < counted.size(); ++row) {
    const auto first = static_cast<std::size_t>(counted[row].integer(0));
    for (std::size_t at = first; at < std::min(first + 3, kept.size()); ++at) {
      const auto real = counted[row].integer(static_cast<int>(at - first) + 1);
      if (kept[at] == real) continue;
      findings.push_back("counter " + std::string(counter_names[at]) + " says " +
                         std::to_string(kept[at]) + ", there are " + std::to_string(real));
    }
  }
}

}  // namespace tillbridge::journal::postgres
