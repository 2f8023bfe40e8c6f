#pragma once
// Who works on what: at most one holder per key, the others wait. For coroutines of the core thread
// that read something and have to rely on it until they have stored what follows.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/task_group.h"

namespace tillbridge {

class Turns {
 public:
  // Holds its keys until it is destroyed.
  class Turn {
   public:
    Turn(Turns& turns, std::vector<std::string> keys) : turns_(&turns), keys_(std::move(keys)) {}
    ~Turn() { give_back(); }
    Turn(Turn&& other) noexcept : turns_(other.turns_), keys_(std::move(other.keys_)) {
      other.turns_ = nullptr;
    }
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    void give_back();

   private:
    Turns* turns_;
    std::vector<std::string> keys_;
  };

  explicit Turns(Loop& loop) : freed_(loop) {}

  // All keys at once, so that nobody holds some while waiting for others.
  Task<Turn> take(std::vector<std::string> keys);
  Task<Turn> take(std::string key);
  // nullopt: not by then.
  Task<std::optional<Turn>> take_until(std::string key, const Clock& clock, Tick until);

 private:
  bool any_held(const std::vector<std::string>& keys) const;

  std::set<std::string, std::less<>> held_;
  Signal freed_;
};

}  // namespace tillbridge
