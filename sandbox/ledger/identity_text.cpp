#include "ledger/identity_text.h"

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::size_t id_bytes_max = 256;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::string in_lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool is_possible_id(std::string_view id) {
  if (id.size() > id_bytes_max || id == "null" || id == "undefined") return false;
  return std::any_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;  // letters of other scripts
  });
}

bool is_possible_email(std::string_view email) {
  const std::size_t at = email.find('@');
  if (at == std::string_view::npos || at == 0 || email.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = email.substr(at + 1);
  const std::size_t point = domain.find('.');
  if (point == std::string_view::npos || point == 0 || domain.back() == '.') return false;
  return std::none_of(email.begin(), email.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

bool is_e164(std::string_view phone) {
  if (phone.size() < 8 || phone.size() > 16 || phone[0] != '+' || phone[1] == '0') return false;
  return std::all_of(phone.begin() + 1, phone.end(), [](char c) { return c >= '0' && c <= '9'; });
}

SourcedId sourced_id(const TillOrder& order, const std::string& source) {
  SourcedId id;
  if (source == "email") {
    id.text = in_lower_case(trimmed(order.email));
    id.possible = is_possible_id(id.text) && is_possible_email(id.text);
  } else if (source == "phone") {
    id.text = trimmed(order.phone);
    id.possible = is_e164(id.text);
  } else {
    id.text = trimmed(source == "crm_member_number" ? order.member_number : order.customer_id);
    id.possible = is_possible_id(id.text);
  }
  return id;
}

}  // namespace sandbox
