// verify(): every check that needs no second copy of the data.

#include <algorithm>
#include <array>

#include "journal/counters.h"
#include "journal/sqlite/reader_statements.h"
#include "journal/sqlite/sqlite_reader.h"

namespace tillbridge::journal::sqlite {
namespace {

constexpr int payloads_per_slice =
    500;  // short reads: a long one would keep the log from shrinking
constexpr std::size_t findings_max = 1'000;

}  // namespace

Result<std::vector<std::string>> SqliteReader::verify(
    const std::function<void(double done)>& progress) {
  std::vector<std::string> findings;
  const auto check = [&](const char* what, const std::function<void()>& work) {
    const auto outcome = guarded(work);
    // Damage that stops a check is the finding.
    if (!outcome) findings.push_back(std::string(what) + ": " + outcome.error().what);
  };
  check("structure", [&] { verify_structure(findings); });
  if (progress) progress(0.4);
  check("payloads", [&] { verify_payloads(findings, progress); });
  check("references", [&] { verify_references(findings); });
  if (progress) progress(1.0);
  return findings;
}

void SqliteReader::verify_structure(std::vector<std::string>& findings) {
  Statement integrity(*connection_, "PRAGMA integrity_check(100)");
  auto rows = integrity.rows();
  while (rows.next()) {
    if (rows.bytes(0) != "ok") findings.push_back("structure: " + std::string(rows.bytes(0)));
  }
}

void SqliteReader::verify_payloads(std::vector<std::string>& findings,
                                   const std::function<void(double done)>& progress) {
  std::int64_t first = 0;
  std::int64_t last = 0;
  {
    auto rows = sql_->payload_range.rows();
    if (rows.next()) rows.read(first, last);
  }
  std::int64_t after = 0;
  bool more = true;
  while (more && findings.size() < findings_max) {
    more = false;
    Transaction snapshot(*connection_, Transaction::Kind::read);
    auto rows = sql_->payloads_after.rows(after, payloads_per_slice);
    while (rows.next()) {
      more = true;
      StoredPayload stored;
      rows.read(after, stored.codec, stored.checksum);
      stored.bytes = rows.bytes(3);
      const std::string name = "payload " + std::to_string(after) + ": ";
      const auto body = opener_.open(stored);
      if (!body) {
        findings.push_back(name + body.error().what);
        continue;
      }
      auto owner = sql_->payload_owner.rows(after);
      owner.next();
      const bool of_delivery = !owner.is_null(1);
      if (owner.integer(0) == 0 && !of_delivery) findings.push_back(name + "belongs to nothing");
      if (!of_delivery) continue;
      const auto parts = split_parts(*body);
      if (!parts || static_cast<std::int64_t>(parts->size()) != owner.integer(1)) {
        findings.push_back(name + "does not hold the parts of its delivery");
      }
    }
    if (progress && last > first) {
      progress(0.4 + 0.4 * static_cast<double>(after - first) / static_cast<double>(last - first));
    }
  }
}

void SqliteReader::verify_references(std::vector<std::string>& findings) {
  Transaction snapshot(*connection_, Transaction::Kind::read);
  {
    auto rows = sql_->broken_references.rows();
    while (rows.next()) findings.emplace_back(rows.bytes(0));
  }
  CounterChanges::Values kept{};
  {
    auto rows = sql_->counters.rows();
    while (rows.next()) {
      const auto name = static_cast<std::size_t>(rows.integer(0));
      if (name < kept.size()) kept[name] = rows.integer(1);
    }
  }
  auto rows = sql_->recount.rows();
  while (rows.next()) {
    const auto first = static_cast<std::size_t>(rows.integer(0));
    for (std::size_t at = first; at < std::min(first + 3, kept.size()); ++at) {
      const auto real = rows.integer(static_cast<int>(at - first) + 1);
      if (kept[at] == real) continue;
      findings.push_back("counter " + std::string(counter_names[at]) + " says " +
                         std::to_string(kept[at]) + ", there are " + std::to_string(real));
    }
  }
}

}  // namespace tillbridge::journal::sqlite
