#pragma once
// What Klaviyo's answers mean (klaviyo.md 4, 5.1): the whole error knowledge is here. Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "base/outcome.h"
#include "base/result.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::klaviyo {

// RateLimit-* of an answer: what is left of the minute's window, by the platform's own count.
struct QuotaReport {
  double limit = 0;
  double remaining = 0;
  Duration reset{0};
};

struct Answer {
  // delivered for every 2xx that is empty or JSON; 404 is rejected (with http_status 404)
  Outcome outcome;
  std::optional<QuotaReport> quota;
  std::string code;                  // of the first error, "" without
  std::string pointer;               // source.pointer of the first error
  std::string duplicate_profile_id;  // of 409 duplicate_profile
  std::string body;                  // of a 2xx answer
};

// 400 and 404, 405, 409, 413, 415 -> rejected; the first two without the API's JSON come from the
// edge or another host: transient, connection at fault, as are 401 (also when it is a 400 by its
// code), 403, 410 and 3xx. 429 -> throttled with Retry-After (0 s is taken as 100 ms; a date counts
// from the answer's own). 5xx, 524 -> transient, connection at fault. 2xx with something that is
// not JSON -> ambiguous, connection at fault. Reasons hold no personal data: code, title and
// pointer, not the detail.
Answer classify(const Result<outbound::HttpAnswer>& answer);

// Whether it says that the credentials were not taken (4.2: 401, or 400 with one of its codes).
bool refuses_credentials(const Answer& answer);

}  // namespace tillbridge::connectors::klaviyo
