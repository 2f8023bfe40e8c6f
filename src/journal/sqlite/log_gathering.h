#pragma once
// A SQLite VFS over another one that writes the log (WAL) in pieces of many frames. SQLite writes
// each frame in two calls, header and page; a commit of some events is a hundred of them, one
// behind the other, and all are followed by one sync. What is gathered is written when the log is
// synced, or read, or when something is written elsewhere in it. So it is for a connection whose
// commits are synced (synchronous = FULL): readers learn of a commit's frames after its sync.
// Other files go to the VFS below untouched. Internal to journal/sqlite; a file is used by one
// thread at a time.

#include <memory>
#include <string>

namespace tillbridge::journal::sqlite {

class LogGathering {
 public:
  // below: a registered VFS, "" for the default one. Throws Failure when there is none. Outlives
  // the connections that are opened with it.
  explicit LogGathering(const std::string& below);
  ~LogGathering();
  LogGathering(const LogGathering&) = delete;
  LogGathering& operator=(const LogGathering&) = delete;

  const std::string& vfs_name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::journal::sqlite
