#pragma once
// What somebody typed into the console's search: most likely an order number, a receipt number, an
// e-mail... The guesses carry the text to look for among the search keys of records
// (journal/search_keys.h: found anywhere in a key) and a word for people. Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tillbridge::desk {

enum class SearchKind : std::uint8_t {
  order,
  receipt,  // "SII00000015000074812" (sitoo.md 4.5)
  email,
  phone,
  customer,  // number or id of a customer, number of a member
  article,   // SKU
  barcode,   // EAN-8, UPC-A, EAN-13 with a right check digit
  event,     // id of an event, as a UUID
  store,     // number of a store
  anything,
};
std::string_view words(SearchKind kind);  // "Receipt number"

struct SearchGuess {
  SearchKind kind = SearchKind::anything;
  // An e-mail is lower-cased, a receipt upper-cased, an order without '#', an event as 32 hex
  // digits, a store its number. A phone is the digits behind the country code or the leading 0:
  // they are in "+46701740601" as well as in "0701740601".
  std::string text;
  std::string shown;  // the same for people: "+46701740601"
};

struct SearchStore {
  std::string number, name;
};

constexpr std::size_t search_bytes_max = 200;  // more is cut off

// Best first, each text with a kind once, the last always `anything` (empty: nothing was typed).
// `country` ("SE") is for phones without a country code.
std::vector<SearchGuess> guess_search(std::string_view typed, std::string_view country,
                                      const std::vector<SearchStore>& stores);

// Of 8, 12 or 13 digits: whether the last is the check digit of the others.
bool has_check_digit(std::string_view digits);

}  // namespace tillbridge::desk
