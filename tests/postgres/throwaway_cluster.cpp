#include "throwaway_cluster.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal/postgres/connection.h"

extern char** environ;

namespace tillbridge::journal {

ThrowawayCluster& ThrowawayCluster::of_program() {
  static ThrowawayCluster cluster;
  return cluster;
}

ThrowawayCluster::ThrowawayCluster() {
  std::string pattern = std::filesystem::temp_directory_path() / "tb-postgres-XXXXXX";
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("no folder for the cluster");
  folder_ = pattern;
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipes for the cluster");
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
  std::string python = "python3";
  std::string script = TILLBRIDGE_SOURCE_DIR "/tests/postgres/cluster.py";
  std::string command = "hold";
  const std::array<char*, 5> arguments{python.data(), script.data(), command.data(), folder_.data(),
                                       nullptr};
  const int failed =
      ::posix_spawnp(&holder_, python.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  ::close(in[0]);
  ::close(out[1]);
  keeps_it_ = in[1];
  char c = 0;
  while (failed == 0 && ::read(out[0], &c, 1) == 1 && c != '\n') url_ += c;
  ::close(out[0]);
  if (url_.empty()) throw std::runtime_error("the cluster did not start");
  postgres::Connection connection({url_});
  connection.run("CREATE EXTENSION IF NOT EXISTS pg_trgm");
}

ThrowawayCluster::~ThrowawayCluster() {
  ::close(keeps_it_);
  ::waitpid(holder_, nullptr, 0);
}

std::string ThrowawayCluster::url_of_new_schema() {
  const std::string name = "t" + std::to_string(++schemas_);
  postgres::Connection connection({url_});
  connection.run("CREATE SCHEMA " + name);
  return url_ + "&options=-csearch_path%3D" + name + ",public";
}

}  // namespace tillbridge::journal
