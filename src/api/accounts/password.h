#pragma once
// Passwords: which are taken, and Argon2id hashes of them (libsodium's crypto_pwhash_str, which
// holds salt and cost in its text). A hash takes about 100 ms of one core and much memory, so they
// are made one at a time on a thread of their own. Call from the core thread; everything resumes
// there.

#include <memory>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/secret.h"

namespace tillbridge::api {

constexpr std::size_t password_characters_min = 12;
constexpr std::size_t password_bytes_max = 200;

// invalid_input, in words for the person, when it is too short, too long, made of the account's
// name, or one of those that everybody tries first.
Result<void> check_new_password(const Secret& password, std::string_view name);

// RFC 9106's second recommended option: 64 MiB, 3 passes (libsodium uses one lane; OWASP asks for
// less). A login is about 0.15 s of one core; sixteen at once still wait less than 3 s.
struct PasswordCost {
  unsigned long long passes = 3;
  std::size_t memory_bytes = 64 * 1024 * 1024;
};

class PasswordHasher {
 public:
  // Starts the thread.
  explicit PasswordHasher(Loop& loop, PasswordCost cost = {}, std::size_t waiting_max = 16);
  ~PasswordHasher();  // what still waits is answered unavailable
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  // Both: unavailable when `waiting_max` wait already, or the machine has not enough memory.
  Task<Result<std::string>> hash(Secret password);

  struct Verdict {
    bool right = false;
    bool outdated = false;  // right, but made with another cost: to be hashed again
  };
  // An empty hash is that of nobody: takes the same time, and is never right.
  Task<Result<Verdict>> verify(std::string hash, Secret password);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::api
