#pragma once
// How the writer says what is wrong with a step. Internal to journal/sqlite.

#include <cstdint>
#include <string>

#include "journal/sqlite/connection.h"

namespace tillbridge::journal::sqlite {

constexpr std::size_t parts_max = 64;  // parts_done is a bit per part

[[noreturn]] inline void corrupt(const std::string& what) {
  throw Failure(Error::Kind::corrupt, "journal: " + what);
}

inline std::string text_of(std::uint64_t id) {
  return std::to_string(id);
}

// Runs an insert whose only expected refusal is a key that exists; names the thing then.
template <typename Work, typename Name>
void insert(const Work& work, const Name& name) {
  try {
    work();
  } catch (const Failure& failure) {
    if (failure.constraint()) corrupt(name() + ": " + failure.what());
    throw;
  }
}

}  // namespace tillbridge::journal::sqlite
