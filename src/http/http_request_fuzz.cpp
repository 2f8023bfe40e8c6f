// What any peer on the internet may send: arbitrary bytes in arbitrary pieces, through the same
// reader, router and reply writer as a connection's.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/reply_text.h"
#include "http/request_reader.h"
#include "http/router.h"

namespace tillbridge::http {
namespace {

constexpr ReaderLimits limits{512, 256};
constexpr std::size_t piece_max = 64;

Task<Reply> nothing(Request) {
  co_return Reply{};
}

const Router& router() {
  static Router instance;
  static const bool filled = [] {
    for (const char* path : {"/", "/events", "/api/records/{id}", "/api/{kind}/{id}/parts"})
      instance.add("POST", path, nothing);
    return true;
  }();
  TB_ASSERT(filled);
  return instance;
}

// Whatever the request held, the answer's header must stay one header with the lines we wrote.
void check_reply(const Request& request) {
  Reply reply;
  reply.headers = request.headers;
  reply.content_type = request.path;
  reply.body = request.body;
  const std::string head = reply_head(reply, ReplyFacts{}, "now");
  TB_ASSERT(head.find("\r\n\r\n") == head.size() - 4);
  const auto lines = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
  TB_ASSERT(lines <= request.headers.size() + 5);
}

void use(Request request) {
  TB_ASSERT(request.body.size() <= limits.body_bytes_max);
  TB_ASSERT(request.path.find('\0') == std::string::npos);
  TB_ASSERT(request.path == "*" || request.path.starts_with('/'));
  (void)request.parameter("x");
  (void)basic_credentials(request);
  check_reply(request);
  // The router decides when it is called; the coroutine it gives back is dropped unstarted.
  (void)router().handle(std::move(request));
}

}  // namespace
}  // namespace tillbridge::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge::http;
  if (size < 1) return 0;
  const std::size_t seed = data[0];
  std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  RequestReader reader(limits);
  std::string pending;
  std::size_t turn = seed;
  while (!input.empty() || !pending.empty()) {
    turn = turn * 1103515245 + 12345;
    const std::string_view piece = input.substr(0, 1 + (turn >> 16) % piece_max);
    input.remove_prefix(piece.size());
    pending += piece;
    pending.erase(0, reader.feed(pending));
    (void)reader.take_continue();
    if (!reader.finished()) {
      TB_ASSERT(pending.size() < limits.header_bytes_max);
      if (input.empty()) break;
      continue;
    }
    if (reader.refusal() != 0) {
      TB_ASSERT(reader.refusal() >= 400 && !reader.keep_alive());
      break;
    }
    use(reader.take());
    if (!reader.keep_alive()) break;
    reader.begin();
  }
  return 0;
}
