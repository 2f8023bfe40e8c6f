#include "journal/sqlite/search_index.h"

#include <algorithm>
#include <utility>
#include <vector>

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

void SearchIndex::catch_up() {
  changes_ = 0;
  while (take_up_batch()) {
  }
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
