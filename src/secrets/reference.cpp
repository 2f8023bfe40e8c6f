#include "secrets/reference.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillbridge::secrets {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string machine_says(int error) {
  return std::generic_category().message(error);
}

Result<std::string> read_all(const Descriptor& file, const std::string& path) {
  std::string text(secret_bytes_max + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return fail(Error::Kind::invalid_input,
                  fmt::format("the file {} cannot be read: {}", path, machine_says(errno)));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  text.resize(used);
  return text;
}

Result<Secret> checked(std::string text, const std::string& place) {
  if (text.empty()) return fail(Error::Kind::invalid_input, place + " is empty");
  if (text.size() > secret_bytes_max)
    return fail(Error::Kind::invalid_input, place + " is too large for a secret");
  if (text.find('\0') != std::string::npos)
    return fail(Error::Kind::invalid_input, place + " holds a NUL byte");
  return Secret{std::move(text)};
}

Result<Secret> from_file(const std::string& path) {
  // The checks are made on the opened file: what is read is what was looked at.
  const Descriptor file(path);
  if (file.get() < 0) {
    return fail(errno == ENOENT ? Error::Kind::not_found : Error::Kind::invalid_input,
                fmt::format("the file {} cannot be opened: {}", path, machine_says(errno)));
  }
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return fail(Error::Kind::invalid_input, fmt::format("{} is not a regular file", path));
  if ((facts.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return fail(Error::Kind::auth,
                fmt::format("the file {} is open to everybody on this machine (mode {:04o}); "
                            "run: chmod o-rwx {}",
                            path, facts.st_mode & 07777U, path));
  }
  TB_TRY(std::string text, read_all(file, path));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return checked(std::move(text), fmt::format("the file {}", path));
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Result<Secret> fetch(const Reference& reference, const Environment& environment) {
  if (reference.place == Reference::Place::file) return from_file(reference.where);
  auto value = environment(reference.where);
  if (!value) {
    return fail(Error::Kind::not_found,
                fmt::format("the environment variable {} is not set", reference.where));
  }
  return checked(std::move(*value), fmt::format("the environment variable {}", reference.where));
}

}  // namespace tillbridge::secrets
