#pragma once
// Which records a bulk action is about, and what it will cost the platforms. Reads the journal page
// by page, so that no read holds a reader for long. Core thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/bulk_acts.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct BulkFound {
  std::vector<std::pair<RecordId, std::string>> records;  // with their keys, oldest first
  bool exact = true;  // false: there are more than was looked at
};

// invalid_input: more than one kind of filter, or a delivery state nobody can act on; not_found: no
// such case.
Task<Result<BulkFound>> find_records(journal::Journal& journal, api::BulkAsked asked,
                                     std::size_t records_max);

// Parked and blocked deliveries of these records per connection: what sending them again costs.
Task<Result<std::map<std::string, std::uint64_t>>> calls_of(journal::Journal& journal,
                                                            std::string workspace, BulkFound found);

}  // namespace tillbridge::app
