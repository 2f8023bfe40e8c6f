#pragma once
// What every connector reads from an HTTP answer in the same way. Any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/outcome.h"
#include "outbound/transport.h"

namespace tillbridge::connectors {

// No platform may make us call again sooner or wait longer than this, whatever it says.
constexpr Duration retry_after_min = std::chrono::milliseconds{100};
constexpr Duration retry_after_max = std::chrono::minutes{5};
Duration within_retry_limits(Duration how_long);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7); nullopt for anything else.
std::optional<Instant> http_date(std::string_view text);

// The other side's clock as its answer tells it, so that our own clock's error does not matter.
std::optional<Instant> answered_at(const outbound::HttpAnswer& answer);

// Retry-After, in seconds or as a date (measured against the answer's Date, else against
// now_if_undated), within the limits above; nullopt when there is none or it cannot be read.
std::optional<Duration> retry_after(const outbound::HttpAnswer& answer,
                                    std::optional<Instant> now_if_undated);

// A throttled outcome without a pause gets the answer's own.
void complete_retry_after(Outcome& outcome, const Result<outbound::HttpAnswer>& answer,
                          Instant now_if_undated);

// At most 160 characters of foreign text that are safe in a reason: printable, and words that could
// be an address, a number of a person or a key are replaced by "[...]".
std::string safe_excerpt(std::string_view foreign_text);

// The outcome of a call that got no answer. Our own rules' refusals count as trouble of the
// connection: the data is fine, the configuration is not.
Outcome outcome_of_no_answer(const Error& error, std::string_view platform);

}  // namespace tillbridge::connectors
