#include "connectors/klaviyo/answer.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::klaviyo {
namespace {

using Kind = Outcome::Kind;

// What the first error says, and the id that any of them names.
struct Said {
  bool json = false;  // the body is a JSON object: the API's own words, not a page of the edge
  std::string code, title, pointer, duplicate_profile_id;
};

Said read_errors(const std::string& body) {
  Said said;
  const auto parsed = json::parse(body);
  const json::Object* envelope = parsed ? parsed->if_object() : nullptr;
  said.json = envelope != nullptr;
  const json::Array* errors = said.json ? json::array(*envelope, "errors") : nullptr;
  if (errors == nullptr) return said;
  bool first = true;
  for (const json::Value& entry : *errors) {
    const json::Object* error = entry.if_object();
    if (error == nullptr) continue;
    if (first) {
      said.code = json::text(*error, "code").value_or("");
      said.title = json::text(*error, "title").value_or("");
      if (const json::Object* source = json::object(*error, "source")) {
        said.pointer = json::text(*source, "pointer").value_or("");
        if (said.pointer.empty()) said.pointer = json::text(*source, "parameter").value_or("");
      }
      first = false;
    }
    const json::Object* meta = json::object(*error, "meta");
    if (meta != nullptr && said.duplicate_profile_id.empty())
      said.duplicate_profile_id = json::text(*meta, "duplicate_profile_id").value_or("");
  }
  return said;
}

// Pointers name members of our own documents and are longer than the words that an excerpt keeps.
std::string safe_pointer(std::string_view pointer) {
  constexpr std::size_t pointer_bytes_max = 160;
  const bool plain = std::all_of(pointer.begin(), pointer.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/_-.$[] ").find(c) != std::string_view::npos;
  });
  constexpr std::ptrdiff_t digits_max = 6;  // positions, not numbers of persons
  const auto digits =
      std::count_if(pointer.begin(), pointer.end(), [](char c) { return c >= '0' && c <= '9'; });
  return plain && digits <= digits_max && pointer.size() <= pointer_bytes_max ? std::string(pointer)
                                                                              : "[...]";
}

std::string in_words(const Said& said) {
  std::string words;
  if (!said.code.empty()) words += ": " + connectors::safe_excerpt(said.code);
  if (!said.title.empty()) words += ": " + connectors::safe_excerpt(said.title);
  if (!said.pointer.empty()) words += " (at " + safe_pointer(said.pointer) + ")";
  return words;
}

std::optional<double> leading_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  // "750, 75;w=1, 750;w=60" begins with the window that the others belong to.
  const bool whole = end == text.data() + text.size() || *end == ',' || *end == ';' || *end == ' ';
  return whole ? std::optional<double>(number) : std::nullopt;
}

std::optional<QuotaReport> read_quota(const outbound::HttpAnswer& answer) {
  const auto limit = leading_number(answer.header("ratelimit-limit"));
  const auto remaining = leading_number(answer.header("ratelimit-remaining"));
  if (!limit || !remaining) return std::nullopt;
  constexpr double window_seconds = 60;
  QuotaReport quota;
  quota.limit = *limit;
  quota.remaining = *remaining;
  const double reset = leading_number(answer.header("ratelimit-reset")).value_or(window_seconds);
  quota.reset = std::chrono::seconds{static_cast<std::int64_t>(reset)};
  return quota;
}

struct Meaning {
  Kind kind = Kind::transient;
  bool connection_at_fault = false;
  std::string advice;
};

Meaning rejected(std::string advice = {}) {
  return {Kind::rejected, false, std::move(advice)};
}
Meaning connection_trouble(std::string advice = {}) {
  return {Kind::transient, true, std::move(advice)};
}

bool is_credentials_code(std::string_view code) {
  return code == "not_authenticated" || code == "authentication_failed";
}

Meaning meaning_of(int status, const Said& said, bool empty) {
  if (status >= 200 && status < 300) {
    if (said.json || empty) return {Kind::delivered, false, {}};
    return {Kind::ambiguous, true,
            " with something that is not its API's: check base_url and proxies on the way"};
  }
  if (status == 429) return {Kind::throttled, false, ": it asked for fewer calls"};
  if (status == 401 || (status == 400 && is_credentials_code(said.code)))
    return connection_trouble(": check the private key, or connect the app again");
  if (status == 403) {
    return connection_trouble(
        said.json ? ": the key lacks a scope for this call"
                  : ": its edge refused the call; check the network's address if it stays");
  }
  if (status == 410) return connection_trouble(": this API revision is retired: check revision");
  if ((status == 400 || status == 404) && !said.json)
    return connection_trouble(" with something that is not its API's: check base_url");
  if (status == 413) return rejected(": the call was too large");
  if (status == 408 || status == 425) return connection_trouble();
  if (status >= 400 && status < 500) return rejected();
  if (status >= 500) return connection_trouble();
  return connection_trouble(": check base_url");
}

}  // namespace

Answer classify(const Result<outbound::HttpAnswer>& answer) {
  Answer made;
  if (!answer) {
    made.outcome = connectors::outcome_of_no_answer(answer.error(), "Klaviyo");
    return made;
  }
  Said said = read_errors(answer->body);
  const Meaning meaning = meaning_of(answer->status, said, answer->body.empty());
  made.outcome.kind = meaning.kind;
  made.outcome.http_status = answer->status;
  made.outcome.connection_at_fault = meaning.connection_at_fault;
  made.quota = read_quota(*answer);
  if (meaning.kind == Kind::delivered) {
    made.body = answer->body;
    return made;
  }
  made.outcome.reason =
      "Klaviyo answered " + std::to_string(answer->status) + meaning.advice + in_words(said);
  if (meaning.kind == Kind::throttled)
    made.outcome.retry_after = connectors::retry_after(*answer, std::nullopt);
  made.code = std::move(said.code);
  made.pointer = std::move(said.pointer);
  if (answer->status == 409) made.duplicate_profile_id = std::move(said.duplicate_profile_id);
  return made;
}

bool refuses_credentials(const Answer& answer) {
  return answer.outcome.http_status == 401 ||
         (answer.outcome.http_status == 400 && is_credentials_code(answer.code));
}

}  // namespace tillbridge::connectors::klaviyo
