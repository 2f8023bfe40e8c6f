#include "flows/safety_buffer.h"

#include <algorithm>

namespace tillbridge::flows {
namespace {

bool applies(const BufferRule& rule, const BufferRules& rules, const std::string& channel,
             const std::string& sku, double sells_per_day) {
  const auto& channels = rule.channels.empty() ? rules.web_channels : rule.channels;
  if (!channels.contains(channel)) return false;
  if (!rule.skus.empty() && !rule.skus.contains(sku)) return false;
  if (rule.sells_per_day_at_least && sells_per_day < *rule.sells_per_day_at_least) return false;
  if (rule.tags.empty()) return true;
  const auto tags = rules.tags_of.find(sku);
  return tags != rules.tags_of.end() &&
         std::any_of(tags->second.begin(), tags->second.end(),
                     [&](const std::string& tag) { return rule.tags.contains(tag); });
}

}  // namespace

Decimal buffer_for(const BufferRules& rules, const std::string& channel, const std::string& sku,
                   double sells_per_day) {
  Decimal buffer;
  for (const BufferRule& rule : rules.rules) {
    if (applies(rule, rules, channel, sku, sells_per_day)) buffer = std::max(buffer, rule.units);
  }
  return buffer;
}

Decimal published_level(Decimal available, Decimal buffer) {
  const auto left = add(available, -buffer);
  return !left || left->is_negative() ? Decimal{} : *left;
}

}  // namespace tillbridge::flows
