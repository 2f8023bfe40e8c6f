// The one file that sees libphonenumber.

#include <algorithm>
#include <string>

#include <phonenumbers/phonenumberutil.h>

#include "model/identity.h"

namespace tillbridge::model {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// "" when the text is no number that can exist. "Possible" and not "valid": ranges that were opened
// after the library's data was made must not stop a sale.
std::string possible_e164(std::string_view text, const std::string& region) {
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (numbers.Parse(std::string(text), region, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
    return {};
  if (numbers.IsPossibleNumberWithReason(number) != PhoneNumberUtil::IS_POSSIBLE) return {};
  std::string formatted;
  numbers.Format(number, PhoneNumberUtil::E164, &formatted);
  return formatted;
}

// Without words behind the digits ("070... mobile"): the library would dial their letters.
std::string_view without_trailing_words(std::string_view text) {
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == std::string_view::npos) return text;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto* const letter =
      std::find_if(text.begin() + static_cast<std::ptrdiff_t>(digit), text.end(), is_letter);
  return text.substr(0, static_cast<std::size_t>(letter - text.begin()));
}

}  // namespace

Result<std::string> phone_e164(std::string_view text, std::string_view country) {
  constexpr std::size_t text_bytes_max = 256;
  const std::string region = country.empty() ? "ZZ" : std::string(country);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::string{};
  if (text.size() <= text_bytes_max) {
    const std::string_view first =
        without_trailing_words(text.substr(0, text.find_first_of(";,|\n")));
    std::string formatted = possible_e164(first, region);
    // A slash divides area code and number in some countries and two numbers in others.
    if (formatted.empty() && first.find('/') != std::string_view::npos)
      formatted = possible_e164(first.substr(0, first.find('/')), region);
    if (!formatted.empty()) return formatted;
  }
  return fail(Error::Kind::invalid_input, country.empty()
                                              ? "the phone number is not possible without a country"
                                              : "the phone number is not possible in " + region);
}

}  // namespace tillbridge::model
