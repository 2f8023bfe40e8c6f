#pragma once
// The facts of one connection as planning sees them: what was looked up in the journal, and what
// the orders planned since have learned. Core thread.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "flows/plan.h"

namespace tillbridge::app {

class FactTable final : public flows::Facts {
 public:
  const std::string* find(const std::string& key) const override {
    const auto found = facts_.find(key);
    return found == facts_.end() || !found->second ? nullptr : &*found->second;
  }
  bool looked_up(const std::string& key) const { return facts_.contains(key); }
  void loaded(const std::string& key, std::optional<std::string> value) {
    facts_.emplace(key, std::move(value));
  }
  void learn(const flows::Fact& fact) {
    facts_[fact.key] = fact.value.empty() ? std::nullopt : std::optional(fact.value);
  }

 private:
  std::unordered_map<std::string, std::optional<std::string>> facts_;
};

}  // namespace tillbridge::app
