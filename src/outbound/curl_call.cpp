#include "outbound/curl_call.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>

#include "base/assert.h"
#include "outbound/egress.h"
#include "outbound/known_places.h"

namespace tillbridge::outbound {
namespace {

// LIMIT: all header lines of an answer together. curl limits the single line.
constexpr std::size_t answer_header_bytes_max = 256 * 1024;
// Far below where curl begins to ask whether a body is welcome (1 MB).
constexpr std::size_t expect_bytes_min = 64 * 1024;
constexpr const char* accepted_encodings = "gzip";

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool same_name(std::string_view name, std::string_view lower_case_name) {
  return name.size() == lower_case_name.size() && lower_case(name) == lower_case_name;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_get(const std::string& method) {
  return method == "GET" || method == "HEAD";
}

template <typename Value>
void set(void* easy, CURLoption option, Value value) {
  // Options are fixed by this file and libcurl's version by the build: a refusal is a defect.
  TB_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

}  // namespace

Result<Target> check_request(const HttpRequest& request, KnownPlaces& places) {
  // Users' URLs are no closed set: they must not push out what is called all the time.
  TB_TRY(const Place at,
         request.user_supplied_url ? read_url(request.url) : places.read(request.url));
  const std::string& host = at.host;
  if (at.scheme != "http" && at.scheme != "https")
    return fail(Error::Kind::rejected, "only http and https URLs are called, not " + at.scheme);
  if (!is_token(request.method))
    return fail(Error::Kind::rejected, "the method of the call to " + host + " is not valid");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !stays_in_its_line(value))
      return fail(Error::Kind::rejected, "a header of the call to " + host + " is not valid");
  }
  if (!stays_in_its_line(request.bearer.reveal()))
    return fail(Error::Kind::rejected, "the credentials for " + host + " hold a line break");
  std::string place = at.scheme + "://" + host + ":" + at.port;
  if (!request.user_supplied_url) return Target{std::move(place), host, false, at.url};
  // The hosts of users' URLs are no closed set: one label for all of them, and turns of their own.
  return Target{"user " + std::move(place), "user_supplied", true, at.url};
}

struct CurlCall::Callbacks {
  static std::size_t body(char* data, std::size_t one, std::size_t size, void* self) {
    CurlCall& call = *static_cast<CurlCall*>(self);
    if (call.answer_.body.size() + size > call.request_.answer_bytes_max) {
      call.too_large_ = true;
      return 0;
    }
    call.answer_.body.append(data, one * size);
    return one * size;
  }

  static std::size_t header(char* data, std::size_t one, std::size_t size, void* self) {
    CurlCall& call = *static_cast<CurlCall*>(self);
    const std::string_view line(data, one * size);
    call.header_bytes_ += line.size();
    if (call.header_bytes_ > answer_header_bytes_max) {
      call.too_large_ = true;
      return 0;
    }
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) {
      call.answer_.headers.clear();  // those before were of a 100 Continue
    } else if (colon != std::string_view::npos) {
      call.answer_.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                        trimmed(line.substr(colon + 1)));
    }
    return line.size();
  }

  // Called each time curl is about to put the request on an established connection. When a pooled
  // connection dies before the first byte of an answer, curl takes another one and sends again by
  // itself; the first request may have been processed, so for all but GET that is refused here.
  static int ready_to_send(void* self, char* address, char*, int, int) {
    CurlCall& call = *static_cast<CurlCall*>(self);
    // A pooled connection may have been opened by a call that may go anywhere.
    if (call.public_only() && !is_public_address_text(address).value_or(false)) {
      call.egress_refused_ = true;
      return CURL_PREREQFUNC_ABORT;
    }
    if (call.attempts_++ > 0 && !is_get(call.request_.method)) {
      call.resend_refused_ = true;
      return CURL_PREREQFUNC_ABORT;
    }
    return CURL_PREREQFUNC_OK;
  }
};

CurlCall::CurlCall(HttpRequest request, Target target)
    : Call(std::move(target), request.connect_time_max, request.total_time_max),
      request_(std::move(request)) {}

bool CurlCall::may_connect_to(const sockaddr& address) {
  if (!public_only() || is_public_address(address)) return true;
  egress_refused_ = true;
  return false;
}

void CurlCall::set_up_protocol(void* easy, const CurlSettings& settings) const {
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_ACCEPT_ENCODING, accepted_encodings);
  // For the proxy, to which the header lines of a call do not go.
  if (!settings.proxy.empty()) set(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  set(easy, CURLOPT_WRITEFUNCTION, &Callbacks::body);
  set(easy, CURLOPT_HEADERFUNCTION, &Callbacks::header);
  set(easy, CURLOPT_PREREQFUNCTION, &Callbacks::ready_to_send);
}

void CurlCall::prepare_protocol(const CurlSettings& settings) {
  set(easy(), CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy(), CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy(), CURLOPT_PREREQDATA, static_cast<void*>(this));
  prepare_target(settings);
  prepare_method();
  prepare_headers(settings);
}

void CurlCall::prepare_target(const CurlSettings& settings) {
  // SAFETY: curl copies from the URL when the call begins; the target of this call holds it.
  set(easy(), CURLOPT_CURLU, static_cast<CURLU*>(target().url.get()));
  // Where a proxy connects to cannot be seen from here, so what may lead to public addresses only
  // goes without it; users' URLs moreover on a connection of their own, so that nobody learns from
  // the time it takes where others connect to.
  set(easy(), CURLOPT_PROXY, public_only() ? "" : settings.proxy.c_str());
  if (request_.user_supplied_url) {
    set(easy(), CURLOPT_FRESH_CONNECT, 1L);
    set(easy(), CURLOPT_FORBID_REUSE, 1L);
  }
}

