#pragma once
// Which rows differ, once sums say that some do: only the parts of the table whose sums differ are
// read again, and of those no more than a bounded number. Internal to journal/copy.

#include <functional>
#include <string>
#include <vector>

#include "journal/copy/checksum.h"
#include "journal/copy/ends.h"

namespace tillbridge::journal::copy {

// Reads one side's rows of a table, as they count in the proof.
using ReadSide = std::function<Result<void>(const OnRow&)>;

// One line per row, at most 10 of them.
Result<std::vector<std::string>> differences(const Table& table, const Sum& source_sum,
                                             const Sum& target_sum, const ReadSide& source,
                                             const ReadSide& target);

}  // namespace tillbridge::journal::copy
