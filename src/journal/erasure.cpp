#include "journal/erasure.h"

#include <algorithm>

#include "journal/search_keys.h"

namespace tillbridge::journal {

std::string erased_name(std::uint64_t id) {
  return "erased/" + std::to_string(id);
}

ErasedPerson::ErasedPerson(std::string_view customer, std::string_view keys_before,
                           std::string_view keys_after)
    : stays_(split_keys(keys_after)) {
  if (!customer.empty()) names_.push_back(folded(customer));
  for (const auto& key : split_keys(keys_before)) {
    if (std::find(stays_.begin(), stays_.end(), key) != stays_.end()) continue;
    const auto colon = key.find(':');
    const auto value = colon == std::string::npos ? key : key.substr(colon + 1);
    if (!is_short(value)) names_.push_back(folded(value));
  }
  for (auto& key : stays_) {
    if (const auto colon = key.find(':'); colon != std::string::npos) key[colon] = '/';
  }
}

bool ErasedPerson::is_named_in(std::string_view text) const {
  if (std::find(stays_.begin(), stays_.end(), text) != stays_.end()) return false;
  const std::string parts = "/" + folded(text) + "/";
  return std::any_of(names_.begin(), names_.end(), [&parts](const std::string& name) {
    return parts.find("/" + name + "/") != std::string::npos;
  });
}

std::string ErasedPerson::left_of(const std::string& text, std::uint64_t id) const {
  return is_named_in(text) ? erased_name(id) : text;
}

}  // namespace tillbridge::journal
