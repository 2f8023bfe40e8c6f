#pragma once
// How search keys are compared, the same in every store: a text of three or more characters is
// found anywhere in a key, a shorter one when it is a whole key or all of a key after its first ':'
// ("till:7" is found by "7" and by "till:7"). Upper and lower case of ASCII letters are the same.
// Any thread.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tillbridge::journal {

// Texts with fewer characters are compared as a whole.
constexpr std::size_t search_text_min = 3;

std::string folded(std::string_view text);  // ASCII letters in lower case
bool is_short(std::string_view text);       // fewer than search_text_min characters (UTF-8)

// One line per key; line breaks within a key become spaces.
std::string join_keys(const std::vector<std::string>& keys);
std::vector<std::string> split_keys(std::string_view joined);

// The folded texts under which a record with these keys is found by a short text.
std::vector<std::string> short_texts(std::string_view joined);

// The full-text query that every record whose keys contain this text answers to (a superset: check
// with contains()).
std::string trigram_query(std::string_view text);

bool contains(std::string_view joined, std::string_view folded_text);

}  // namespace tillbridge::journal
