#include "fault_vfs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include <sqlite3.h>

namespace tillbridge::journal {
namespace {

constexpr std::size_t sector = 512;

// A file of the disk: its content as the process sees it, and what SQLite's connections share about
// it.
struct Node {
  std::string content;
  int shared = 0;  // locks on the database file
  int reserved = 0;
  int pending = 0;
  int exclusive = 0;
  std::vector<std::unique_ptr<std::string>> shm;  // regions of the log's index
  std::array<int, SQLITE_SHM_NLOCK> shm_shared{};
  std::array<bool, SQLITE_SHM_NLOCK> shm_exclusive{};
  int shm_users = 0;
};

}  // namespace

struct FaultDisk::State {
  sqlite3_vfs vfs{};
  mutable std::mutex mutex;  // guards all below
  std::map<std::string, std::shared_ptr<Node>> files;
  std::vector<DiskOperation> log;
  std::uint64_t syncs = 0;
  bool lie = false;
  bool fail_sync = false;
  std::function<bool()> no_space;
};

namespace {

// SQLite allocates szOsFile bytes and hands them over raw; base must be first.
struct OpenFile {
  sqlite3_file base;
  FaultDisk::State* disk;
  std::shared_ptr<Node>* node;
  std::string* name;
  int flags;
  int level;  // SQLITE_LOCK_*
  std::array<bool, SQLITE_SHM_NLOCK> shm_shared;
  std::array<bool, SQLITE_SHM_NLOCK> shm_exclusive;
  bool shm_used;
};

OpenFile& of(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(
      file);  // SAFETY: base is the first member, SQLite gave the space
}

bool is_durable_kind(const OpenFile& f) {
  return (f.flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
}

void note(OpenFile& f, DiskOperation::Kind kind, std::uint64_t offset, std::string bytes = {}) {
  if (is_durable_kind(f)) f.disk->log.push_back({kind, *f.name, offset, std::move(bytes)});
}

int unlock_to(OpenFile& f, int level) {
  auto& n = **f.node;
  if (f.level >= SQLITE_LOCK_EXCLUSIVE && level < SQLITE_LOCK_EXCLUSIVE) --n.exclusive;
  if (f.level >= SQLITE_LOCK_PENDING && level < SQLITE_LOCK_PENDING) --n.pending;
  if (f.level >= SQLITE_LOCK_RESERVED && level < SQLITE_LOCK_RESERVED) --n.reserved;
  if (f.level >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED) --n.shared;
  f.level = level;
  return SQLITE_OK;
}

int shm_unmap(sqlite3_file* file, int) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  auto& n = **f.node;
  for (std::size_t at = 0; at < f.shm_shared.size(); ++at) {
    if (f.shm_shared[at]) --n.shm_shared[at];
    if (f.shm_exclusive[at]) n.shm_exclusive[at] = false;
    f.shm_shared[at] = f.shm_exclusive[at] = false;
  }
  if (f.shm_used && --n.shm_users == 0) n.shm.clear();
  f.shm_used = false;
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  auto& f = of(file);
  shm_unmap(file, 0);
  const std::lock_guard lock(f.disk->mutex);
  unlock_to(f, SQLITE_LOCK_NONE);
  if ((f.flags & SQLITE_OPEN_DELETEONCLOSE) != 0) f.disk->files.erase(*f.name);
  delete f.node;
  delete f.name;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  const auto& content = (*f.node)->content;
  const auto from = static_cast<std::size_t>(offset);
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t got = from < content.size() ? std::min(wanted, content.size() - from) : 0;
  if (got > 0) std::memcpy(to, content.data() + from, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  if (is_durable_kind(f) && f.disk->no_space && f.disk->no_space()) return SQLITE_FULL;
  auto& content = (*f.node)->content;
  const auto at = static_cast<std::size_t>(offset);
  const std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
  content.replace(at, bytes.size(), bytes);
  note(f, DiskOperation::Kind::write, at, bytes);
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  (*f.node)->content.resize(static_cast<std::size_t>(size));
  note(f, DiskOperation::Kind::truncate, static_cast<std::uint64_t>(size));
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  if (f.disk->fail_sync) return SQLITE_IOERR_FSYNC;
  ++f.disk->syncs;
  if (!f.disk->lie) note(f, DiskOperation::Kind::sync, 0);
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  *size = static_cast<sqlite3_int64>((*f.node)->content.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  auto& n = **f.node;
  if (f.level >= level) return SQLITE_OK;
  const auto mine = [&f](int at) { return f.level >= at ? 1 : 0; };
  if (level == SQLITE_LOCK_SHARED) {
    if (n.pending + n.exclusive > 0) return SQLITE_BUSY;
    ++n.shared;
    f.level = level;
    return SQLITE_OK;
  }
  if (n.reserved > mine(SQLITE_LOCK_RESERVED)) return SQLITE_BUSY;
  if (f.level < SQLITE_LOCK_RESERVED) ++n.reserved;
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (f.level < SQLITE_LOCK_PENDING) ++n.pending;
    if (n.shared > 1) {
      f.level = SQLITE_LOCK_PENDING;
      return SQLITE_BUSY;
    }
    ++n.exclusive;
  }
  f.level = level;
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* file, int level) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  return unlock_to(f, level);
}

int check_reserved(sqlite3_file* file, int* held) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  *held = (*f.node)->reserved > 0 ? 1 : 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return 4096;
}

int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;  // what SQLite assumes of a real disk by default
}

