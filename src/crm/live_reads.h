#pragma once
// The tills' live reads at the platform that holds the customers: one read for all who ask for the
// same key at the same time. Who asks is answered by their own deadline; the read itself always has
// its full allowance, however late it was asked for: one that we cut short would count against the
// platform, as if it had failed. Core thread.

#include <map>
#include <memory>

#include "base/task_group.h"
#include "crm/profile_source.h"

namespace tillbridge::crm {

// What a read is given at least; more where the till waits longer.
constexpr Duration read_allowance = std::chrono::seconds{1};

class LiveReads {
 public:
  // source: nullptr when no platform holds the customers; then nobody is asked.
  LiveReads(Loop& loop, const Clock& clock, ProfileSource* source);
  // Before the first find(): the reads under way are this group's. A read outlives its deadline, so
  // that a platform that hangs is not asked the same again and again.
  void start(TaskGroup& tasks) { tasks_ = &tasks; }

  bool has_source() const { return source_ != nullptr; }
  std::string connection() const { return source_ == nullptr ? "" : source_->connection(); }
  bool searches_by(KeyType type) const { return source_ != nullptr && source_->searches_by(type); }
  // Answers by `until`; not in time: transient.
  Task<SourceAnswer> find(Key key, Tick until);

 private:
  struct Flight;
  Task<void> fly(Key key, std::shared_ptr<Flight> flight, Duration within);

  Loop& loop_;
  const Clock& clock_;
  ProfileSource* source_;
  TaskGroup* tasks_ = nullptr;
  std::map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace tillbridge::crm
