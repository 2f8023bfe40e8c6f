#include "api/accounts/sign_on_tries.h"

#include <algorithm>

#include "api/accounts/secret_text.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t secret_bytes = 32;

}  // namespace

SignOnTries::Begun SignOnTries::begin(std::string return_path, Tick now) {
  std::erase_if(tries_, [&](const auto& one) { return now - one.second.began > lasts; });
  if (tries_.size() >= tries_max_) {
    tries_.erase(std::min_element(tries_.begin(), tries_.end(), [](const auto& a, const auto& b) {
      return a.second.began < b.second.began;
    }));
  }
  Begun begun;
  begun.secrets = SignOnSecrets{random_text(secret_bytes), random_text(secret_bytes),
                                random_text(secret_bytes)};
  begun.browser = random_text(secret_bytes);
  Kept kept;
  kept.what = Try{begun.secrets, std::move(return_path)};
  kept.browser_digest = digest_of(begun.browser);
  kept.began = now;
  tries_[digest_of(begun.secrets.state)] = std::move(kept);
  return begun;
}

std::optional<SignOnTries::Try> SignOnTries::take(const std::string& state,
                                                  const std::string& browser, Tick now) {
  const auto found = tries_.find(digest_of(state));
  if (found == tries_.end()) return std::nullopt;
  const Kept kept = std::move(found->second);
  tries_.erase(found);  // also when it is refused: a state is good for one answer
  if (now - kept.began > lasts || kept.browser_digest != digest_of(browser)) return std::nullopt;
  return kept.what;
}

}  // namespace tillbridge::api
