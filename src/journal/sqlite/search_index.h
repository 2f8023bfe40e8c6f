#pragma once
// The writer's side of searching: which texts a record is found by (format.md "search"). A record
// that comes or changes is noted as pending in its own step, and readers compare its keys one by
// one; the full-text index takes many of them at once, in a transaction of its own that nobody
// waits for. Each part the index is given has to be merged several times as it grows: parts of
// hundreds of records instead of a commit's twenty halve the work of the whole writer. Internal to
// journal/sqlite; on the writer's connection and thread.

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "journal/sqlite/connection.h"
#include "journal/sqlite/sql.gen.h"

namespace tillbridge::journal::sqlite {

class SearchIndex {
 public:
  // batch: so many changes are worth a transaction.
  SearchIndex(Connection& connection, std::uint64_t batch);

  // Within the writer's transaction. The keys to remove are those that the record has had so far.
  void add(RecordId record, const std::string& workspace, const std::string& keys);
  void remove(RecordId record, const std::string& keys);
  // The same of a person who asked to be forgotten: the index is written anew without what spells
  // them, in steps, with the next catch_up()s; a merge that was begun goes on after a restart.
  void erase(RecordId record, const std::string& keys);

  // Whether enough has changed for catch_up().
  bool is_behind() const { return changes_ >= batch_ || erasing_; }
  // Takes up what is pending, and merges about as much as has been added, in a transaction of its
  // own: up to a batch, so that commits do not wait long; is_behind() says whether there is more.
  // One that fails is tried again after as many changes.
  void catch_up();

 private:
  bool take_up_batch();
  bool merge_for_erasure();

  Connection& connection_;
  const std::uint64_t batch_;
  // Since the last catch_up(). Those of steps that failed count, too: then it has less to do.
  std::uint64_t changes_ = 0;
  std::uint64_t bytes_ = 0;  // of keys
  bool erasing_ = false;     // parts that spell an erased person are not all merged yet
  Statement note_pending_{connection_, sql::note_pending};
  Statement forget_pending_{connection_, sql::forget_pending};
  Statement count_pending_{connection_, sql::count_pending};
  Statement pending_{connection_, sql::pending};
  Statement forget_pending_until_{connection_, sql::forget_pending_until};
  Statement add_search_{connection_, sql::add_search};
  Statement remove_search_{connection_, sql::remove_search};
  Statement merge_search_{connection_, sql::merge_search};
  Statement add_search_short_{connection_, sql::add_search_short};
  Statement remove_search_short_{connection_, sql::remove_search_short};
};

}  // namespace tillbridge::journal::sqlite
