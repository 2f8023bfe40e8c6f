#pragma once
// What one apply() gathers while it goes. Internal to journal/postgres.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "journal/postgres/open_lists.h"
#include "journal/postgres/postgres_writer.h"

namespace tillbridge::journal::postgres {

// What a commit is about, for the nodes that listen (changes.h); stored, never renumber.
constexpr std::uint8_t change_arrivals = 1;
constexpr std::uint8_t change_deliveries = 2;
constexpr std::uint8_t change_pauses = 4;
constexpr std::uint8_t change_settings = 8;

constexpr std::size_t parts_max = 64;  // parts_done is a bit per part

inline std::string text_of(std::uint64_t id) {
  return std::to_string(id);
}

inline void check_parts(const std::vector<std::string>& parts, const std::string& of) {
  if (!parts.empty() && parts.size() <= parts_max) return;
  corrupt(of + " has " + text_of(parts.size()) + " parts, 1 to 64 are allowed");
}

struct PostgresWriter::Batch {
  std::vector<Receipt> receipts;
  CounterChanges counters;
  TallyChanges tallies;
  OpenLists open;
  std::vector<std::string> new_workspaces;
  bool guesses = true;               // what is new (newness.h)
  std::uint64_t highest_record = 0;  // put so far
  bool has_duplicates = false;       // among the arrivals of any wave so far
  // Unfinished now, and not before.
  std::vector<std::uint64_t> arrivals;
  std::vector<std::uint64_t> deliveries;
  std::uint8_t kinds = 0;  // of change
  // Of the wave that is being sent, told by the answers.
  std::unordered_set<std::uint64_t> duplicates;  // arrivals
  std::vector<const PutRecord*> replaced;
  std::unordered_map<std::uint64_t, std::string_view> new_records;  // id -> key
  std::vector<const AddDelivery*> not_stored;  // their effects exist, their bodies must go
  // Records that were not there although their ids are old: do they belong to another workspace?
  std::vector<std::pair<std::uint64_t, std::string_view>> doubtful;
};

}  // namespace tillbridge::journal::postgres
