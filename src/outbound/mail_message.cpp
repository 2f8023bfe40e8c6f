#include "outbound/mail_message.h"

#include <algorithm>

#include <date/date.h>

#include "base/base64.h"
#include "outbound/call.h"

namespace tillbridge::outbound {
namespace {

constexpr std::size_t address_bytes_max = 254;  // RFC 5321 4.5.3.1.3, without the brackets
constexpr std::size_t recipients_max = 100;     // what every server takes (RFC 5321 4.5.3.1.8)
constexpr std::size_t plain_bytes_max = 64;     // a line of a header with its name: below 78
constexpr std::size_t word_bytes_max = 45;      // encoded: 60, and with its marks below 75

// Of addresses and message ids alike. Stricter than the RFC: no quoted local parts, no comments, no
// address literals, ASCII only (punycode for other domains).
bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  static constexpr std::string_view specials = "()<>[]:;@\\,\"";
  const auto plain = [](char c) {
    return c > ' ' && c < 0x7f && specials.find(c) == std::string_view::npos;
  };
  return text.size() <= address_bytes_max && std::all_of(text.begin(), text.begin() + at, plain) &&
         std::all_of(text.begin() + at + 1, text.end(), plain);
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::string with_crlf(std::string_view text) {
  std::string lines;
  lines.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) lines.push_back('\r');
    lines.push_back(text[i]);
  }
  return lines;
}

}  // namespace

std::string header_text(std::string_view utf8) {
  const bool ascii =
      std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (ascii && utf8.size() <= plain_bytes_max && utf8.find("=?") == std::string_view::npos)
    return std::string(utf8);
  std::string words;
  while (!utf8.empty()) {
    std::size_t size = std::min(word_bytes_max, utf8.size());
    // What is no UTF-8 at all is cut anywhere: a character has no more than three of these.
    for (int i = 0; i < 3 && size > 1 && size < utf8.size() && is_continuation(utf8[size]); ++i)
      --size;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + base64_encode(utf8.substr(0, size)) + "?=";
    utf8.remove_prefix(size);
  }
  return words;
}

Result<MailMessage> compose(const Mail& mail) {
  const auto refuse = [](const char* why) {
    return fail(Error::Kind::rejected, std::string("the mail cannot be sent: ") + why);
  };
  if (!is_address(mail.from)) return refuse("its sender is no usable address");
  if (mail.to.empty()) return refuse("it has no recipient");
  if (mail.to.size() > recipients_max) return refuse("it has more than 100 recipients");
  if (!std::all_of(mail.to.begin(), mail.to.end(), is_address))
    return refuse("one of its recipients is no usable address");
  if (!is_address(mail.message_id)) return refuse("its message id is malformed");
  if (!stays_in_its_line(mail.subject)) return refuse("its subject holds a line break");

  MailMessage message{mail.from, mail.to, {}, with_crlf(mail.text)};
  std::string to;
  for (const std::string& address : mail.to) to += (to.empty() ? "" : ",\r\n ") + address;
  message.headers = {
      "Date: " +
          date::format("%a, %d %b %Y %T +0000", date::floor<std::chrono::seconds>(mail.date)),
      "From: " + mail.from,
      "To: " + to,
      "Message-ID: <" + mail.message_id + ">",
      "Subject: " + header_text(mail.subject),
      "Auto-Submitted: auto-generated",  // RFC 3834: no out-of-office answers, please
  };
  return message;
}

}  // namespace tillbridge::outbound
