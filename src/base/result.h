#pragma once
// Result and Error: how every boundary of Tillbridge says that something did not work.
// A Result is either the value or an Error; the closed Kind decides what delivery does next, the
// text is for people. Exceptions are for start-up, configuration and library code only. Any thread.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace tillbridge {

struct Error {
  enum class Kind {
    retry,            // network trouble or the other side's 5xx: the same call may work later
    rate_limited,     // told to slow down; retry_after says until when, if it was said
    rejected,         // will never work as it is (4xx, refused content)
    auth,             // credentials refused: a person must act, but nothing is wrong with the data
    not_found,        // the thing asked for does not exist (yet)
    unknown_outcome,  // sent, no answer: look or resend identically, never assume
    invalid_input,    // what reached us cannot be understood
    corrupt,          // our own stored bytes do not make sense
    unavailable,      // our store, disk or machine cannot take it now
  };

  Kind kind = Kind::invalid_input;
  std::string
      what;  // what happened, to which record, and what to do; never personal data or secrets
  std::optional<std::chrono::microseconds> retry_after = std::nullopt;
};

std::string_view name(Error::Kind kind);

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error::Kind kind, std::string what) {
  return tl::unexpected<Error>(Error{kind, std::move(what), std::nullopt});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace tillbridge

#define TB_JOIN_(a, b) a##b
#define TB_JOIN(a, b) TB_JOIN_(a, b)

// TB_TRY(value, expression): on error returns it from the enclosing function, else declares value.
#define TB_TRY(declaration, ...)                                              \
  auto TB_JOIN(tb_try_, __LINE__) = (__VA_ARGS__);                            \
  if (!TB_JOIN(tb_try_, __LINE__))                                            \
    return ::tillbridge::fail(std::move(TB_JOIN(tb_try_, __LINE__).error())); \
  declaration = std::move(*TB_JOIN(tb_try_, __LINE__))

// TB_CHECK(expression): the same for Result<void>.
#define TB_CHECK(...)                                          \
  do {                                                         \
    if (auto tb_check_ = (__VA_ARGS__); !tb_check_)            \
      return ::tillbridge::fail(std::move(tb_check_.error())); \
  } while (false)

// The same two in coroutines.
#define TB_CO_TRY(declaration, ...)                                              \
  auto TB_JOIN(tb_try_, __LINE__) = (__VA_ARGS__);                               \
  if (!TB_JOIN(tb_try_, __LINE__))                                               \
    co_return ::tillbridge::fail(std::move(TB_JOIN(tb_try_, __LINE__).error())); \
  declaration = std::move(*TB_JOIN(tb_try_, __LINE__))

#define TB_CO_CHECK(...)                                          \
  do {                                                            \
    if (auto tb_check_ = (__VA_ARGS__); !tb_check_)               \
      co_return ::tillbridge::fail(std::move(tb_check_.error())); \
  } while (false)
