#include "http/reply_text.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <date/date.h>
#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::http {
namespace beast = boost::beast;
namespace {

bool is_token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_ours(std::string_view name) {
  return beast::iequals(name, "content-length") || beast::iequals(name, "connection") ||
         beast::iequals(name, "transfer-encoding");
}

bool without_content(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_value(value)) {
    telemetry::log(telemetry::Level::error, "reply_header_left_out",
                   {{"why", "line break or control character in its name or value"}});
    return;
  }
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool has_body(const Reply& reply, const ReplyFacts& facts) {
  return !facts.is_head && !without_content(reply.status);
}

bool is_streamed(const Reply& reply) {
  return reply.stream && reply.body.empty() && !without_content(reply.status);
}

std::string reply_head(const Reply& reply, const ReplyFacts& facts, std::string_view date) {
  const int status = reply.status >= 100 && reply.status <= 999 ? reply.status : 500;
  const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(status));
  constexpr std::size_t usual_bytes = 192;
  std::string head;
  // Small bodies go out in one piece with it.
  head.reserve(usual_bytes + (reply.body.size() < usual_bytes ? reply.body.size() : 0));
  head += "HTTP/1.1 ";
  head += fmt::format_int(status).c_str();
  head += ' ';
  head.append(reason.data(), reason.size()).append("\r\n");
  bool dated = false;
  for (const Header& header : reply.headers) {
    if (is_ours(header.name)) continue;
    dated = dated || beast::iequals(header.name, "date");
    append_header(head, header.name, header.value);
  }
  if (!dated) head.append("Date: ").append(date).append("\r\n");  // ours: nothing to check
  if (!reply.content_type.empty()) append_header(head, "Content-Type", reply.content_type);
  if (is_streamed(reply)) {
    if (facts.version == 11) head += "Transfer-Encoding: chunked\r\n";
  } else if (!without_content(status)) {
    head.append("Content-Length: ").append(fmt::format_int(reply.body.size()).c_str());
    head += "\r\n";
  }
  if (!facts.keep_alive) {
    head += "Connection: close\r\n";
  } else if (facts.version == 10) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

std::string http_date(Instant at) {
  return date::format("%a, %d %b %Y %T GMT", date::floor<std::chrono::seconds>(at));
}

}  // namespace tillbridge::http
