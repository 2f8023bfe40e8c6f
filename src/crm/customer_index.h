#pragma once
// The hub's own index of customers: what tills, sales and platforms have said about whom, kept as
// facts in the journal (index_entry.h). Answers when no platform can. Core thread.
//
// Whoever changes entries holds the workspace's turn of this name from reading them until they are
// stored; planning of orders does too, because both learn about the same people.

#include <optional>
#include <string>
#include <vector>

#include "base/turns.h"
#include "crm/index_entry.h"
#include "journal/journal.h"

namespace tillbridge::crm {

constexpr const char* learning_turn = "learning";

class CustomerIndex {
 public:
  CustomerIndex(const Clock& clock, journal::Journal& journal, std::string workspace);

  // Whoever has this key, newest last; a merged customer is followed. KeyType::profile is asked
  // with by_handle().
  Task<Result<std::vector<IndexEntry>>> find(Key key);
  Task<Result<std::optional<IndexEntry>>> get(std::string customer_id);
  Task<Result<std::optional<IndexEntry>>> by_handle(std::string connection, std::string handle);

  // The facts that make `after` out of `before` (nullopt: new), links included. To be stored while
  // the turn is held.
  Task<Result<std::vector<journal::PutFact>>> changes(std::optional<IndexEntry> before,
                                                      IndexEntry after);

 private:
  Task<Result<std::vector<IndexEntry>>> behind(std::string link);

  const Clock& clock_;
  journal::Journal& journal_;
  std::string workspace_;
};

// The same as changes(), with the links' present values at hand. Pure.
std::vector<journal::PutFact> facts_of_change(const std::string& workspace, Instant now,
                                              const std::optional<IndexEntry>& before,
                                              const IndexEntry& after,
                                              const std::map<std::string, std::string>& links);

}  // namespace tillbridge::crm
