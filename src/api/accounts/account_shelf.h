#pragma once
// Where accounts are kept: documents by key, changed together or not at all. Behind an interface,
// so that Accounts can be tested without a journal. Core thread.

#include <string>
#include <vector>

#include "base/async.h"
#include "journal/journal.h"

namespace tillbridge::api {

struct ShelfEntry {
  std::string key;    // "user/anna"
  std::string value;  // JSON; empty: is forgotten
};

class AccountShelf {
 public:
  virtual ~AccountShelf() = default;
  // Every entry whose key begins with this, in key order.
  virtual Task<Result<std::vector<ShelfEntry>>> under(std::string prefix) = 0;
  // Durable when it returns; after an error nothing of it happened.
  virtual Task<Result<void>> put(std::vector<ShelfEntry> entries) = 0;
};

// The journal's facts of workspace "" and connection "console".
class JournalShelf final : public AccountShelf {
 public:
  JournalShelf(journal::Journal& journal, const Clock& clock) : journal_(journal), clock_(clock) {}
  Task<Result<std::vector<ShelfEntry>>> under(std::string prefix) override;
  Task<Result<void>> put(std::vector<ShelfEntry> entries) override;

 private:
  journal::Journal& journal_;
  const Clock& clock_;
};

}  // namespace tillbridge::api
