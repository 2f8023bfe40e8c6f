#include "api/accounts/password.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sodium.h>

#include "api/accounts/secret_text.h"

namespace tillbridge::api {
namespace asio = boost::asio;

namespace {

using Executor = Loop::executor_type;
constexpr asio::use_awaitable_t<Executor> awaiting;

constexpr std::size_t own_characters_min = 8;  // beside the account's name
constexpr std::size_t different_min = 5;
constexpr std::size_t random_bytes = 32;

// What lists of leaked passwords begin with, of those that are long enough to get here. Runs and
// repetitions are found by rule.
constexpr std::array<std::string_view, 24> obvious = {
    "password1234",   "password12345",    "password123456", "passwordpassword", "mypassword123",
    "adminadmin12",   "administrator",    "administrator1", "administrator123", "changemenow1",
    "changeme1234",   "changemechangeme", "welcome12345",   "welcome123456",    "letmein12345",
    "letmeinletmein", "qwerty123456",     "qwertyuiop123",  "qwertyuiopasdf",   "1q2w3e4r5t6y",
    "1qaz2wsx3edc",   "iloveyou1234",     "tillbridge12",   "tillbridge123"};

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

// Characters of UTF-8: bytes that continue one are not counted.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

std::string without(std::string text, std::string_view part) {
  for (auto at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part)) {
    text.erase(at, part.size());
  }
  return text;
}

// "abcdefghijkl", "987654321098": each character beside the one before it, but for a wrap.
bool is_run(std::string_view text) {
  int steps = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const int step = std::abs(text[at] - text[at - 1]);
    if (step == 1 || step == 9) ++steps;
  }
  return static_cast<std::size_t>(steps) + 1 >= text.size();
}

bool is_obvious(const std::string& password) {
  if (std::find(obvious.begin(), obvious.end(), password) != obvious.end()) return true;
  const std::set<char> different(password.begin(), password.end());
  return different.size() < different_min || is_run(password);
}

// As in journal/journal.cpp: on the heap and never moved into, because assigning an
// any_completion_handler of Boost 1.81 recurses. Keeps the loop alive until it is answered.
template <typename Answer>
struct Waiter {
  template <typename Handler>
  Waiter(Handler&& handler, const Executor& executor)
      : complete(std::forward<Handler>(handler)), work(executor) {}
  asio::any_completion_handler<void(Answer)> complete;
  asio::executor_work_guard<Executor> work;
};

using Verdict = PasswordHasher::Verdict;
using HashWaiter = std::unique_ptr<Waiter<Result<std::string>>>;
using VerdictWaiter = std::unique_ptr<Waiter<Result<Verdict>>>;

// One of the waiters is set.
struct Job {
  std::string hash;
  Secret password;
  HashWaiter wants_hash;
  VerdictWaiter wants_verdict;
};

template <typename Wanted, typename Answer>
void answer_on_loop(Loop& loop, Wanted waiter, Answer answer) {
  asio::post(loop, [waiter = std::move(waiter), answer = std::move(answer)]() mutable {
    const auto mine = std::move(waiter);
    std::move(mine->complete)(std::move(answer));
  });
}

tl::unexpected<Error> no_memory() {
  return fail(Error::Kind::unavailable,
              "the machine has not enough memory to check a password; try again later");
}

Result<std::string> made_hash(const Secret& password, const PasswordCost& cost) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  const std::string_view plain = password.reveal();
  if (crypto_pwhash_str_alg(text.data(), plain.data(), plain.size(), cost.passes, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return no_memory();
  }
  return std::string(text.data());
}

}  // namespace

Result<void> check_new_password(const Secret& password, std::string_view name) {
  const std::string_view plain = password.reveal();
  if (characters(plain) < password_characters_min) {
    return fail(Error::Kind::invalid_input, "a password needs at least 12 characters");
  }
  if (plain.size() > password_bytes_max) {
    return fail(Error::Kind::invalid_input, "a password has at most 200 bytes");
  }
  const bool printable = std::none_of(plain.begin(), plain.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!printable) {
    return fail(Error::Kind::invalid_input, "a password cannot hold line breaks or tabs");
  }
  std::string folded = lower(plain);
  Result<void> verdict;
  if (!name.empty() && characters(without(folded, lower(name))) < own_characters_min) {
    verdict = fail(Error::Kind::invalid_input,
                   "the password is little more than the account's name; take another");
  } else if (is_obvious(folded)) {
    verdict = fail(Error::Kind::invalid_input,
                   "the password is one of those that are tried first; take another");
  }
  sodium_memzero(folded.data(), folded.size());
  return verdict;
}

