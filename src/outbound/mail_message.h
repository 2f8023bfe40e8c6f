#pragma once
// Inside of the transport: a mail as it goes on the wire (RFC 5322, 2047), except for the encoding
// of its text, which is curl's. Pure; any thread.

#include <string>
#include <string_view>
#include <vector>

#include "outbound/mail.h"

namespace tillbridge::outbound {

struct MailMessage {
  std::string from;                  // envelope
  std::vector<std::string> to;       // envelope
  std::vector<std::string> headers;  // "Subject: ..."; folded where long, without the last CRLF
  std::string text;                  // lines end with CRLF
};

// Refuses (rejected) whatever could break out of its header or envelope line.
Result<MailMessage> compose(const Mail& mail);

// Text of a header as ASCII: as it is when that is possible, else as encoded words that are folded
// and never cut inside of a character.
std::string header_text(std::string_view utf8);

}  // namespace tillbridge::outbound
