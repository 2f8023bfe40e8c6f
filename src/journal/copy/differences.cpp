#include "journal/copy/differences.h"

#include <algorithm>
#include <map>

namespace tillbridge::journal::copy {
namespace {

constexpr std::size_t lines_max = 10;
// LIMIT: rows of one side that are kept in memory; a part has a thousandth of the table's.
constexpr std::uint64_t rows_kept_max = 50'000;

std::vector<bool> parts_to_read(const Sum& source, const Sum& target) {
  std::vector<bool> chosen(sum_parts);
  const std::uint64_t rows_of_part = std::max(source.rows(), target.rows()) / sum_parts + 1;
  std::uint64_t left = std::max<std::uint64_t>(1, rows_kept_max / rows_of_part);
  for (std::size_t part = 0; part < sum_parts && left > 0; ++part) {
    if (source.part(part) == target.part(part)) continue;
    chosen[part] = true;
    --left;
  }
  return chosen;
}

using Rows = std::map<std::string, Digest>;

Result<Rows> rows_of(const Table& table, const std::vector<bool>& parts, const ReadSide& read) {
  Rows rows;
  Canonical canonical;
  TB_CHECK(read([&](Row row) -> Result<void> {
    if (parts[part_of(table, row)])
      rows.emplace(key_text(table, row), canonical.digest(table, row));
    return {};
  }));
  return rows;
}

}  // namespace

Result<std::vector<std::string>> differences(const Table& table, const Sum& source_sum,
                                             const Sum& target_sum, const ReadSide& source,
                                             const ReadSide& target) {
  const auto parts = parts_to_read(source_sum, target_sum);
  TB_TRY(const auto there, rows_of(table, parts, source));
  TB_TRY(const auto here, rows_of(table, parts, target));
  std::vector<std::string> lines;
  const auto say = [&](const std::string& key, const char* what) {
    if (lines.size() < lines_max) lines.push_back(std::string(table.name) + " " + key + what);
  };
  for (const auto& [key, digest] : there) {
    const auto found = here.find(key);
    if (found == here.end()) {
      say(key, " is missing in the copy");
    } else if (found->second != digest) {
      say(key, " is another one in the copy");
    }
  }
  for (const auto& [key, digest] : here) {
    if (!there.contains(key)) say(key, " is in the copy only");
  }
  return lines;
}

}  // namespace tillbridge::journal::copy
