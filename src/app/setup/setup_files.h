#pragma once
// The files of a set-up, and what is said when they are there. Command line; blocking.

#include <string>

#include "app/setup/setup_answers.h"

namespace tillbridge::app {

// With passwords made for those that are ours to choose and were left empty.
SetupAnswers completed(SetupAnswers answers);

bool setup_exists(const std::string& output);
// The configuration and, readable by their owner only, the secrets; files that are there are
// replaced, the configuration last. unavailable names the file that could not be written.
Result<void> write_setup(const SetupDocument& document, const std::string& output);

// What to paste into Sitoo, with the passwords, and what to do next.
std::string farewell_of(const SetupAnswers& answers, const std::string& output);

}  // namespace tillbridge::app
