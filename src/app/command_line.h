#pragma once
// `tillbridge`: parses the command line and runs one command.
// Exit codes: 0 done, 1 the command failed or found something wrong, 2 the command line is wrong, 3
// no such record.

namespace tillbridge::app {

int run_command_line(int argc, char** argv);

}  // namespace tillbridge::app