struct PasswordHasher::State {
  State(Loop& l, PasswordCost c, std::size_t most) : loop(l), cost(c), waiting_max(most) {}

  // Core thread, which alone adds: there is still room when add() follows.
  bool room() {
    const std::lock_guard lock(mutex);
    return !stopping && jobs.size() < waiting_max;
  }
  void add(Job job) {
    {
      const std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
    }
    jobs_wait.notify_one();
  }
  void work_until_stopped();
  void work(Job job);
  void refuse(Job job);

  Loop& loop;
  const PasswordCost cost;
  const std::size_t waiting_max;
  std::string nobodys;  // worker's thread: verified where there is no account

  std::mutex mutex;  // guards the rest
  std::condition_variable jobs_wait;
  std::deque<Job> jobs;
  bool stopping = false;
  std::thread thread;
};

void PasswordHasher::State::refuse(Job job) {
  const Error error{Error::Kind::unavailable, "the hub is stopping"};
  if (job.wants_hash) {
    answer_on_loop(loop, std::move(job.wants_hash), Result<std::string>(fail(error)));
  } else {
    answer_on_loop(loop, std::move(job.wants_verdict), Result<Verdict>(fail(error)));
  }
}

void PasswordHasher::State::work(Job job) {
  if (job.wants_hash) {
    answer_on_loop(loop, std::move(job.wants_hash), made_hash(job.password, cost));
    return;
  }
  const bool somebodys = !job.hash.empty();
  const std::string& hash = somebodys ? job.hash : nobodys;
  const std::string_view plain = job.password.reveal();
  errno = 0;  // tells a machine without memory from a wrong password
  const bool same = crypto_pwhash_str_verify(hash.c_str(), plain.data(), plain.size()) == 0;
  if (!same && errno == ENOMEM) {
    answer_on_loop(loop, std::move(job.wants_verdict), Result<Verdict>(no_memory()));
    return;
  }
  Verdict verdict;
  verdict.right = same && somebodys;
  verdict.outdated = verdict.right && crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes,
                                                                     cost.memory_bytes) != 0;
  answer_on_loop(loop, std::move(job.wants_verdict), Result<Verdict>(verdict));
}

void PasswordHasher::State::work_until_stopped() {
  nobodys = made_hash(Secret{random_text(random_bytes)}, cost).value_or("");
  for (;;) {
    std::unique_lock lock(mutex);
    jobs_wait.wait(lock, [this] { return stopping || !jobs.empty(); });
    if (jobs.empty()) return;
    Job job = std::move(jobs.front());
    jobs.pop_front();
    const bool stop = stopping;
    lock.unlock();
    if (stop) {
      refuse(std::move(job));
    } else {
      work(std::move(job));
    }
  }
}

PasswordHasher::PasswordHasher(Loop& loop, PasswordCost cost, std::size_t waiting_max)
    : state_(std::make_unique<State>(loop, cost, waiting_max)) {
  start_sodium();
  state_->thread = std::thread([state = state_.get()] { state->work_until_stopped(); });
}

PasswordHasher::~PasswordHasher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->jobs_wait.notify_all();
  state_->thread.join();
}

Task<Result<std::string>> PasswordHasher::hash(Secret password) {
  State* const state = state_.get();
  if (!state->room()) {
    co_return fail(Error::Kind::unavailable, "too many people sign in right now; try again soon");
  }
  const auto begin = [](auto&& handler, State* to, Secret plain) {
    Job job;
    job.password = std::move(plain);
    job.wants_hash = std::make_unique<Waiter<Result<std::string>>>(
        std::forward<decltype(handler)>(handler), to->loop.get_executor());
    to->add(std::move(job));
  };
  auto waiting =
      asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<std::string>)>(
          begin, awaiting, state, std::move(password));
  co_return co_await std::move(waiting);
}

Task<Result<Verdict>> PasswordHasher::verify(std::string hash, Secret password) {
  State* const state = state_.get();
  if (!state->room()) {
    co_return fail(Error::Kind::unavailable, "too many people sign in right now; try again soon");
  }
  const auto begin = [](auto&& handler, State* to, std::string known, Secret plain) {
    Job job;
    job.hash = std::move(known);
    job.password = std::move(plain);
    job.wants_verdict = std::make_unique<Waiter<Result<Verdict>>>(
        std::forward<decltype(handler)>(handler), to->loop.get_executor());
    to->add(std::move(job));
  };
  auto waiting = asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<Verdict>)>(
      begin, awaiting, state, std::move(hash), std::move(password));
  co_return co_await std::move(waiting);
}

}  // namespace tillbridge::api
