#pragma once
// Levels that have to be read by SKU, by warehouse, and which movement they make good for: the
// feed's cursor does not pass a movement before its read is stored. Pure; one thread.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tillbridge::app {

class PendingReads {
 public:
  struct Read {
    std::string warehouse;
    std::vector<std::string> skus;
  };

  // movement: the transaction that cannot be taken in without the read; 0: none.
  void add(const std::string& warehouse, const std::string& sku, std::int64_t movement = 0);

  // The next reads, each of one warehouse; they stay noted until done() or failed().
  std::vector<Read> next(std::size_t reads_max, std::size_t skus_max);
  void done(const Read& read);
  void failed(const Read& read);  // to be asked again

  // The lowest movement that waits for a read; nullopt: none does.
  std::optional<std::int64_t> lowest() const;
  // Levels that next() can give now.
  std::size_t waiting() const { return waiting_; }
  bool empty() const { return waiting_ == 0 && under_way_.empty(); }

 private:
  using Key = std::pair<std::string, std::string>;  // warehouse, SKU
  void ended(const Read& read, bool again);
  void lower(std::int64_t& held, std::int64_t movement);
  void hold(std::int64_t movement);
  void release(std::int64_t movement);

  // Each with the lowest movement that waits for it, 0 none.
  std::map<std::string, std::map<std::string, std::int64_t>> queue_;  // by warehouse, then SKU
  std::map<Key, std::int64_t> under_way_;
  std::map<Key, std::int64_t> once_more_;  // asked for while it is read
  std::multiset<std::int64_t> held_;
  std::string last_warehouse_;  // so that each warehouse has its turn
  std::size_t waiting_ = 0;
};

}  // namespace tillbridge::app
