#pragma once
// What a handler sees and answers. No Beast here: its headers stay inside http/*.cpp.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async.h"

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

// Where the body of an answer goes that is written piece by piece (Reply::stream). Core thread
// only.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Sends all of it, and resumes when the machine has taken it: at the latest after the server's
  // receive_time_max, then a peer that does not read is closed. False: the peer is gone or the
  // server stops; return then. One write at a time.
  virtual Task<bool> write(std::string bytes) = 0;

  // False once the peer is gone, the server stops, or the stream function has returned.
  virtual bool open() const = 0;

  // Calls this once when the peer goes or the server stops, at once if that has happened already,
  // and never after the stream function has returned. For functions that wait for something to
  // send: wake up and return. One callback, the last that was given; it must not throw, nor hold
  // this stream.
  virtual void on_closed(std::function<void()> notify) = 0;
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
  // Set, and body empty: the server sends the head without a length and then runs this until it
  // returns or the peer goes; the handle time limit does not apply. The connection is closed at the
  // end. An exception ends the answer so that the peer can tell that it is cut off. The function
  // may run on for a moment after the Server is destroyed: what it uses must outlive it. Not run
  // for HEAD, nor when streams_max are open: then the answer is 503.
  std::function<Task<void>(std::shared_ptr<ByteStream>)> stream = {};
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
