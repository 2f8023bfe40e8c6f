#include "journal/sqlite/search_index.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "journal/search_keys.h"

namespace tillbridge::journal::sqlite {
namespace {

// LIMIT: of one transaction, so that the next commit does not wait long behind it.
constexpr std::uint64_t records_per_transaction = 1'000;

// A key's byte takes about six in the index, which has 4,050 to a page, and is rewritten once per
// sixteenfold growth: five times in a hundred million records. So merging keeps up, in steps that
// are in proportion to what was added.
constexpr std::uint64_t key_bytes_per_merged_page = 140;
constexpr std::uint64_t merged_pages_min = 16;
constexpr std::uint64_t erasure_pages = 256;  // a megabyte: a few milliseconds

}  // namespace

SearchIndex::SearchIndex(Connection& connection, std::uint64_t batch)
    : connection_(connection), batch_(std::max<std::uint64_t>(1, batch)) {
  auto rows = count_pending_.rows();
  if (rows.next()) rows.read(changes_);
}

void SearchIndex::add(RecordId record, const std::string& workspace, const std::string& keys) {
  if (keys.empty()) return;
  note_pending_.run(record);
  for (const auto& text : short_texts(keys)) add_search_short_.run(text, record, workspace);
  ++changes_;
}

void SearchIndex::remove(RecordId record, const std::string& keys) {
  if (keys.empty()) return;
  for (const auto& text : short_texts(keys)) remove_search_short_.run(text, record);
  forget_pending_.run(record);
  if (connection_.changes() > 0) return;  // the index has never had it
  remove_search_.run(record, keys);
  ++changes_;
  bytes_ += keys.size();
}

// A removal leaves the old part as it is, until that is merged: sixteen of its size may be years
// away. A negative number puts all parts into one merge.
void SearchIndex::erase(RecordId record, const std::string& keys) {
  const std::uint64_t before = changes_;
  remove(record, keys);
  if (changes_ == before) return;
  merge_search_.run(-static_cast<std::int64_t>(merged_pages_min));
  erasing_ = true;
}

void SearchIndex::catch_up() {
  const bool erases = std::exchange(erasing_, false);
  changes_ = 0;
  const bool is_full = take_up_batch();
  if (is_full) changes_ = batch_;
  erasing_ = erases && merge_for_erasure();
}

// False: nothing was left to do (SQLite's documentation of FTS5's merge: fewer than two changes).
bool SearchIndex::merge_for_erasure() {
  Transaction transaction(connection_, Transaction::Kind::write);
  const int before = sqlite3_total_changes(connection_.handle());
  merge_search_.run(erasure_pages);
  const bool merged = sqlite3_total_changes(connection_.handle()) - before >= 2;
  transaction.commit();
  return merged;
}

bool SearchIndex::take_up_batch() {
  std::vector<std::pair<RecordId, std::string>> batch;
  {
    auto rows = pending_.rows(records_per_transaction);
    while (rows.next()) {
      auto& [record, keys] = batch.emplace_back();
      rows.read(record, keys);
    }
  }
  Transaction transaction(connection_, Transaction::Kind::write);
  // By rising ids, as they come: the index closes a part where an id is not above the one before.
  for (const auto& [record, keys] : batch) {
    add_search_.run(record, keys);
    bytes_ += keys.size();
  }
  if (!batch.empty()) forget_pending_until_.run(batch.back().first);
  merge_search_.run(merged_pages_min + bytes_ / key_bytes_per_merged_page);
  transaction.commit();
  bytes_ = 0;
  return batch.size() == records_per_transaction;
}

}  // namespace tillbridge::journal::sqlite
