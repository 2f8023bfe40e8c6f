#pragma once
// A child process of the demo: started with a pipe on its standard output, watched, killed, its CPU
// time kept.

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/clock.h"
#include "base/result.h"

namespace tillbridge::app {

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess();  // SIGKILL if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Starts the program; its standard error goes to log_file.
  Result<void> start(const std::vector<std::string>& arguments, const std::string& log_file);
  // The first line it prints; unavailable if it ends or says nothing within the time.
  Result<std::string> first_line(Duration at_most);
  // True while it runs (reaps it when it has ended).
  bool running();
  void signal(int number);
  // Waits for the end; SIGKILL after the grace.
  void stop(Duration grace);

  double peak_rss_mb() const { return peak_rss_mb_; }  // the largest of all its ended lives
  double cpu_seconds() const { return cpu_seconds_; }  // of all its ended lives
  pid_t pid() const { return pid_; }

 private:
  bool reap(bool wait);

  pid_t pid_ = 0;
  int output_ = -1;
  double cpu_seconds_ = 0;
  double peak_rss_mb_ = 0;
};

}  // namespace tillbridge::app
