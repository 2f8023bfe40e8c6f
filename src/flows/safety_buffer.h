#pragma once
// The safety buffer: what is kept back of an available level, so that a web order and a sale at the
// till do not fight for the last piece. published = max(0, available - buffer). Pure; any thread.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/decimal.h"

namespace tillbridge::flows {

// Applies where all of what it names holds; what it leaves out does not matter.
struct BufferRule {
  std::set<std::string> channels;  // connections; empty: those of the web shops only
  std::set<std::string> skus;
  std::set<std::string> tags;                    // the SKU has one of them
  std::optional<double> sells_per_day_at_least;  // units
  Decimal units;
};

struct BufferRules {
  std::vector<BufferRule> rules;
  std::map<std::string, std::set<std::string>> tags_of;  // SKU -> tags
  std::set<std::string> web_channels = {"bigcommerce", "commercetools"};
};

// The largest buffer of all rules that apply.
Decimal buffer_for(const BufferRules& rules, const std::string& channel, const std::string& sku,
                   double sells_per_day);

Decimal published_level(Decimal available, Decimal buffer);

}  // namespace tillbridge::flows
