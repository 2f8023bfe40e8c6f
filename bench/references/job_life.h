// What both raw job lives share: the run's settings, the body and the printed result.
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "net/http_frames.h"

namespace tillbridge::bench {

constexpr int rows_per_transaction = 100;
constexpr int body_bytes = 1'000;

struct JobLife {
  std::uint64_t jobs = 0;
  std::uint64_t finished = 0;  // counted in the database at the end
  std::uint64_t attempts = 0;  // likewise
  double seconds = 0;
};

// One JSON object; false when the database does not hold every job finished with its attempt.
inline bool print_job_life(const JobLife& life) {
  if (life.finished != life.jobs || life.attempts != life.jobs) {
    fmt::print(stderr, "of {} jobs {} are finished, with {} attempts\n", life.jobs, life.finished,
               life.attempts);
    return false;
  }
  fmt::print("{{\"jobs\":{},\"seconds\":{:.3f},\"jobs_per_s\":{:.1f},\"cpu_s\":{:.3f}}}\n",
             life.jobs, life.seconds, static_cast<double>(life.jobs) / life.seconds, cpu_seconds());
  return true;
}

}  // namespace tillbridge::bench
