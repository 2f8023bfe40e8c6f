#include "model/identity.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>

namespace tillbridge::model {
namespace {

constexpr std::size_t identifier_bytes_max = 256;  // bloomreach.md 4

std::string trimmed(std::string_view text) {
  return boost::algorithm::trim_copy(std::string(text), std::locale::classic());
}

std::string lower(const std::string& text) {
  return boost::algorithm::to_lower_copy(text, std::locale::classic());
}

// Bytes of letters outside ASCII count as letters.
bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_space_or_control(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

tl::unexpected<Error> faulty(std::string what) {
  return fail(Error::Kind::invalid_input, std::move(what));
}

// The rules of bloomreach.md 6.1 that hold for identifiers of every kind.
Result<void> check_common(const std::string& value, std::string_view kind) {
  const std::string named(kind);
  if (value.size() > identifier_bytes_max) return faulty("the " + named + " is over 256 bytes");
  const std::string low = lower(value);
  if (low == "null" || low == "undefined")
    return faulty("the " + named + " is the text '" + low + "'");
  if (std::none_of(value.begin(), value.end(), is_alphanumeric))
    return faulty("the " + named + " has no letter and no digit");
  return {};
}

Result<std::string> identifier(std::string_view text, std::string_view kind) {
  std::string value = trimmed(text);
  if (value.empty()) return value;
  TB_CHECK(check_common(value, kind));
  return value;
}

}  // namespace

Result<IdentitySource> identity_source(std::string_view name) {
  if (name == "crm_customer_id") return IdentitySource::crm_customer_id;
  if (name == "crm_member_number") return IdentitySource::crm_member_number;
  if (name == "email") return IdentitySource::email;
  if (name == "phone") return IdentitySource::phone;
  return faulty("'" + std::string(name) +
                "' is no source of an identity; use crm_customer_id, crm_member_number, email or "
                "phone");
}

Result<std::string> normal_id(std::string_view text) {
  return identifier(text, "identifier");
}

Result<std::string> normal_email(std::string_view text) {
  std::string value = lower(trimmed(text));
  if (value.empty()) return value;
  TB_CHECK(check_common(value, "e-mail"));
  const std::size_t at = value.find('@');
  if (at == std::string::npos || value.find('@', at + 1) != std::string::npos)
    return faulty("the e-mail does not have exactly one @");
  if (at == 0) return faulty("the e-mail has nothing before the @");
  const std::string_view domain = std::string_view(value).substr(at + 1);
  if (domain.find('.') == std::string_view::npos || domain.starts_with('.') ||
      domain.ends_with('.') || domain.find("..") != std::string_view::npos) {
    return faulty("the e-mail has no domain that can exist");
  }
  const bool has_separator = std::any_of(value.begin(), value.end(), [](char c) {
    return is_space_or_control(c) || c == ',' || c == ';' || c == '<' || c == '>';
  });
  if (has_separator) return faulty("the e-mail has characters that no address has");
  return value;
}

Result<std::string> identity_value(const CustomerFacts& customer, IdentitySource source) {
  switch (source) {
    case IdentitySource::crm_customer_id:
      return identifier(customer.crm_customer_id, "CRM customer id");
    case IdentitySource::crm_member_number:
      return identifier(customer.crm_member_number, "member number");
    case IdentitySource::email:
      return normal_email(customer.email);
    case IdentitySource::phone: {
      const std::string value = trimmed(customer.phone);
      if (value.empty()) return value;
      TB_CHECK(check_common(value, "phone number"));
      return phone_e164(value, customer.country);
    }
  }
  return faulty("unknown source of an identity");
}

}  // namespace tillbridge::model
