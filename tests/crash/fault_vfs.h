#pragma once
// A disk for SQLite that lives in memory, writes down every operation, and can cut the power at any
// of them. One disk is one SQLite VFS; its name goes into SqliteSettings::vfs. Locks and shared
// memory work between the connections of this process. Any thread.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace tillbridge::journal {

using Image = std::map<std::string, std::string>;  // file name -> content

struct DiskOperation {
  enum class Kind { write, truncate, remove, sync, mark };
  Kind kind = Kind::mark;
  std::string file;
  std::uint64_t offset = 0;  // write: where; truncate: the new size; mark: its number
  std::string bytes = {};
};

// What a cut leaves of the writes that no sync covers.
enum class Unsynced {
  nothing,  // all lost
  all,      // all kept, though nobody asked
  some,     // any subset, 512-byte sector by sector: a disk may write in any order
  prefix,   // in order, the last one torn
};

class FaultDisk {
 public:
  explicit FaultDisk(Image image = {});
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  const std::string& vfs_name() const { return name_; }

  // Notes in the log that the caller got its answer number n.
  void mark(std::uint64_t n);
  std::vector<DiskOperation> log() const;
  std::uint64_t syncs() const;

  void lie_about_sync(bool lie);  // xSync says yes and does nothing
  void fail_sync(bool fail);      // xSync says EIO
  // Each write that this answers true for fails as on a full disk; empty: there is space.
  void fail_writes(std::function<bool()> no_space);

  struct State;

 private:
  std::string name_;
  std::unique_ptr<State> state_;
};

// The disk after the power went away just before operation `cut` of this log.
Image cut_power(const std::vector<DiskOperation>& log, std::size_t cut, Unsynced unsynced,
                std::mt19937_64& random);

}  // namespace tillbridge::journal
