#include "http/request_reader.h"

#include <limits>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/assert.h"

namespace tillbridge::http {
namespace beast = boost::beast;
namespace {

constexpr std::size_t usual_headers = 12;

using Parser = beast::http::request_parser<beast::http::string_body>;

int status_for(const beast::error_code& error) {
  if (error == beast::http::error::header_limit) return 431;
  if (error == beast::http::error::body_limit || error == beast::http::error::buffer_overflow)
    return 413;
  if (error == beast::http::error::bad_version) return 505;
  return 400;
}

std::string text(boost::core::string_view view) {
  return {view.data(), view.size()};
}

// "/a?b", "http://host/a?b" (which a server must take too) or "*". False for anything else.
bool read_target(std::string_view target, Request& request) {
  if (target.starts_with("http://") || target.starts_with("https://")) {
    target.remove_prefix(target.find("//") + 2);
    const std::size_t end = target.find_first_of("/?");
    target.remove_prefix(std::min(end, target.size()));
    if (!target.starts_with('/')) request.raw_path = "/";
  } else if (!target.starts_with('/') && target != "*") {
    return false;
  }
  target = target.substr(0, target.find('#'));
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.raw_path += target.substr(0, mark);
  request.path = percent_decode(request.raw_path, false);
  request.query = target.substr(std::min(mark + 1, target.size()));
  return request.path.find('\0') == std::string::npos;
}

}  // namespace

struct RequestReader::State {
  ReaderLimits limits;
  std::optional<Parser> parser;
  Request request;
  bool header_taken = false;
  bool continue_owed = false;
  bool is_head = false;
  int refusal = 0;

  void take_header() {
    header_taken = true;
    const auto& message = parser->get();
    request.method = text(message.method_string());
    is_head = message.method() == beast::http::verb::head;
    std::size_t hosts = 0;
    std::size_t codings = 0;
    request.headers.reserve(usual_headers);
    // Copied now: fields that come behind a chunked body must not pass for header fields.
    for (const auto& field : message) {
      if (field.name() == beast::http::field::host) ++hosts;
      if (field.name() == beast::http::field::transfer_encoding) ++codings;
      request.headers.push_back(Header{text(field.name_string()), text(field.value())});
    }
    if (message.version() != 10 && message.version() != 11) {
      refusal = 505;
    } else if (!read_target({message.target().data(), message.target().size()}, request) ||
               hosts > 1 || (hosts == 0 && message.version() == 11) ||
               (codings > 0 && message.version() == 10)) {
      refusal = 400;  // RFC 9112 3.2 on Host, 6.1 on codings from HTTP/1.0 peers
    } else if (codings > 1 ||
               (codings == 1 &&
                !beast::iequals(message[beast::http::field::transfer_encoding], "chunked"))) {
      refusal = 501;  // its end cannot be known: never guess where the next request begins
    } else if (const auto expectation = message[beast::http::field::expect];
               !expectation.empty() && message.version() == 11) {
      continue_owed = beast::iequals(expectation, "100-continue");
      if (!continue_owed) refusal = 417;
    }
    parser->eager(true);
  }
};

RequestReader::RequestReader(ReaderLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
  begin();
}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;

void RequestReader::begin() {
  State& s = *state_;
  s.parser.emplace();
  // LIMIT: header and body of one request.
  const std::size_t wide = std::numeric_limits<std::uint32_t>::max();
  s.parser->header_limit(static_cast<std::uint32_t>(std::min(s.limits.header_bytes_max, wide)));
  s.parser->body_limit(s.limits.body_bytes_max);
  s.request = Request{};
  s.header_taken = false;
  s.continue_owed = false;
  s.is_head = false;
  s.refusal = 0;
}

std::size_t RequestReader::feed(std::string_view bytes) {
  State& s = *state_;
  const std::size_t offered = bytes.size();
  while (!bytes.empty() && !finished()) {
    beast::error_code error;
    const std::size_t used =
        s.parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(used);
    if (error && error != beast::http::error::need_more) {
      s.refusal = status_for(error);
    } else if (!s.header_taken && s.parser->is_header_done()) {
      s.take_header();
      continue;
    }
    if (error == beast::http::error::need_more || used == 0) break;
  }
  // Chunk headers have no limit of their own in the parser.
  if (!finished() && bytes.size() >= s.limits.header_bytes_max)
    s.refusal = s.header_taken ? 400 : 431;
  return offered - bytes.size();
}

bool RequestReader::finished() const {
  return state_->refusal != 0 || state_->parser->is_done();
}

int RequestReader::refusal() const {
  return state_->refusal;
}

bool RequestReader::take_continue() {
  return std::exchange(state_->continue_owed, false) && !finished();
}

bool RequestReader::keep_alive() const {
  return state_->refusal == 0 && state_->header_taken && state_->parser->keep_alive();
}

bool RequestReader::is_head() const {
  return state_->is_head;
}

unsigned RequestReader::version() const {
  return state_->header_taken && state_->parser->get().version() == 10 ? 10 : 11;
}

Request RequestReader::take() {
  TB_ASSERT(finished() && refusal() == 0);
  state_->request.body = std::move(state_->parser->get().body());
  return std::move(state_->request);
}

}  // namespace tillbridge::http
