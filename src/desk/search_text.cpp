#include "desk/search_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "journal/search_keys.h"
#include "model/identity.h"

namespace tillbridge::desk {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}
std::string digits_of(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_digit);
  return out;
}
std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n\"'";
  const auto from = text.find_first_not_of(blank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blank) - from + 1);
}

std::string event_id(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '-' || c == '{' || c == '}') continue;
    if (!is_digit(c) && !is_letter(c)) return "";
    out += c;
  }
  out = journal::folded(out);
  const bool is_hex =
      out.size() == 32 && out.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex ? out : "";
}

// "SII" and other names of registers: some letters and then at least ten digits.
bool is_receipt(std::string_view text) {
  const auto letters = static_cast<std::size_t>(
      std::find_if_not(text.begin(), text.end(), is_letter) - text.begin());
  return letters >= 2 && letters <= 4 && text.size() - letters >= 10 &&
         all_digits(text.substr(letters));
}

// As people write phones, and of a length that is one.
bool looks_like_phone(std::string_view text) {
  const std::size_t digits = digits_of(text).size();
  return digits >= 6 && digits <= 15 &&
         text.find_first_not_of("0123456789+ -()./") == std::string_view::npos &&
         (text.front() == '+' || text.front() == '0' || text.front() == '(');
}

std::optional<SearchGuess> phone(std::string_view typed, std::string_view country) {
  if (!looks_like_phone(typed)) return std::nullopt;
  std::string digits = digits_of(typed);
  const auto e164 = model::phone_e164(typed, country);
  if (!e164 || e164->empty()) {
    if (typed.front() == '0') digits.erase(0, 1);
    return SearchGuess{SearchKind::phone, digits, std::string(typed)};
  }
  // What is left of the number within its country is the part that both ways of writing share.
  for (std::size_t code = 1; code <= 3 && e164->size() > code + 5; ++code) {
    const std::string rest = e164->substr(1 + code);
    for (const std::string& within : {"0" + rest, rest}) {
      const auto same = model::phone_e164(within, country);
      if (same && *same == *e164) return SearchGuess{SearchKind::phone, rest, *e164};
    }
  }
  return SearchGuess{SearchKind::phone, *e164, *e164};
}

// "receipt:SII..." and "order/20417" are written so by the console itself.
std::optional<SearchGuess> with_prefix(std::string_view typed) {
  constexpr std::array<std::pair<std::string_view, SearchKind>, 9> kinds = {{
      {"order", SearchKind::order},
      {"receipt", SearchKind::receipt},
      {"external", SearchKind::order},
      {"customer", SearchKind::customer},
      {"member", SearchKind::customer},
      {"email", SearchKind::email},
      {"phone", SearchKind::phone},
      {"sku", SearchKind::article},
      {"store", SearchKind::store},
  }};
  const auto mark = typed.find_first_of(":/");
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string before = journal::folded(trimmed(typed.substr(0, mark)));
  const std::string value(trimmed(typed.substr(mark + 1)));
  for (const auto& [prefix, kind] : kinds) {
    if (before != prefix || value.empty()) continue;
    if (kind == SearchKind::store) return SearchGuess{kind, value, value};
    return SearchGuess{kind, before + ":" + value, value};
  }
  return std::nullopt;
}

class Guesses {
 public:
  void add(SearchKind kind, std::string text, std::string shown = "") {
    if (text.empty()) return;
    const bool known = std::any_of(out_.begin(), out_.end(), [&](const SearchGuess& one) {
      return one.kind == kind && one.text == text;
    });
    if (shown.empty()) shown = text;
    if (!known) out_.push_back({kind, std::move(text), std::move(shown)});
  }
  void add(std::optional<SearchGuess> guess) {
    if (guess) add(guess->kind, std::move(guess->text), std::move(guess->shown));
  }
  std::vector<SearchGuess> take() { return std::move(out_); }

 private:
  std::vector<SearchGuess> out_;
};

void add_stores(Guesses& guesses, std::string_view text, const std::vector<SearchStore>& stores,
                bool by_number) {
  constexpr std::size_t stores_max = 5;
  const std::string folded = journal::folded(text);
  const bool is_short = text.size() < journal::search_text_min;
  std::size_t found = 0;
  for (const SearchStore& store : stores) {
    if (found == stores_max) break;
    const std::string name = journal::folded(store.name);
    const bool fits = by_number ? store.number == text
                                : name == folded || (!is_short && name.find(folded) != name.npos);
    if (!fits) continue;
    ++found;
    guesses.add(SearchKind::store, store.number,
                store.name.empty() ? store.number : store.name + " (" + store.number + ")");
  }
}

