#include "outbound/mail_call.h"

#include <algorithm>

#include <curl/curl.h>

#include "base/assert.h"

namespace tillbridge::outbound {
namespace {

constexpr Duration connect_time_max = std::chrono::seconds{10};
// The next mail waits for the answer to QUIT.
constexpr long farewell_seconds_max = 1;

template <typename Value>
void set(void* easy, CURLoption option, Value value) {
  // Options are fixed by this file and libcurl's version by the build: a refusal is a defect.
  TB_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

void append(curl_slist*& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list, line.c_str());
  TB_ASSERT(longer != nullptr);
  list = longer;
}

long tls_level(MailServer::Tls tls) {
  switch (tls) {
    case MailServer::Tls::never:
      return CURLUSESSL_NONE;
    case MailServer::Tls::if_offered:
      return CURLUSESSL_TRY;
    case MailServer::Tls::required:
      return CURLUSESSL_ALL;
  }
  return CURLUSESSL_ALL;
}

// RFC 4954 6: credentials wrong, missing, too weak or to be changed.
bool is_about_credentials(int reply) {
  return reply == 530 || reply == 534 || reply == 535 || reply == 538;
}

}  // namespace

Result<Target> check_server(const MailServer& server) {
  TB_TRY(const Place at, read_url(server.url));
  if (at.scheme != "smtp" && at.scheme != "smtps")
    return fail(Error::Kind::rejected, "mail goes to smtp and smtps URLs, not " + at.scheme);
  return Target{at.scheme + "://" + at.host + ":" + at.port, at.host};
}

struct MailCall::Callbacks {
  // The lines of the dialogue come by here; they are looked at and not kept.
  static int trace(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
    MailCall& call = *static_cast<MailCall*>(self);
    if (type == CURLINFO_HEADER_OUT) call.saw_command({data, size});
    if (type == CURLINFO_HEADER_IN) call.saw_reply({data, size});
    return 0;
  }

  // Also called, once a second, while curl blocks.
  static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const MailCall*>(self)->stopping() ? 1 : 0;
  }

  static std::size_t drop(char*, std::size_t one, std::size_t size, void*) { return one * size; }
};

MailCall::MailCall(MailServer server, MailMessage message, Target target)
    : Call(std::move(target), std::min(connect_time_max, server.total_time_max),
           server.total_time_max),
      server_(std::move(server)),
      message_(std::move(message)) {}

MailCall::~MailCall() {
  curl_slist_free_all(recipients_);
  curl_slist_free_all(headers_);
  curl_mime_free(content_);
}

// A mail sets more than it would be worth to take back: each handle is reset after one.
void MailCall::set_up_protocol(void*, const CurlSettings&) const {}

void MailCall::prepare_protocol(const CurlSettings&) {
  trust(easy(), server_.ca_file);
  set(easy(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy(), CURLOPT_URL, server_.url.c_str());
  set(easy(), CURLOPT_USE_SSL, tls_level(server_.tls));
  // A pooled connection would say its goodbye at any later time, and block for the answer.
  set(easy(), CURLOPT_FRESH_CONNECT, 1L);
  set(easy(), CURLOPT_FORBID_REUSE, 1L);
  set(easy(), CURLOPT_VERBOSE, 1L);  // to the trace callback, not to the terminal
  set(easy(), CURLOPT_DEBUGFUNCTION, &Callbacks::trace);
  set(easy(), CURLOPT_DEBUGDATA, static_cast<void*>(this));
  set(easy(), CURLOPT_WRITEFUNCTION, &Callbacks::drop);
  set(easy(), CURLOPT_NOPROGRESS, 0L);
  set(easy(), CURLOPT_XFERINFOFUNCTION, &Callbacks::progress);
  set(easy(), CURLOPT_XFERINFODATA, static_cast<void*>(this));
  if (!server_.user.empty()) {
    set(easy(), CURLOPT_USERNAME, server_.user.c_str());
    // SAFETY: a Secret's view is that of a whole std::string, so a zero byte follows it.
    set(easy(), CURLOPT_PASSWORD, server_.password.reveal().data());
  }
  prepare_message();
}

void MailCall::prepare_message() {
  set(easy(), CURLOPT_MAIL_FROM, message_.from.c_str());
  for (const std::string& address : message_.to) append(recipients_, address);
  set(easy(), CURLOPT_MAIL_RCPT, recipients_);
  for (const std::string& header : message_.headers) append(headers_, header);
  set(easy(), CURLOPT_HTTPHEADER, headers_);
  content_ = curl_mime_init(easy());
  TB_ASSERT(content_ != nullptr);
  curl_mimepart* part = curl_mime_addpart(content_);
  TB_ASSERT(part != nullptr);
  TB_ASSERT(curl_mime_data(part, message_.text.data(), message_.text.size()) == CURLE_OK);
  TB_ASSERT(curl_mime_type(part, "text/plain; charset=utf-8") == CURLE_OK);
  TB_ASSERT(curl_mime_encoder(part, "quoted-printable") == CURLE_OK);
  set(easy(), CURLOPT_MIMEPOST, content_);
}

void MailCall::saw_command(std::string_view line) {
  asked_data_ = line.starts_with("DATA\r");
  if (!line.starts_with("QUIT\r")) {
    reply_ = 0;
    return;
  }
  leaving_ = true;
  set(easy(), CURLOPT_SERVER_RESPONSE_TIMEOUT, farewell_seconds_max);
}

void MailCall::saw_reply(std::string_view line) {
  const bool final = line.size() >= 3 && (line.size() == 3 || line[3] != '-');
  if (leaving_ || !final) return;
  reply_ = 0;
  for (const char c : line.substr(0, 3)) {
    if (c < '0' || c > '9') return;
    reply_ = reply_ * 10 + (c - '0');
  }
  answered_ = text_begun_;
  if (asked_data_ && reply_ == 354) text_begun_ = true;
}

Error MailCall::error(Error::Kind kind, const std::string& what) const {
  return Error{kind, "mail to the server " + target().label + ": " + what, std::nullopt};
}

Result<HttpAnswer> MailCall::finish(int code, Tick now) {
  // Once the server has answered for the text nothing that curl meets later matters.
  if (code == CURLE_OK || (answered_ && reply_ / 100 == 2)) {
    HttpAnswer answer;
    answer.status = reply_;
    answer.took = now - started();
    return answer;
  }
  if (code == CURLE_ABORTED_BY_CALLBACK) return cancelled();
  const std::string what = why(code);
  if (text_begun_ && !answered_) {
    return fail(error(Error::Kind::unknown_outcome, what + " (the mail may have been taken)"));
  }
  const std::string said =
      "the server answered " + std::to_string(reply_) + " (" + what + "): the mail was not taken";
  if (is_about_credentials(reply_)) return fail(error(Error::Kind::auth, said));
  if (reply_ / 100 == 5) return fail(error(Error::Kind::rejected, said));
  if (reply_ / 100 == 4) return fail(error(Error::Kind::retry, said));
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return fail(error(Error::Kind::rejected, what));
  if (code == CURLE_LOGIN_DENIED) {
    return fail(error(Error::Kind::auth,
                      "the server offers no way to log in that is known here; nothing was sent"));
  }
  return fail(error(Error::Kind::retry, what + " (nothing was sent)"));
}

Result<HttpAnswer> MailCall::cancelled() const {
  if (text_begun_ && !answered_)
    return fail(error(Error::Kind::unknown_outcome, "stopped while the mail was on its way"));
  return fail(error(Error::Kind::retry, "stopped before the mail was sent"));
}

}  // namespace tillbridge::outbound
