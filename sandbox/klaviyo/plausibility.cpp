#include "klaviyo/plausibility.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace sandbox::klaviyo {
namespace {

struct Plan {  // of national numbers, without the country's code
  std::string_view code;
  std::size_t digits_min, digits_max;
  std::string_view first_digits;  // that such a number may begin with
};
// Enough for the countries that the shops sell in; the others are held to E.164's own bounds.
constexpr std::array plans = {Plan{"+46", 7, 9, "123456789"}, Plan{"+47", 8, 8, "23456789"},
                              Plan{"+45", 8, 8, "23456789"},  Plan{"+358", 5, 12, "123456789"},
                              Plan{"+1", 10, 10, "23456789"}, Plan{"+44", 9, 10, "123789"},
                              Plan{"+49", 5, 12, "123456789"}};

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c >= 0x80; });
}

bool is_domain(std::string_view domain) {
  std::size_t labels = 0;
  while (true) {
    const auto dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2 && domain.size() >= 2;
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string tidy_email(std::string_view email, bool fold_case) {
  while (!email.empty() && email.front() == ' ') email.remove_prefix(1);
  while (!email.empty() && email.back() == ' ') email.remove_suffix(1);
  std::string tidy(email);
  if (fold_case) {
    std::transform(tidy.begin(), tidy.end(), tidy.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  return tidy;
}

bool is_plausible_email(std::string_view email) {
  const auto at = email.rfind('@');
  if (email.size() > 100 || at == std::string_view::npos || at == 0 || at > 64) return false;
  const std::string_view local = email.substr(0, at);
  const bool bad_local = local.front() == '.' || local.back() == '.' ||
                         local.find("..") != std::string_view::npos ||
                         std::any_of(local.begin(), local.end(), [](unsigned char c) {
                           return c <= ' ' || c == 0x7f ||
                                  std::string_view("@,;:<>()[]\\\"").find(static_cast<char>(c)) !=
                                      std::string_view::npos;
                         });
  return !bad_local && is_domain(email.substr(at + 1));
}

bool is_plausible_phone(std::string_view phone) {
  if (phone.size() < 8 || phone.size() > 16 || phone[0] != '+' || phone[1] == '0') return false;
  if (!std::all_of(phone.begin() + 1, phone.end(),
                   [](unsigned char c) { return std::isdigit(c) != 0; }))
    return false;
  for (const Plan& plan : plans) {
    if (!phone.starts_with(plan.code)) continue;
    const std::string_view national = phone.substr(plan.code.size());
    return national.size() >= plan.digits_min && national.size() <= plan.digits_max &&
           plan.first_digits.find(national[0]) != std::string_view::npos;
  }
  return true;
}

bool is_test_address(std::string_view email, const std::set<std::string>& domains) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string domain = tidy_email(email.substr(at + 1), true);
  if (domains.contains(domain)) return true;
  return std::any_of(domains.begin(), domains.end(), [&domain](const std::string& form) {
    if (!form.starts_with("*.")) return false;
    return domain == form.substr(2) || domain.ends_with(form.substr(1));
  });
}

}  // namespace sandbox::klaviyo