void CurlCall::prepare_method() {
  const std::string& method = request_.method;
  if (method == "HEAD") {
    set(easy(), CURLOPT_NOBODY, 1L);
    return;
  }
  const bool sends_body =
      !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (sends_body) {
    // SAFETY: curl does not copy the body; this call outlives the transfer.
    set(easy(), CURLOPT_POSTFIELDS, request_.body.data());
    set(easy(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  if (method != (sends_body ? "POST" : "GET")) set(easy(), CURLOPT_CUSTOMREQUEST, method.c_str());
}

void CurlCall::prepare_headers(const CurlSettings& settings) {
  bool typed = false;
  bool named = false;
  bool accepts = false;
  for (const auto& [name, value] : request_.headers) {
    typed = typed || same_name(name, "content-type");
    named = named || same_name(name, "user-agent");
    accepts = accepts || same_name(name, "accept-encoding");
    // curl takes "Name:" for "leave this header out"; "Name;" sends it empty.
    if (trimmed(value).empty())
      headers_.add(name, ";");
    else
      headers_.add(name, ": ", value);
  }
  // curl would write these two by itself, at twice the cost.
  if (!named) headers_.add("User-Agent: ", settings.user_agent);
  if (!accepts) headers_.add("Accept-Encoding: ", accepted_encodings);
  // Else curl would call each body a form.
  if (!typed) headers_.add("Content-Type:");
  // A server that does not know it would cost a second per call. curl asks for large bodies only,
  // and looks through all lines for each header that it might add by itself.
  if (request_.body.size() >= expect_bytes_min) headers_.add("Expect:");
  if (!request_.bearer.empty()) headers_.add("Authorization: ", request_.bearer.reveal());
  // SAFETY: curl does not copy the lines; this call outlives the transfer.
  set(easy(), CURLOPT_HTTPHEADER, headers_.list());
  if (request_.basic_user.empty() && request_.basic_password.empty()) return;
  set(easy(), CURLOPT_USERNAME, request_.basic_user.c_str());
  // SAFETY: a Secret's view is that of a whole std::string, so a zero byte follows it.
  set(easy(), CURLOPT_PASSWORD, request_.basic_password.reveal().data());
}

// Every option that prepare_protocol() may set has its counterpart here, but for those that it sets
// for each call.
bool CurlCall::leave_protocol() {
  // The rare ones, with more to take back: a fresh start costs them little. What was repeated or
  // failed leaves a count of repetitions behind that no option takes back.
  if (request_.user_supplied_url || attempts_ > 1 || !went_through_) return false;
  constexpr char* none = nullptr;
  set(easy(), CURLOPT_CURLU, static_cast<CURLU*>(nullptr));
  set(easy(), CURLOPT_URL, none);  // curl notes the URL that it was given as a CURLU here
  set(easy(), CURLOPT_WRITEDATA, static_cast<void*>(nullptr));
  set(easy(), CURLOPT_HEADERDATA, static_cast<void*>(nullptr));
  set(easy(), CURLOPT_PREREQDATA, static_cast<void*>(nullptr));
  set(easy(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  set(easy(), CURLOPT_POSTFIELDS, none);
  set(easy(), CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{-1});
  set(easy(), CURLOPT_CUSTOMREQUEST, none);
  set(easy(), CURLOPT_HTTPGET, 1L);  // after POSTFIELDS, which means POST; ends NOBODY, too
  if (request_.basic_user.empty() && request_.basic_password.empty()) return true;
  set(easy(), CURLOPT_USERNAME, none);
  set(easy(), CURLOPT_PASSWORD, none);
  return true;
}

Error CurlCall::error(Error::Kind kind, const std::string& what) const {
  return Error{kind, request_.method + " to " + target().label + ": " + what, std::nullopt};
}

Result<HttpAnswer> CurlCall::finish(int code, Tick now) {
  if (egress_refused_ && attempts_ == 0) {
    return fail(error(Error::Kind::rejected,
                      "the URL leads to a private or reserved address; only public ones may be "
                      "called here"));
  }
  if (too_large_) {
    return fail(error(Error::Kind::rejected, "the answer is larger than " +
                                                 std::to_string(request_.answer_bytes_max) +
                                                 " bytes (or its header than " +
                                                 std::to_string(answer_header_bytes_max) + ")"));
  }
  went_through_ = code == CURLE_OK;
  if (went_through_) {
    long status = 0;
    curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    answer_.took = now - started();
    return std::move(answer_);
  }
  std::string what = why(code);
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return fail(error(Error::Kind::rejected, what));
  // curl's word for having been told not to send again
  if (resend_refused_) what = "the pooled connection was closed before an answer came";
  if (attempts_ == 0) return fail(error(Error::Kind::retry, what + " (nothing was sent)"));
  long connects = 0;
  curl_easy_getinfo(easy(), CURLINFO_NUM_CONNECTS, &connects);
  const bool stale =
      header_bytes_ == 0 && (connects == 0 || attempts_ > 1) && code != CURLE_OPERATION_TIMEDOUT;
  if (stale && is_get(request_.method)) return fail(error(Error::Kind::retry, what));
  return fail(error(Error::Kind::unknown_outcome, what + " (the request may have arrived)"));
}

Result<HttpAnswer> CurlCall::cancelled() const {
  if (attempts_ == 0) return fail(error(Error::Kind::retry, "stopped before the request was sent"));
  return fail(error(Error::Kind::unknown_outcome, "stopped while the call was under way"));
}

}  // namespace tillbridge::outbound
