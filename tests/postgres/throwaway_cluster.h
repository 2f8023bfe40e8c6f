#pragma once
// A PostgreSQL cluster for one test program (cluster.py), and a fresh schema in it for each test.

#include <string>

#include <sys/types.h>

namespace tillbridge::journal {

// The cluster of this program: started the first time it is asked for, gone with the program.
class ThrowawayCluster {
 public:
  static ThrowawayCluster& of_program();
  ~ThrowawayCluster();
  ThrowawayCluster(const ThrowawayCluster&) = delete;
  ThrowawayCluster& operator=(const ThrowawayCluster&) = delete;

  const std::string& url() const { return url_; }
  const std::string& folder() const { return folder_; }
  // The URL of a new, empty schema.
  std::string url_of_new_schema();

 private:
  ThrowawayCluster();

  std::string folder_;
  std::string url_;
  pid_t holder_ = 0;
  int keeps_it_ = -1;  // the holder's standard input
  int schemas_ = 0;
};

}  // namespace tillbridge::journal
