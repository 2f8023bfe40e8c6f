#pragma once
// What people are working on right now: one act at a time on a record, the second one is told so
// instead of doing it twice. Unlike base/turns.h nobody waits. Core thread.

#include <memory>
#include <set>
#include <string>

#include "base/result.h"

namespace tillbridge::app {

class Claims {
 public:
  // Holds what it was taken for until it is destroyed; may outlive the Claims.
  class Claim {
   public:
    Claim(std::shared_ptr<std::set<std::string>> taken, std::string what)
        : taken_(std::move(taken)), what_(std::move(what)) {}
    ~Claim() {
      if (taken_) taken_->erase(what_);
    }
    Claim(Claim&&) noexcept = default;
    Claim& operator=(Claim&&) = delete;
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

   private:
    std::shared_ptr<std::set<std::string>> taken_;
    std::string what_;
  };

  // unavailable: somebody has it.
  Result<Claim> take(std::string what) {
    if (!taken_->insert(what).second) {
      return fail(Error::Kind::unavailable,
                  "somebody else is doing this right now; look again in a moment");
    }
    return Claim(taken_, std::move(what));
  }

 private:
  std::shared_ptr<std::set<std::string>> taken_ = std::make_shared<std::set<std::string>>();
};

}  // namespace tillbridge::app
