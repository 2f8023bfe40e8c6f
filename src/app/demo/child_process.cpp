#include "app/demo/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tillbridge::app {
namespace {

constexpr auto poll_pause = std::chrono::milliseconds{10};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ChildProcess::~ChildProcess() {
  if (running()) signal(SIGKILL);
  if (pid_ > 0) reap(true);
  if (output_ >= 0) ::close(output_);
}

Result<void> ChildProcess::start(const std::vector<std::string>& arguments,
                                 const std::string& log_file) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0)
    return fail(Error::Kind::unavailable, fmt::format("no pipe: {}", std::strerror(errno)));
  if (output_ >= 0) ::close(output_);
  output_ = pipe_ends[0];
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);  // Ctrl-C reaches the demo alone
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    if (log >= 0) ::dup2(log, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  if (log >= 0) ::close(log);
  if (pid_ < 0) {
    pid_ = 0;
    return fail(Error::Kind::unavailable,
                fmt::format("{} cannot be started: {}", arguments[0], std::strerror(errno)));
  }
  return {};
}

Result<std::string> ChildProcess::first_line(Duration at_most) {
  const SystemClock clock;
  const Tick until = clock.tick() + at_most;
  std::string line;
  while (clock.tick() < until) {
    pollfd wait{output_, POLLIN, 0};
    if (::poll(&wait, 1, 100) <= 0) continue;
    char c = 0;
    const ssize_t got = ::read(output_, &c, 1);
    if (got <= 0) return fail(Error::Kind::unavailable, "it ended before it was ready");
    if (c == '\n') return line;
    line.push_back(c);
  }
  return fail(Error::Kind::unavailable, "it did not become ready in time");
}

bool ChildProcess::running() {
  return pid_ > 0 && !reap(false);
}

void ChildProcess::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

bool ChildProcess::reap(bool wait) {
  int status = 0;
  rusage usage{};
  const pid_t ended = ::wait4(pid_, &status, wait ? 0 : WNOHANG, &usage);
  if (ended != pid_) return false;
  cpu_seconds_ += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  constexpr double kb_per_mb = 1024;
  peak_rss_mb_ = std::max(peak_rss_mb_, static_cast<double>(usage.ru_maxrss) / kb_per_mb);
  pid_ = 0;
  return true;
}

void ChildProcess::stop(Duration grace) {
  if (pid_ <= 0) return;
  signal(SIGTERM);
  const SystemClock clock;
  const Tick until = clock.tick() + grace;
  while (clock.tick() < until) {
    if (reap(false)) return;
    ::usleep(static_cast<useconds_t>(std::chrono::microseconds(poll_pause).count()));
  }
  signal(SIGKILL);
  reap(true);
}

}  // namespace tillbridge::app
