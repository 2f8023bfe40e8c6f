#include "journal/sqlite/durability.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <unistd.h>

namespace tillbridge::journal::sqlite {
namespace {

constexpr std::size_t pid_width = 16;
constexpr unsigned cifs_magic =
    0xFF534D42U;  // fs/smb/client/cifsglob.h; not in linux/magic.h everywhere
constexpr unsigned smb2_magic = 0xFE534D42U;
constexpr unsigned fuse_magic = 0x65735546U;

std::string folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder.string();
}

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(Error::Kind::unavailable, what + ": " + std::strerror(errno));
}

}  // namespace

Result<std::shared_ptr<LockFile>> LockFile::take(const std::string& journal_file) {
  const std::string file = journal_file + ".lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error(file + " cannot be opened");
  std::shared_ptr<LockFile> lock(new LockFile(descriptor));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, pid_width> text{};
    const auto size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(pid.find_last_not_of(' ') + 1);
    return fail(Error::Kind::unavailable, journal_file + " is in use by another hub (process " +
                                              (pid.empty() ? "unknown" : pid) +
                                              "); stop it first, one journal has one writer");
  }
  // Always the same length: shortening the file first would make ext4 flush it at every start.
  std::string pid = std::to_string(::getpid());
  pid.resize(pid_width, ' ');
  if (::pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return system_error(file + " cannot be written");
  }
  return lock;
}

LockFile::~LockFile() {
  ::close(descriptor_);
}

Result<void> check_file_system(const std::string& journal_file) {
  struct statfs facts{};
  const std::string folder = folder_of(journal_file);
  if (::statfs(folder.c_str(), &facts) != 0) return system_error("folder " + folder);
  const char* name = nullptr;
  switch (static_cast<unsigned>(facts.f_type)) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
      name = "memory (tmpfs)";
      break;
    case NFS_SUPER_MAGIC:
      name = "NFS";
      break;
    case SMB_SUPER_MAGIC:
    case cifs_magic:
    case smb2_magic:
      name = "SMB/CIFS";
      break;
    case V9FS_MAGIC:
      name = "9P";
      break;
    case fuse_magic:
      name = "FUSE";
      break;
    default:
      return {};
  }
  return fail(Error::Kind::unavailable,
              "folder " + folder + " is on " + name +
                  ", where acknowledged data can be lost; put the journal on a local disk");
}

Result<void> create_private(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    if (errno == EEXIST) return {};
    return system_error(file + " cannot be created");
  }
  ::close(descriptor);
  return sync_folder_of(file);
}

Result<void> sync_folder_of(const std::string& file) {
  const std::string folder = folder_of(file);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_error("folder " + folder);
  const int code = ::fsync(descriptor);
  ::close(descriptor);
  if (code != 0) return system_error("folder " + folder + " cannot be synced");
  return {};
}

}  // namespace tillbridge::journal::sqlite
