#pragma once
// What the journal keeps of a bulk action, as facts of the connection "console": "bulk/<id>" its
// state, "bulk/<id>/ids/<n>" the records it is about, "bulk/<id>/items/<n>" what became of them.
// Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "journal/step.h"

namespace tillbridge::app {

constexpr const char* console_shelf = "console";
constexpr std::size_t bulk_ids_per_fact = 2'000;
constexpr std::size_t bulk_items_per_fact = 100;

enum class BulkPhase { running, cancelled, done, failed };
std::string_view name(BulkPhase phase);

struct BulkState {
  std::uint64_t id = 0;
  std::string name, act, by, note;
  json::Object filter;     // as it was asked, for people
  CaseGroupId of_case;     // narrows what is resolved to this case ...
  std::string connection;  // ... and what is skipped or resolved to this connection's deliveries
  std::optional<journal::DeliveryState> delivery_state;  // ... in this state
  BulkPhase phase = BulkPhase::running;
  std::string reason;                 // why it failed
  std::string cancelled_by;           // asked to stop: no further item begins
  std::uint64_t total = 0, next = 0;  // items; those before `next` have a result
  std::uint64_t done = 0, nothing_to_do = 0, failed = 0;
  Instant began_at;
  std::optional<Instant> ended_at;
};

std::string to_text(const BulkState& state);
std::optional<BulkState> read_bulk_state(const std::string& text);
// As docs/console.md has it. What had nothing to do counts as done.
json::Object bulk_view(const BulkState& state);

enum class BulkResult { done, failed, nothing_to_do };
struct BulkItem {
  RecordId record;
  std::string record_key;
  BulkResult result = BulkResult::done;
  std::string text;
};
json::Object bulk_item_view(const BulkItem& item);
std::string items_text(const std::vector<BulkItem>& items);
std::vector<BulkItem> read_items(const std::string& text);

std::string ids_text(const std::vector<RecordId>& ids, std::size_t chunk);
std::vector<RecordId> read_ids(const std::string& text);

constexpr const char* bulk_prefix = "bulk/";
std::string bulk_key(std::uint64_t id);
std::string bulk_ids_key(std::uint64_t id, std::size_t chunk);
std::string bulk_items_key(std::uint64_t id, std::size_t chunk);
// A prefix's last possible key: what comes after it is no longer below the action.
std::string after_bulk(const std::string& key);

// 0: it is no id.
std::uint64_t id_of_text(std::string_view text);

}  // namespace tillbridge::app
