#pragma once
// A conversation with whoever sits at the keyboard.

#include <optional>
#include <string>
#include <string_view>

namespace tillbridge::app {

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void say(std::string_view text) = 0;  // lines, with their ends
  // What was typed, without the line's end; nullopt: the input has ended. hidden: it is not shown.
  virtual std::optional<std::string> ask(const std::string& prompt, bool hidden) = 0;
};

// Standard input and output.
class StandardTerminal final : public Terminal {
 public:
  void say(std::string_view text) override;
  std::optional<std::string> ask(const std::string& prompt, bool hidden) override;
};

}  // namespace tillbridge::app
