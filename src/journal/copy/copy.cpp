#include "journal/copy/copy.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>

#include "journal/copy/checksum.h"
#include "journal/copy/differences.h"

namespace tillbridge::journal::copy {
namespace {

constexpr std::uint64_t told_every = 512;  // rows

class Counting {
 public:
  Counting(const OnProgress& on_progress, Progress::Phase phase, std::uint64_t rows_all)
      : on_progress_(on_progress) {
    progress_.phase = phase;
    progress_.rows_all = rows_all;
  }
  void begin(std::string_view table) {
    progress_.table = table;
    tell();
  }
  void row() {
    if (++progress_.rows_done % told_every == 0) tell();
  }

 private:
  void tell() {
    if (on_progress_) on_progress_(progress_);
  }
  const OnProgress& on_progress_;
  Progress progress_;
};

// The source's rows as the target can hold them.
class Storable {
 public:
  explicit Storable(const Target& target) : target_(target) {}

  Result<void> read(Source& source, const Table& table, const OnRow& on_row) {
    return source.read(table, [&](Row row) -> Result<void> {
      held_.clear();
      for (std::size_t at = 0; at < row.size(); ++at) {
        auto& value = row[at];
        const bool is_text = table.columns[at].kind == Kind::text;
        if (!is_text || value.type == Value::Type::null || target_.is_storable(value.bytes)) {
          continue;
        }
        value.bytes = held_.emplace_back(target_.storable(value.bytes));
        ++replaced_;
      }
      return on_row(row);
    });
  }
  std::uint64_t replaced() const { return replaced_; }

 private:
  const Target& target_;
  std::deque<std::string> held_;  // of this row
  std::uint64_t replaced_ = 0;
};

using Counts = std::map<std::string_view, std::uint64_t>;

Result<Counts> count(Source& source) {
  Counts counts;
  for (const auto& table : tables()) {
    TB_TRY(counts[table.name], source.count(table));
  }
  return counts;
}

std::uint64_t total(const Counts& counts) {
  std::uint64_t rows = 0;
  for (const auto& [table, count] : counts) rows += count;
  return rows;
}

Result<void> copy_rows(Source& source, Target& target, Counting& counting) {
  Storable storable(target);
  for (const auto& table : tables()) {
    counting.begin(table.name);
    TB_CHECK(target.begin_table(table));
    TB_CHECK(storable.read(source, table, [&](Row row) -> Result<void> {
      counting.row();
      return target.add(row);
    }));
    TB_CHECK(target.end_table());
  }
  return {};
}

class Proving {
 public:
  Proving(Source& source, Target& target, Counting& counting)
      : source_(source), target_(target), counting_(counting), storable_(target) {}

  Result<TableProof> prove(const Table& table) {
    counting_.begin(table.name);
    const ReadSide there = [&](const OnRow& on_row) {
      return storable_.read(source_, table, on_row);
    };
    const ReadSide here = [&](const OnRow& on_row) { return target_.read(table, on_row); };
    TB_TRY(const auto source_sum, sum(table, there, of_source_));
    replaced_ = storable_.replaced();
    TB_TRY(const auto target_sum, sum(table, here, of_target_));
    TableProof proof;
    proof.table = table.name;
    proof.source_rows = source_sum.rows();
    proof.target_rows = target_sum.rows();
    proof.source_sum = source_sum.text();
    proof.target_sum = target_sum.text();
    proof.same = source_sum == target_sum;
    if (!proof.same) {
      TB_TRY(proof.differences, differences(table, source_sum, target_sum, there, here));
    }
    return proof;
  }
  std::uint64_t texts_replaced() const { return replaced_; }
  std::uint64_t bodies_unreadable() const { return of_source_.unreadable(); }

 private:
  Result<Sum> sum(const Table& table, const ReadSide& read, Canonical& canonical) {
    Sum sum;
    TB_CHECK(read([&](Row row) -> Result<void> {
      counting_.row();
      sum.add(canonical.digest(table, row), part_of(table, row));
      return {};
    }));
    return sum;
  }

  Source& source_;
  Target& target_;
  Counting& counting_;
  Storable storable_;
  std::uint64_t replaced_ = 0;
  Canonical of_source_;
  Canonical of_target_;
};

Result<Proof> prove_rows(Source& source, Target& target, Counting& counting) {
  TB_CHECK(target.begin_reading());
  Proving proving(source, target, counting);
  Proof proof;
  for (const auto& table : tables()) {
    TB_TRY(auto of_table, proving.prove(table));
    proof.tables.push_back(std::move(of_table));
  }
  proof.texts_replaced = proving.texts_replaced();
  proof.bodies_unreadable = proving.bodies_unreadable();
  TB_CHECK(target.end_reading());
  return proof;
}

}  // namespace

bool Proof::same() const {
  return std::all_of(tables.begin(), tables.end(), [](const TableProof& t) { return t.same; });
}

Result<Proof> prove(Source& source, Target& target, const OnProgress& on_progress) {
  TB_TRY(const auto counts, count(source));
  Counting counting(on_progress, Progress::Phase::proving, 2 * total(counts));
  return prove_rows(source, target, counting);
}

Result<Proof> copy_journal(Source& source, Target& target, bool start_over,
                           const OnProgress& on_progress) {
  TB_CHECK(target.begin(source.name(), start_over));
  TB_TRY(const auto counts, count(source));
  {
    Counting counting(on_progress, Progress::Phase::copying, total(counts));
    TB_CHECK(copy_rows(source, target, counting));
  }
  Counting(on_progress, Progress::Phase::settling, total(counts)).begin("");
  TB_CHECK(target.settle());
  Counting counting(on_progress, Progress::Phase::proving, 2 * total(counts));
  TB_TRY(auto proof, prove_rows(source, target, counting));
  if (proof.same()) TB_CHECK(target.finish());
  return proof;
}

}  // namespace tillbridge::journal::copy
