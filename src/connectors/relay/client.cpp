#include "connectors/relay/client.h"

#include <fmt/format.h>

#include "base/hmac.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::relay {
namespace {

constexpr std::size_t answer_bytes_max = 256 * 1024;  // LIMIT: answers are looked at, not kept

// An address or credentials that cannot be right: wrong for every document alike.
bool is_set_up_wrong(int status) {
  switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
    case 407:
      return true;
    default:
      return status / 100 == 3;
  }
}

std::string advice(int status) {
  if (status == 401 || status == 403 || status == 407) return "check its authorization";
  if (status / 100 == 3) return "redirects are not followed: configure where it leads";
  return "check its url";
}

}  // namespace

Outcome classify(const Result<outbound::HttpAnswer>& answer, const Config& config,
                 Instant now_if_undated) {
  if (!answer) return outcome_of_no_answer(answer.error(), config.name);
  Outcome outcome;
  outcome.http_status = answer->status;
  if (answer->status / 100 == 2) {
    outcome.kind = Outcome::Kind::delivered;
    return outcome;
  }
  constexpr int too_many_requests = 429, request_timeout = 408, too_early = 425;
  constexpr int bad_gateway = 502, unavailable = 503, gateway_timeout = 504;
  const int status = answer->status;
  outcome.reason = fmt::format("{} answered {}", config.name, status);
  if (const std::string said = safe_excerpt(answer->body); !said.empty())
    outcome.reason += ": " + said;
  outcome.retry_after = retry_after(*answer, now_if_undated);
  if (status == too_many_requests) {
    outcome.kind = Outcome::Kind::throttled;
  } else if (is_set_up_wrong(status)) {
    outcome.kind = Outcome::Kind::transient;
    outcome.connection_at_fault = true;
    outcome.reason += " (" + advice(status) + ")";
  } else if (status / 100 == 4 && status != request_timeout && status != too_early) {
    outcome.kind = Outcome::Kind::rejected;
  } else {
    // 500 and its like may be about this document alone: a person looks when patience is over.
    outcome.kind = Outcome::Kind::transient;
    outcome.connection_at_fault = status == bad_gateway || status == unavailable ||
                                  status == gateway_timeout || status / 100 == 4;
  }
  return outcome;
}

std::string signature_of(const Secret& key, std::string_view document) {
  return "sha256=" + hmac_sha256_hex(key.reveal(), document);
}

Client::Client(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport), clock_(clock), config_(std::move(config)) {}

Task<Outcome> Client::post(std::string document, Written written) {
  outbound::HttpRequest request;
  request.method = "POST";
  request.url = config_.url;
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Idempotency-Key", idempotency_key(document, written));
  if (!config_.signing_key.empty()) {
    request.headers.emplace_back("Tillbridge-Signature",
                                 signature_of(config_.signing_key, document));
  }
  request.bearer = config_.authorization;
  request.connect_time_max = config_.connect_time_max;
  request.total_time_max = config_.total_time_max;
  request.answer_bytes_max = answer_bytes_max;
  request.public_addresses_only = !config_.allow_private;
  request.body = std::move(document);
  const Result<outbound::HttpAnswer> answer = co_await transport_.send(std::move(request));
  co_return classify(answer, config_, clock_.now());
}

}  // namespace tillbridge::connectors::relay
