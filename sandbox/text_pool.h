#pragma once
// Texts by number: each distinct text is kept once, so that a table of a million rows can hold
// numbers. Texts are never given up. Not movable. Core thread.

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace sandbox {

class TextPool {
 public:
  TextPool() = default;
  TextPool(const TextPool&) = delete;
  TextPool& operator=(const TextPool&) = delete;

  // Numbers count up from 0 in the order of arrival.
  std::uint32_t number_of(std::string_view text) {
    if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
    char* copy = nullptr;
    if (!text.empty()) {
      copy = static_cast<char*>(arena_.allocate(text.size(), 1));
      std::memcpy(copy, text.data(), text.size());
    }
    const auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(copy, text.size());
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  std::optional<std::uint32_t> find(std::string_view text) const {
    const auto known = numbers_.find(text);
    if (known == numbers_.end()) return std::nullopt;
    return known->second;
  }
  std::string_view text(std::uint32_t number) const { return texts_[number]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::pmr::monotonic_buffer_resource arena_;
  std::vector<std::string_view> texts_;
  boost::unordered_flat_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace sandbox
