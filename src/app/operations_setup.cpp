// What an operator may ask while setting up: a validation, and what a configuration would be.

#include <array>

#include <fmt/format.h>

#include "app/operations.h"
#include "app/setup/setup_preview.h"
#include "app/under_way.h"
#include "app/validation/validation.h"
#include "base/entropy.h"

namespace tillbridge::app {
namespace {

// Ten digits that no earlier test customer had.
std::string new_token() {
  std::uint64_t random = 0;
  fill_secure(std::as_writable_bytes(std::span{&random, 1}));
  constexpr std::uint64_t ten_digits = 10'000'000'000;
  return fmt::format("{:010}", random % ten_digits);
}

}  // namespace

// One at a time: each waits for platforms, and two would only be slower.
Task<Result<json::Object>> HubOperations::validate(std::string workspace,
                                                   api::ValidationAsked asked) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  constexpr std::int64_t visible_within_s_max = 3'600;
  if (asked.visible_within_s < 0 || asked.visible_within_s > visible_within_s_max)
    co_return fail(Error::Kind::invalid_input, "visible_within_s is between 0 and 3600");
  if (validating_)
    co_return fail(Error::Kind::unavailable, "another validation is under way: wait for its end");
  const UnderWay under_way(validating_);
  ValidationAsked wanted;
  wanted.visible_within = std::chrono::seconds{asked.visible_within_s};
  if (!asked.email_domain.empty()) wanted.email_domain = asked.email_domain;
  wanted.token = new_token();
  wanted.public_url = public_url_;
  wanted.audit = [this, found, by = asked.by](const std::string& text) {
    return store_audit(found->name(), fmt::format("{} validates: {}", by, text));
  };
  wanted.go_on = [this] { return ready_; };
  co_return co_await app::validate(*found, std::move(wanted));
}

Result<json::Object> HubOperations::setup_preview(const json::Object& answers) {
  return app::setup_preview(answers);
}

}  // namespace tillbridge::app
