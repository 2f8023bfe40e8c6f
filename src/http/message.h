#pragma once
// What a handler sees and answers. No Beast here: its headers stay inside http/*.cpp.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tillbridge::http {

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method;  // "POST"
  std::string path;    // percent-decoded, without the query: "/events"
  std::string query;   // raw, without '?'
  std::string body;
  std::vector<Header> headers;
  std::string peer;  // remote address, text
  std::vector<std::pair<std::string, std::string>>
      captures;  // {name} parts of the matched route, decoded
  std::string
      raw_path;  // path as it came, so that %2F inside a segment is no separator; may be left empty

  // First header of this name (case-insensitive), or empty.
  std::string_view header(std::string_view name) const;
  // First value of this query parameter, decoded (+ and %XX); nullopt when absent.
  std::optional<std::string> parameter(std::string_view name) const;
  std::string_view capture(std::string_view name) const;
};

struct Reply {
  int status = 200;
  std::string body;
  std::string content_type;     // empty: no Content-Type header
  std::vector<Header> headers;  // further headers
  bool close = false;           // close the connection after this reply
  // For simulators and fault drills only: what to do instead of a clean answer.
  enum class Break {
    none,
    reset_before_answer,
    reset_inside_answer,
    never_answer
  } break_off = Break::none;
};

struct BasicCredentials {
  std::string user;
  std::string password;
};
// Reads "Authorization: Basic ..."; nullopt if absent or malformed. Compare with Secret::matches.
std::optional<BasicCredentials> basic_credentials(const Request& request);

// Percent-decodes; plus_is_space for query strings. Malformed escapes are kept as they are.
std::string percent_decode(std::string_view text, bool plus_is_space);

}  // namespace tillbridge::http