void guess_digits(Guesses& guesses, const std::string& text, std::string_view country) {
  constexpr std::size_t order_digits_max = 10;
  const bool is_phone = text.front() == '0' && text.size() >= 8 && text.size() <= 15;
  if (has_check_digit(text)) guesses.add(SearchKind::barcode, text);
  if (is_phone) guesses.add(phone(text, country));
  if (text.size() <= order_digits_max) {
    guesses.add(SearchKind::order, text);
    guesses.add(SearchKind::customer, text);
  } else {
    if (text.size() >= 14) guesses.add(SearchKind::receipt, text);
    guesses.add(SearchKind::customer, text);
    guesses.add(SearchKind::order, text);
  }
  guesses.add(SearchKind::article, text);
}

void guess_words(Guesses& guesses, const std::string& text, std::string_view country,
                 const std::vector<SearchStore>& stores) {
  const bool has_blank = text.find(' ') != std::string::npos;
  const bool has_digit = std::any_of(text.begin(), text.end(), is_digit);
  const bool has_letter = std::any_of(text.begin(), text.end(), is_letter);
  if (text.front() == '+') guesses.add(phone(text, country));
  add_stores(guesses, text, stores, false);
  if (!has_letter && has_digit) guesses.add(phone(text, country));
  if (has_blank) {
    // An order number or a receipt that was read aloud: "SII 0000 0015 0000 74812".
    std::string close;
    std::remove_copy(text.begin(), text.end(), std::back_inserter(close), ' ');
    if (is_receipt(close)) guesses.add(SearchKind::receipt, upper(close));
    return;
  }
  const auto dash = text.find('-');
  const bool short_prefix = dash != std::string::npos && dash <= 2 && has_digit &&
                            all_digits(std::string_view(text).substr(dash + 1));
  if (short_prefix) guesses.add(SearchKind::customer, text);  // "c-90112"
  guesses.add(SearchKind::article, text);
  if (has_digit) {
    guesses.add(SearchKind::order, text);
    guesses.add(SearchKind::customer, text);
  }
}

}  // namespace

std::string_view words(SearchKind kind) {
  switch (kind) {
    case SearchKind::order:
      return "Order number";
    case SearchKind::receipt:
      return "Receipt number";
    case SearchKind::email:
      return "E-mail";
    case SearchKind::phone:
      return "Phone number";
    case SearchKind::customer:
      return "Customer number";
    case SearchKind::article:
      return "SKU";
    case SearchKind::barcode:
      return "Barcode";
    case SearchKind::event:
      return "Event";
    case SearchKind::store:
      return "Store";
    case SearchKind::anything:
      return "Anything";
  }
  return "Anything";
}

bool has_check_digit(std::string_view digits) {
  if (!all_digits(digits) || (digits.size() != 8 && digits.size() != 12 && digits.size() != 13))
    return false;
  int sum = 0;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    const bool thrice = (digits.size() - 1 - at) % 2 == 1;
    sum += (digits[at] - '0') * (thrice ? 3 : 1);
  }
  return sum % 10 == 0;
}

std::vector<SearchGuess> guess_search(std::string_view typed, std::string_view country,
                                      const std::vector<SearchStore>& stores) {
  const std::string text(trimmed(beginning_of(trimmed(typed), search_bytes_max)));
  if (text.empty()) return {};
  Guesses guesses;
  const std::string without_mark(trimmed(text.front() == '#' ? text.substr(1) : text));
  if (auto named = with_prefix(text)) {
    guesses.add(std::move(named));
  } else if (text.front() == '#' && !without_mark.empty()) {
    guesses.add(SearchKind::order, without_mark);
  } else if (text.find('@') != std::string::npos) {
    std::string close;
    std::remove_copy(text.begin(), text.end(), std::back_inserter(close), ' ');
    constexpr std::string_view mailto = "mailto:";
    close = journal::folded(close);
    guesses.add(SearchKind::email, close.starts_with(mailto) ? close.substr(mailto.size()) : close);
  } else if (const std::string id = event_id(text); !id.empty()) {
    guesses.add(SearchKind::event, id);
  } else if (is_receipt(text)) {
    guesses.add(SearchKind::receipt, upper(text));
  } else if (all_digits(text)) {
    add_stores(guesses, text, stores, true);
    guess_digits(guesses, text, country);
  } else {
    add_stores(guesses, text, stores, true);
    guess_words(guesses, text, country, stores);
  }
  guesses.add(SearchKind::anything, text);
  return guesses.take();
}

}  // namespace tillbridge::desk
