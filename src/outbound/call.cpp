#include "outbound/call.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "outbound/socket_watch.h"

namespace tillbridge::outbound {
namespace {

// Servers and load balancers drop idle connections after 60 s or more; staying below that keeps
// requests off connections that are about to die.
constexpr long pooled_idle_seconds_max = 30;

struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owned(text);
  return text;
}

template <typename Value>
void set(void* easy, CURLoption option, Value value) {
  // Options are fixed by this file and libcurl's version by the build: a refusal is a defect.
  TB_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

}  // namespace

bool stays_in_its_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

Result<Place> read_url(const std::string& text) {
  CURLU* const url = curl_url();
  TB_ASSERT(url != nullptr);
  ParsedUrl owned(url, [](void* parsed) { curl_url_cleanup(static_cast<CURLU*>(parsed)); });
  if (curl_url_set(url, CURLUPART_URL, text.c_str(), 0) != CURLUE_OK || !stays_in_its_line(text))
    return fail(Error::Kind::rejected, "the URL of the call cannot be understood");
  Place place{url_part(url, CURLUPART_SCHEME), url_part(url, CURLUPART_HOST),
              url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT), std::move(owned)};
  if (place.host.empty()) return fail(Error::Kind::rejected, "the URL of the call names no host");
  if (!url_part(url, CURLUPART_USER).empty() || !url_part(url, CURLUPART_PASSWORD).empty()) {
    return fail(Error::Kind::rejected,
                "the URL for " + place.host + " holds credentials: set them apart from the URL");
  }
  return place;
}

struct Call::Callbacks {
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    Call& call = *static_cast<Call*>(self);
    if (!call.may_connect_to(address->addr)) return CURL_SOCKET_BAD;
    const int opened =
        ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    call.watch_->opened(opened);
    return opened;
  }

  // Connections stay when their calls are over, so this knows the watch only.
  static int close_socket(void* watch, curl_socket_t socket) {
    static_cast<SocketWatch*>(watch)->closing(socket);
    return ::close(socket);
  }
};

Call::Call(Target target, Duration connect_time_max, Duration total_time_max)
    : target_(std::move(target)),
      connect_time_max_(connect_time_max),
      total_time_max_(total_time_max) {
  static_assert(sizeof error_text_ >= CURL_ERROR_SIZE);
}

Call::~Call() = default;

void Call::set_up(void* easy, const CurlSettings& settings, SocketWatch& watch) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // stopping does not wait for a name server
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_MAXAGE_CONN, pooled_idle_seconds_max);
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_NOPROXY, "");  // together with PROXY: the environment has no say
  set(easy, CURLOPT_PROXY, "");
  trust(easy, settings.ca_file);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
  set(easy, CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::close_socket);
  set(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&watch));
  set_up_protocol(easy, settings);
}

void Call::prepare(void* easy, const CurlSettings& settings, Tick now,
                   const std::atomic<bool>& stopping, SocketWatch& watch) {
  stopping_ = &stopping;
  watch_ = &watch;
  easy_ = easy;
  started_ = now;
  const auto ms = [](Duration d) {
    return static_cast<long>(
        std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(d).count()));
  };
  set(easy, CURLOPT_ERRORBUFFER, error_text_);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, ms(connect_time_max_));
  set(easy, CURLOPT_TIMEOUT_MS, ms(total_time_max_));
  set(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  prepare_protocol(settings);
}

bool Call::leave() {
  if (!leave_protocol()) return false;
  set(easy_, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  set(easy_, CURLOPT_OPENSOCKETDATA, static_cast<void*>(nullptr));
  return true;
}

void Call::trust(void* easy, const std::string& ca_file) {
  if (ca_file.empty()) return;
  // The bundle replaces curl's default file; the system's folder stays in force beside it.
  set(easy, CURLOPT_CAINFO, ca_file.c_str());
  if (const char* folder = curl_version_info(CURLVERSION_NOW)->capath; folder != nullptr)
    set(easy, CURLOPT_CAPATH, folder);
}

std::string Call::why(int code) const {
  return error_text_[0] != 0 ? error_text_ : curl_easy_strerror(static_cast<CURLcode>(code));
}

}  // namespace tillbridge::outbound
