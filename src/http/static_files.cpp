#include "http/static_files.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace tillbridge::http {
namespace beast = boost::beast;
namespace {

constexpr std::string_view index_path = "/index.html";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// "0", "0.", "0.000": the client refuses the coding.
bool is_zero(std::string_view quality) {
  return !quality.empty() && quality.find_first_not_of("0.") == std::string_view::npos;
}

// RFC 9110 12.5.3; "*" is taken for any coding that is not named.
bool takes_gzip(const Request& request) {
  bool any = false;
  const std::string value(request.header("accept-encoding"));
  for (const auto& [coding, parameters] : beast::http::ext_list(value)) {
    const bool named = beast::iequals(coding, "gzip");
    if (!named && coding != "*") continue;
    bool refused = false;
    for (const auto& [key, quality] : parameters)
      refused = refused || (beast::iequals(key, "q") && is_zero(quality));
    if (named) return !refused;
    any = !refused;
  }
  return any;
}

// RFC 9110 13.1.2: weak comparison, so a W/ that a proxy put in front does not matter. Our own
// etags hold neither quotes nor commas, so cutting at commas is enough.
bool client_has(const Request& request, std::string_view quoted_etag) {
  std::string_view rest = request.header("if-none-match");
  while (!rest.empty()) {
    std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    one = trimmed(one);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == quoted_etag) return true;
  }
  return false;
}

bool is_client_route(std::string_view path) {
  if (path == "/api" || path.starts_with("/api/")) return false;
  return path.starts_with('/') && path.substr(path.rfind('/')).find('.') == std::string_view::npos;
}

}  // namespace

StaticFiles::StaticFiles(std::vector<Header> headers) : headers_(std::move(headers)) {}

void StaticFiles::add(const StaticFile& file) {
  if (!file.path.starts_with('/'))
    throw std::invalid_argument("the file '" + std::string(file.path) + "' needs a path from '/'");
  const bool plain = std::all_of(file.etag.begin(), file.etag.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != ',';
  });
  if (file.etag.empty() || !plain)
    throw std::invalid_argument("the etag of '" + std::string(file.path) + "' is not usable");
  if (!files_.emplace(file.path, file).second)
    throw std::invalid_argument("the file '" + std::string(file.path) + "' is there twice");
}

const StaticFile* StaticFiles::find(std::string_view path) const {
  auto found = files_.find(path);
  if (found == files_.end() && is_client_route(path)) found = files_.find(index_path);
  return found == files_.end() ? nullptr : &found->second;
}

std::optional<Reply> StaticFiles::serve(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const StaticFile* file = find(request.path);
  if (file == nullptr) return std::nullopt;

  const bool packed = !file->gzip_body.empty() && takes_gzip(request);
  // Two forms of a file are two things to a cache, so each has an etag of its own.
  const std::string etag = '"' + std::string(file->etag) + (packed ? ".gz\"" : "\"");
  Reply reply;
  reply.headers = headers_;
  reply.headers.push_back(Header{"ETag", etag});
  reply.headers.push_back(Header{
      "Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache"});
  if (!file->gzip_body.empty()) reply.headers.push_back(Header{"Vary", "Accept-Encoding"});
  if (client_has(request, etag)) {
    reply.status = 304;
    return reply;
  }
  if (packed) reply.headers.push_back(Header{"Content-Encoding", "gzip"});
  reply.content_type = file->content_type;
  reply.body = packed ? file->gzip_body : file->body;  // for HEAD, the server leaves it out
  return reply;
}

}  // namespace tillbridge::http
