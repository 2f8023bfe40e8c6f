#pragma once
// The set-up as a conversation: every question with its default, help on "?", and again when the
// configuration could not be with the answer.

#include <optional>
#include <string>

#include "app/setup/setup_answers.h"
#include "app/setup/terminal.h"

namespace tillbridge::app {

// nullopt: it was left, or `output` is there and must stay; the terminal has been told.
std::optional<SetupAnswers> ask_setup(Terminal& terminal, const std::string& output);

}  // namespace tillbridge::app
