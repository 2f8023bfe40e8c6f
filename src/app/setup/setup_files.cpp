#include "app/setup/setup_files.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/entropy.h"

namespace tillbridge::app {
namespace {

constexpr mode_t owner_only = 0600;
constexpr mode_t group_may_read = 0640;

Secret new_password() {
  std::array<std::byte, 20> bytes{};
  fill_secure(bytes);
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return Secret(std::move(text));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0;
}

// Beside its place first, so that a file is whole or not there; never wider open than `mode`.
Result<void> write_file(const std::string& file, std::string_view text, mode_t mode) {
  const std::string fresh = file + ".new";
  ::unlink(fresh.c_str());
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool written = descriptor >= 0 && write_all(descriptor, text);
  int error = errno;
  if (descriptor >= 0 && ::close(descriptor) != 0) {
    written = false;
    error = errno;
  }
  if (written && ::rename(fresh.c_str(), file.c_str()) != 0) {
    written = false;
    error = errno;
  }
  if (written) return {};
  ::unlink(fresh.c_str());
  return fail(Error::Kind::unavailable, fmt::format("{} cannot be written: {}", file,
                                                    std::generic_category().message(error)));
}

}  // namespace

SetupAnswers completed(SetupAnswers answers) {
  for (const char* ours : {"events_password", "crm_password"}) {
    if (!answers.secrets.contains(ours)) answers.secrets.insert_or_assign(ours, new_password());
  }
  return answers;
}

bool setup_exists(const std::string& output) {
  std::error_code ignored;
  return std::filesystem::exists(output, ignored);
}

Result<void> write_setup(const SetupDocument& document, const std::string& output) {
  for (const SetupDocument::SecretFile& one : document.secrets)
    TB_CHECK(write_file(one.file, one.secret.reveal(), owner_only));
  return write_file(output, document.toml, group_may_read);
}

std::string farewell_of(const SetupAnswers& answers, const std::string& output) {
  const auto password = [&](const char* field) {
    const auto found = answers.secrets.find(field);
    return found == answers.secrets.end() ? std::string{} : std::string(found->second.reveal());
  };
  std::string text = fmt::format(
      "\n{} is written, its secrets beside it.\n\n"
      "Paste into Sitoo's back office, Event Subscriptions (Sitoo adds /events itself):\n"
      "  base_url  {}\n  user      {}\n  password  {}\n",
      output, events_base_url(answers), answers.text("events_user"), password("events_password"));
  if (answers.yes("crm")) {
    text += fmt::format(
        "\nAnd for the tills, CRM (SPI v2):\n"
        "  base URL  {}\n  user      {}\n  password  {}\n",
        crm_base_url(answers), answers.text("crm_user"), password("crm_password"));
  }
  text += fmt::format(
      "\nNext:\n"
      "  tillbridge check --live --config {0}\n"
      "  tillbridge serve --config {0}\n"
      "  tillbridge validate --config {0}\n",
      output);
  return text;
}

}  // namespace tillbridge::app