int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  auto& n = **f.node;
  if (!f.shm_used) {
    f.shm_used = true;
    ++n.shm_users;
  }
  *memory = nullptr;
  const auto wanted = static_cast<std::size_t>(region);
  if (n.shm.size() <= wanted && extend == 0) return SQLITE_OK;
  while (n.shm.size() <= wanted) {
    n.shm.push_back(std::make_unique<std::string>(static_cast<std::size_t>(size), '\0'));
  }
  *memory = n.shm[wanted]->data();
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  auto& f = of(file);
  const std::lock_guard lock(f.disk->mutex);
  auto& n = **f.node;
  const auto first = static_cast<std::size_t>(offset);
  const auto last = first + static_cast<std::size_t>(count);
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    for (auto at = first; at < last; ++at) {
      if (f.shm_shared[at]) --n.shm_shared[at];
      if (f.shm_exclusive[at]) n.shm_exclusive[at] = false;
      f.shm_shared[at] = f.shm_exclusive[at] = false;
    }
    return SQLITE_OK;
  }
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  for (auto at = first; at < last; ++at) {
    if (n.shm_exclusive[at] && !f.shm_exclusive[at]) return SQLITE_BUSY;
    if (exclusive && n.shm_shared[at] > (f.shm_shared[at] ? 1 : 0)) return SQLITE_BUSY;
  }
  for (auto at = first; at < last; ++at) {
    if (exclusive) {
      n.shm_exclusive[at] = f.shm_exclusive[at] = true;
    } else if (!f.shm_shared[at]) {
      f.shm_shared[at] = true;
      ++n.shm_shared[at];
    }
  }
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

// Version 2: shared memory, no memory map.
const sqlite3_io_methods methods{
    2,         close_file,  read_file,      write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_reserved, file_control, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,      nullptr,      nullptr};

FaultDisk::State& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<FaultDisk::State*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
  auto& disk = disk_of(vfs);
  auto& f = of(file);
  f.base.pMethods = nullptr;
  static std::atomic<int> unnamed{0};
  const std::string name = path ? path : "temporary-" + std::to_string(++unnamed);
  const std::lock_guard lock(disk.mutex);
  auto found = disk.files.find(name);
  if (found == disk.files.end()) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    found = disk.files.emplace(name, std::make_shared<Node>()).first;
  }
  f.disk = &disk;
  f.node =
      new std::shared_ptr<Node>(found->second);  // close_file deletes: SQLite owns the raw bytes
  f.name = new std::string(name);
  f.flags = flags;
  f.level = SQLITE_LOCK_NONE;
  f.shm_shared = {};
  f.shm_exclusive = {};
  f.shm_used = false;
  f.base.pMethods = &methods;
  if (out) *out = flags;
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* path, int) {
  auto& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex);
  if (disk.files.erase(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
  disk.log.push_back({DiskOperation::Kind::remove, path, 0});
  return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* path, int, int* answer) {
  auto& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex);
  *answer = disk.files.contains(path) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

}  // namespace

