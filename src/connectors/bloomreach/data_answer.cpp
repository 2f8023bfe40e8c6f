#include "connectors/bloomreach/data_answer.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>

#include "connectors/bloomreach/batch_answer.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::bloomreach {

using Kind = Outcome::Kind;

Outcome outcome(Kind kind, int status, std::string reason) {
  Outcome made;
  made.kind = kind;
  made.http_status = status;
  made.reason = std::move(reason);
  return made;
}

std::string missing(const Right& right) {
  return "the API key may not " + right.doing +
         ": Bloomreach, Project settings, Access management, API: " + right.right;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t names_max = 6;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < names_max; ++i) {
    if (i > 0) text += ", ";
    text += names[i];
  }
  if (names.size() > names_max)
    text += " and " + std::to_string(names.size() - names_max) + " more";
  return text;
}

bool has_any(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

bool names_a_right(const std::string& lower_text) {
  return has_any(lower_text, {"permission", "not authorized"});
}

Opened open(const Result<outbound::HttpAnswer>& answer, const Right& right) {
  Opened opened;
  const int status = answer ? answer->status : 0;
  const bool taken = status >= 200 && status < 300;
  std::optional<json::Value> envelope;
  if (taken || (status >= 400 && status < 500 && status != 429)) {
    if (auto parsed = json::parse(answer->body); parsed && parsed->is_object())
      envelope = std::move(*parsed);
  }
  if (taken && envelope && json::boolean(envelope->get_object(), "success").value_or(false)) {
    opened.outcome = outcome(Kind::delivered, status, "");
    opened.body = std::move(envelope);
    return opened;
  }
  opened.outcome = classify_call(answer);
  if (!envelope) return opened;
  opened.refusal = error_text(envelope->get_object());
  const std::string said = boost::algorithm::to_lower_copy(opened.refusal, std::locale::classic());
  const bool of_credentials =
      status == 401 ||
      has_any(said, {"could not authenticate", "invalid project id", "access key", "secret"});
  if (has_any(said, {"customer does not exist"})) {
    opened.absent = true;
    opened.outcome = outcome(Kind::delivered, status, "");
  } else if (!of_credentials && (names_a_right(said) || (status == 403 && !said.empty()))) {
    // Not the connection's fault: only this kind of call is closed to the key.
    opened.no_right = true;
    std::string reason = missing(right);
    if (!names_a_right(said))
      reason += " (Bloomreach said: " + connectors::safe_excerpt(opened.refusal) + ")";
    opened.outcome = outcome(Kind::rejected, status, std::move(reason));
  }
  if (taken) opened.body = std::move(envelope);
  return opened;
}

Outcome as_read(Outcome made) {
  if (made.kind == Kind::ambiguous) made.kind = Kind::transient;
  return made;
}

Outcome not_understood(int status) {
  Outcome made = outcome(Kind::transient, status,
                         "Bloomreach answered " + std::to_string(status) +
                             " with something that is not the documented answer: check base_url "
                             "and proxies on the way");
  made.connection_at_fault = true;
  return made;
}

}  // namespace tillbridge::connectors::bloomreach
