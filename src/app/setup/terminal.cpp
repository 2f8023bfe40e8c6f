#include "app/setup/terminal.h"

#include <cstdio>
#include <iostream>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

namespace tillbridge::app {
namespace {

// No echo while it lives; does nothing where the input is no terminal.
class Unseen {
 public:
  Unseen() : changed_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!changed_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~Unseen() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  bool changed() const { return changed_; }

 private:
  termios before_{};
  bool changed_;
};

}  // namespace

void StandardTerminal::say(std::string_view text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

std::optional<std::string> StandardTerminal::ask(const std::string& prompt, bool hidden) {
  say(prompt);
  std::string line;
  bool unseen = false;
  if (hidden) {
    const Unseen silence;
    unseen = silence.changed();
    std::getline(std::cin, line);
  } else {
    std::getline(std::cin, line);
  }
  if (unseen) say("\n");
  if (!std::cin) return std::nullopt;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace tillbridge::app