FaultDisk::FaultDisk(Image image) : state_(std::make_unique<State>()) {
  static std::atomic<int> number{0};
  name_ = "fault-disk-" + std::to_string(++number);
  for (auto& [file, content] : image) {
    auto node = std::make_shared<Node>();
    node->content = std::move(content);
    state_->files.emplace(file, std::move(node));
  }
  auto* real = sqlite3_vfs_find(nullptr);
  auto& vfs = state_->vfs;
  vfs = *real;  // randomness, sleep and clock stay the real ones
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.pNext = nullptr;
  vfs.zName = name_.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = remove_file;
  vfs.xAccess = access;
  vfs.xFullPathname = full_path;
  sqlite3_vfs_register(&vfs, 0);
}

FaultDisk::~FaultDisk() {
  sqlite3_vfs_unregister(&state_->vfs);
}

void FaultDisk::mark(std::uint64_t n) {
  const std::lock_guard lock(state_->mutex);
  state_->log.push_back({DiskOperation::Kind::mark, "", n});
}

std::vector<DiskOperation> FaultDisk::log() const {
  const std::lock_guard lock(state_->mutex);
  return state_->log;
}

std::uint64_t FaultDisk::syncs() const {
  const std::lock_guard lock(state_->mutex);
  return state_->syncs;
}

void FaultDisk::lie_about_sync(bool lie) {
  const std::lock_guard lock(state_->mutex);
  state_->lie = lie;
}

void FaultDisk::fail_sync(bool fail) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_sync = fail;
}

void FaultDisk::fail_writes(std::function<bool()> no_space) {
  const std::lock_guard lock(state_->mutex);
  state_->no_space = std::move(no_space);
}

namespace {

void perform(Image& image, const DiskOperation& operation) {
  auto& content = image[operation.file];
  if (operation.kind == DiskOperation::Kind::write) {
    const auto end = operation.offset + operation.bytes.size();
    if (content.size() < end) content.resize(end);
    content.replace(operation.offset, operation.bytes.size(), operation.bytes);
  } else if (operation.kind == DiskOperation::Kind::truncate) {
    content.resize(operation.offset);
  }
}

// The sectors of one write that chance keeps.
void perform_torn(Image& image, const DiskOperation& operation, std::mt19937_64& random) {
  for (std::size_t at = 0; at < operation.bytes.size();) {
    const auto offset = operation.offset + at;
    const std::size_t size = std::min(operation.bytes.size() - at, sector - offset % sector);
    if (random() % 2 == 0) {
      perform(image, {DiskOperation::Kind::write, operation.file, offset,
                      operation.bytes.substr(at, size)});
    }
    at += size;
  }
}

}  // namespace

Image cut_power(const std::vector<DiskOperation>& log, std::size_t cut, Unsynced unsynced,
                std::mt19937_64& random) {
  Image image;
  std::vector<DiskOperation> waiting;  // not covered by a sync of their file, in order
  for (std::size_t at = 0; at < cut; ++at) {
    const auto& operation = log[at];
    if (operation.kind == DiskOperation::Kind::sync) {
      std::erase_if(waiting, [&](const DiskOperation& w) {
        if (w.file != operation.file) return false;
        perform(image, w);
        return true;
      });
      image.try_emplace(operation.file);
    } else if (operation.kind == DiskOperation::Kind::remove) {
      std::erase_if(waiting, [&](const DiskOperation& w) { return w.file == operation.file; });
      image.erase(operation.file);
    } else if (operation.kind != DiskOperation::Kind::mark) {
      waiting.push_back(operation);
    }
  }
  const std::size_t kept = unsynced == Unsynced::prefix ? random() % (waiting.size() + 1) : 0;
  for (std::size_t at = 0; at < waiting.size(); ++at) {
    switch (unsynced) {
      case Unsynced::nothing:
        break;
      case Unsynced::all:
        perform(image, waiting[at]);
        break;
      case Unsynced::some:
        if (waiting[at].kind == DiskOperation::Kind::write) {
          perform_torn(image, waiting[at], random);
        } else if (random() % 2 == 0) {
          perform(image, waiting[at]);
        }
        break;
      case Unsynced::prefix:
        if (at < kept) perform(image, waiting[at]);
        if (at == kept && waiting[at].kind == DiskOperation::Kind::write) {
          perform_torn(image, waiting[at], random);
        }
        break;
    }
  }
  return image;
}

}  // namespace tillbridge::journal
