#pragma once
// Whether an e-mail address or a phone number can be right (contract 5.2, 6.5, 8.3). Any thread.

#include <set>
#include <string>
#include <string_view>

namespace sandbox::klaviyo {

// Trimmed, and in lower case when fold_case.
std::string tidy_email(std::string_view email, bool fold_case);
bool is_plausible_email(std::string_view email);  // at most 100 characters
// E.164 and, for the countries whose plan is known here, a length and a first digit that exist.
bool is_plausible_phone(std::string_view phone);
// domains: "example.com" or "*.example" (that domain and everything below).
bool is_test_address(std::string_view email, const std::set<std::string>& domains);

}  // namespace sandbox::klaviyo
