#pragma once
// What must be true of a file before a journal may live in it: a file system that keeps what it
// synced, and no second hub. Internal to journal/sqlite.

#include <memory>
#include <string>

#include "base/result.h"

namespace tillbridge::journal::sqlite {

// Holds "<file>.lock" (flock) from taking it to its end. The lock goes with the process, however it
// ends.
class LockFile {
 public:
  static Result<std::shared_ptr<LockFile>> take(const std::string& journal_file);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// unavailable when the folder of this file is on memory (tmpfs), the network (NFS, SMB, 9P) or
// FUSE: there a sync promises nothing, or locks do not hold.
Result<void> check_file_system(const std::string& journal_file);

// Creates the file readable by its owner alone, if it is not there; SQLite gives its side files the
// same mode.
Result<void> create_private(const std::string& file);

// Makes a new or renamed entry of the file's folder durable.
Result<void> sync_folder_of(const std::string& file);

}  // namespace tillbridge::journal::sqlite
