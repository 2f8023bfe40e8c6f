#include "journal/search_keys.h"

#include <algorithm>

namespace tillbridge::journal {
namespace {

// LIMIT: also what keeps a pasted page from becoming a query of its size.
constexpr std::size_t trigrams_of_end = 6;
constexpr std::size_t trigrams_of_beginning = 3;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_short(std::string_view text) {
  return characters(text) < search_text_min;
}

std::string join_keys(const std::vector<std::string>& keys) {
  std::string out;
  for (const auto& key : keys) {
    if (!out.empty()) out += '\n';
    for (const char c : key) out += (c == '\n' || c == '\r' || c == '\0') ? ' ' : c;
  }
  return out;
}

std::vector<std::string> split_keys(std::string_view joined) {
  std::vector<std::string> keys;
  while (!joined.empty()) {
    const auto end = joined.find('\n');
    keys.emplace_back(joined.substr(0, end));
    joined.remove_prefix(end == std::string_view::npos ? joined.size() : end + 1);
  }
  return keys;
}

std::vector<std::string> short_texts(std::string_view joined) {
  std::vector<std::string> texts;
  for (const auto& key : split_keys(joined)) {
    if (is_short(key)) texts.push_back(folded(key));
    const auto colon = key.find(':');
    if (colon == std::string::npos) continue;
    const std::string value = key.substr(colon + 1);
    if (!value.empty() && is_short(value)) texts.push_back(folded(value));
  }
  return texts;
}

// Every trigram costs a walk through all keys that have it, and what the query lets through is
// checked anyway: so only those that tell most. Numbers differ at their end, addresses at both ends
// of what is before the '@'.
std::string trigram_query(std::string_view text) {
  std::vector<std::size_t> starts;
  std::size_t at_sign = 0;  // characters up to and with it
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!starts_character(text[at])) continue;
    starts.push_back(at);
    if (text[at] == '@' && at_sign == 0) at_sign = starts.size();
  }
  const std::size_t characters = starts.size();
  starts.push_back(text.size());
  const std::size_t telling = at_sign >= search_text_min ? at_sign : characters;
  const std::size_t all = telling < search_text_min ? 0 : telling - search_text_min + 1;
  std::string query;
  for (std::size_t at = 0; at < all; ++at) {
    const bool at_beginning = at_sign != 0 && at < trigrams_of_beginning;
    if (!at_beginning && at + trigrams_of_end < all) continue;
    if (!query.empty()) query += " AND ";
    query += '"';
    for (const char c : text.substr(starts[at], starts[at + 3] - starts[at])) {
      query += c;
      if (c == '"') query += '"';
    }
    query += '"';
  }
  return query;
}

bool contains(std::string_view joined, std::string_view folded_text) {
  return folded(joined).find(folded_text) != std::string::npos;
}

}  // namespace tillbridge::journal
