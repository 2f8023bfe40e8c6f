#include "base/turns.h"

#include <algorithm>

namespace tillbridge {

void Turns::Turn::give_back() {
  if (turns_ == nullptr) return;
  for (const std::string& key : keys_) turns_->held_.erase(key);
  turns_->freed_.notify();
  turns_ = nullptr;
}

bool Turns::any_held(const std::vector<std::string>& keys) const {
  return std::any_of(keys.begin(), keys.end(),
                     [this](const std::string& key) { return held_.contains(key); });
}

Task<Turns::Turn> Turns::take(std::vector<std::string> keys) {
  constexpr Duration look_again = std::chrono::seconds{1};
  while (any_held(keys)) co_await freed_.wait(look_again);
  held_.insert(keys.begin(), keys.end());
  co_return Turn(*this, std::move(keys));
}

Task<Turns::Turn> Turns::take(std::string key) {
  std::vector<std::string> keys;
  keys.push_back(std::move(key));
  co_return co_await take(std::move(keys));
}

Task<std::optional<Turns::Turn>> Turns::take_until(std::string key, const Clock& clock,
                                                   Tick until) {
  std::vector<std::string> keys;
  keys.push_back(std::move(key));
  while (any_held(keys)) {
    const Tick now = clock.tick();
    if (now >= until) co_return std::nullopt;
    co_await freed_.wait(until - now);
  }
  held_.insert(keys.begin(), keys.end());
  co_return Turn(*this, std::move(keys));
}

}  // namespace tillbridge
