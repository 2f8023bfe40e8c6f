#include "journal/sqlite/log_gathering.h"

#include <atomic>
#include <cstring>
#include <new>

#include <sqlite3.h>

#include "journal/sqlite/connection.h"

namespace tillbridge::journal::sqlite {
namespace {

// LIMIT: then it is written before the sync. The largest page SQLite knows, so no VFS is asked for
// more than SQLite itself asks it for (its own one takes sizes modulo 128 KB).
constexpr std::size_t gathered_max = 64U << 10;

// SQLite allocates szOsFile bytes and hands them over raw: ours, and behind it that of the VFS
// below.
struct LogFile {
  sqlite3_file base;  // first: SQLite knows the file by it
  std::string* gathered;
  sqlite3_int64 begins;  // where in the file
  bool gathers;
};

LogFile& of(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);  // SAFETY: base is the first member
}

sqlite3_file* below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(&of(file) + 1);  // SAFETY: szOsFile has room for both
}

// What could not be written is dropped: the transaction that it belongs to fails by this answer.
int write_gathered(sqlite3_file* file) {
  LogFile& log = of(file);
  if (log.gathered->empty()) return SQLITE_OK;
  const int code = below(file)->pMethods->xWrite(
      below(file), log.gathered->data(), static_cast<int>(log.gathered->size()), log.begins);
  log.gathered->clear();
  return code;
}

// Writes what is gathered, then does `then` on the file below. When it cannot be written, SQLite
// has to give up the whole transaction, which it does for this code wherever it gets it.
template <typename Then>
int after_writing(sqlite3_file* file, const Then& then) {
  const int code = write_gathered(file);
  return code == SQLITE_OK ? then(below(file)) : SQLITE_IOERR_WRITE;
}

int log_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  LogFile& log = of(file);
  if (!log.gathers) return below(file)->pMethods->xWrite(below(file), data, size, offset);
  const auto end = log.begins + static_cast<sqlite3_int64>(log.gathered->size());
  if (offset != end || log.gathered->size() + static_cast<std::size_t>(size) > gathered_max) {
    const int code = write_gathered(file);
    if (code != SQLITE_OK) return code;
    log.begins = offset;
  }
  try {
    log.gathered->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

int log_read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  return after_writing(
      file, [&](sqlite3_file* real) { return real->pMethods->xRead(real, to, size, offset); });
}

int log_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return after_writing(file,
                       [&](sqlite3_file* real) { return real->pMethods->xTruncate(real, size); });
}

int log_sync(sqlite3_file* file, int flags) {
  const int code = write_gathered(file);
  return code == SQLITE_OK ? below(file)->pMethods->xSync(below(file), flags) : code;
}

int log_size(sqlite3_file* file, sqlite3_int64* size) {
  return after_writing(file,
                       [&](sqlite3_file* real) { return real->pMethods->xFileSize(real, size); });
}

int log_control(sqlite3_file* file, int what, void* with) {
  return after_writing(
      file, [&](sqlite3_file* real) { return real->pMethods->xFileControl(real, what, with); });
}

int log_close(sqlite3_file* file) {
  const int written = write_gathered(file);
  const int closed = below(file)->pMethods->xClose(below(file));
  delete of(file).gathered;
  return written == SQLITE_OK ? closed : written;
}

const sqlite3_io_methods log_methods = [] {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;  // the log is neither shared memory nor mapped
  methods.xClose = log_close;
  methods.xRead = log_read;
  methods.xWrite = log_write;
  methods.xTruncate = log_truncate;
  methods.xSync = log_sync;
  methods.xFileSize = log_size;
  methods.xFileControl = log_control;
  methods.xLock = [](sqlite3_file* file, int level) {
    return below(file)->pMethods->xLock(below(file), level);
  };
  methods.xUnlock = [](sqlite3_file* file, int level) {
    return below(file)->pMethods->xUnlock(below(file), level);
  };
  methods.xCheckReservedLock = [](sqlite3_file* file, int* reserved) {
    return below(file)->pMethods->xCheckReservedLock(below(file), reserved);
  };
  methods.xSectorSize = [](sqlite3_file* file) {
    return below(file)->pMethods->xSectorSize(below(file));
  };
  methods.xDeviceCharacteristics = [](sqlite3_file* file) {
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
  };
  return methods;
}();

sqlite3_vfs& below(sqlite3_vfs* vfs) {
  return *static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs& real = below(vfs);
  if ((flags & SQLITE_OPEN_WAL) == 0) return real.xOpen(&real, name, file, flags, flags_out);
  LogFile& log = of(file);
  log.base.pMethods = nullptr;
  log.begins = 0;
  log.gathered = new (std::nothrow) std::string;
  if (!log.gathered) return SQLITE_NOMEM;
  const int code = real.xOpen(&real, name, below(file), flags, flags_out);
  if (code == SQLITE_OK) {
    // Else SQLite writes on after the sync, to the end of the sector.
    log.gathers = (below(file)->pMethods->xDeviceCharacteristics(below(file)) &
                   SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
    log.base.pMethods = &log_methods;
  } else {
    delete log.gathered;
  }
  return code;
}

}  // namespace

struct LogGathering::State {
  std::string name;
  sqlite3_vfs vfs{};
};

LogGathering::LogGathering(const std::string& below_name) : state_(std::make_unique<State>()) {
  sqlite3_vfs* real = sqlite3_vfs_find(below_name.empty() ? nullptr : below_name.c_str());
  if (!real) throw Failure(Error::Kind::unavailable, "SQLite has no VFS named " + below_name);
  static std::atomic<int> number = 0;
  state_->name = "log_gathering_" + std::to_string(++number);
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(LogFile)) + real->szOsFile;
  vfs.mxPathname = real->mxPathname;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = real;
  vfs.xOpen = open_file;
  vfs.xDelete = [](sqlite3_vfs* v, const char* name, int sync_folder) {
    return below(v).xDelete(&below(v), name, sync_folder);
  };
  vfs.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
    return below(v).xAccess(&below(v), name, flags, out);
  };
  vfs.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
    return below(v).xFullPathname(&below(v), name, size, out);
  };
  vfs.xRandomness = [](sqlite3_vfs* v, int size, char* out) {
    return below(v).xRandomness(&below(v), size, out);
  };
  vfs.xSleep = [](sqlite3_vfs* v, int us) { return below(v).xSleep(&below(v), us); };
  vfs.xCurrentTime = [](sqlite3_vfs* v, double* out) {
    return below(v).xCurrentTime(&below(v), out);
  };
  vfs.xGetLastError = [](sqlite3_vfs* v, int size, char* out) {
    return below(v).xGetLastError(&below(v), size, out);
  };
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs* v, sqlite3_int64* out) {
    return below(v).xCurrentTimeInt64(&below(v), out);
  };
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
    throw Failure(Error::Kind::unavailable, "SQLite does not take another VFS");
  }
}

LogGathering::~LogGathering() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& LogGathering::vfs_name() const {
  return state_->name;
}

}  // namespace tillbridge::journal::sqlite
