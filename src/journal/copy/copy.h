#pragma once
// Moves a journal from the embedded store to an empty PostgreSQL and proves that all of it is
// there: row for row, then both sides are read again, table by table, and their counts and
// checksums (checksum.h) compared. Only what is proven may be served; whatever ends before that
// leaves a target that no store opens (Target::begin). Ids stay as they are.
//
// Texts with bytes that PostgreSQL cannot hold (a zero, what is not UTF-8) are stored as its writer
// stores them, with U+FFFD; the proof expects that and counts them. Bodies stay as they are.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/copy/ends.h"

namespace tillbridge::journal::copy {

struct Progress {
  enum class Phase : std::uint8_t { copying, settling, proving };
  Phase phase = Phase::copying;
  std::string_view table;
  // Of this phase; a proof reads every row on both sides.
  std::uint64_t rows_done = 0;
  std::uint64_t rows_all = 0;
};
using OnProgress = std::function<void(const Progress&)>;

struct TableProof {
  std::string_view table;
  std::uint64_t source_rows = 0, target_rows = 0;
  std::string source_sum, target_sum;
  bool same = false;
  std::vector<std::string> differences;  // of some of the rows that differ, for people
};

struct Proof {
  std::vector<TableProof> tables;
  std::uint64_t texts_replaced = 0;
  std::uint64_t bodies_unreadable = 0;  // on the source: they were damaged before
  bool same() const;
};

// Copies, proves, and lets the target be served when everything is the same.
Result<Proof> copy_journal(Source& source, Target& target, bool start_over,
                           const OnProgress& on_progress);

// Only compares; changes nothing.
Result<Proof> prove(Source& source, Target& target, const OnProgress& on_progress);

}  // namespace tillbridge::journal::copy
