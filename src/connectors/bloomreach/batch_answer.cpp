#include "connectors/bloomreach/batch_answer.h"

#include <array>
#include <unordered_map>

#include "base/json.h"
#include "connectors/bloomreach/tracking_client.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using Kind = Outcome::Kind;

// The texts that Bloomreach is known to answer with. Matched as parts, any case: the sources differ
// in punctuation.
struct KnownText {
  std::string_view text;
  enum class Fault { connection, content } fault;
  std::string_view meaning;
};
constexpr std::array<KnownText, 13> known_texts = {{
    {"could not authenticate", KnownText::Fault::connection,
     "Bloomreach does not know the project: check project_token"},
    {"invalid project id", KnownText::Fault::connection,
     "Bloomreach does not know the project: check project_token"},
    {"access key not provided", KnownText::Fault::connection,
     "Bloomreach saw no API key: check key_id and key_secret, and proxies that drop headers"},
    {"access key not found", KnownText::Fault::connection,
     "Bloomreach does not know the API key: check key_id"},
    {"invalid secret", KnownText::Fault::connection,
     "Bloomreach refused the API secret: check key_secret"},
    {"not authorized to update specified customer properties", KnownText::Fault::content,
     "the API group may not set one of these customer properties: allow it in Bloomreach "
     "(Project settings > Access management > API), then try again"},
    {"not authorized to add event of specified type", KnownText::Fault::content,
     "the API group may not add events of this type: allow it in Bloomreach "
     "(Project settings > Access management > API), then try again"},
    {"no permission", KnownText::Fault::connection,
     "the API group lacks a permission: check its rights in Bloomreach"},
    {"at least one id should be specified", KnownText::Fault::content,
     "Bloomreach found no usable customer id: check hard_id against the project's ID types"},
    {"at least one valid id should be specified", KnownText::Fault::content,
     "Bloomreach found no usable customer id: check hard_id against the project's ID types"},
    {"no commands", KnownText::Fault::content, "Bloomreach found no commands in the call"},
    {"invalid json", KnownText::Fault::content, "Bloomreach could not read the call as JSON"},
    {"too many commands", KnownText::Fault::content,
     "Bloomreach takes fewer commands per call: lower commands_per_batch_max"},
}};

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return low;
}

const KnownText* known(std::string_view text) {
  const std::string low = lower(text);
  for (const KnownText& candidate : known_texts) {
    if (low.find(candidate.text) != std::string::npos) return &candidate;
  }
  return nullptr;
}

void append_text(std::string& all, std::string_view text) {
  if (text.empty()) return;
  if (!all.empty()) all += "; ";
  all += text;
}

// `errors` in all its shapes: list of texts, map of lists, {"code","description"}.
void append_errors(std::string& all, const json::Value& errors) {
  if (const auto* text = errors.if_string()) {
    append_text(all, {text->data(), text->size()});
  } else if (const json::Array* list = errors.if_array()) {
    for (const json::Value& entry : *list) append_errors(all, entry);
  } else if (const json::Object* map = errors.if_object()) {
    for (const auto& member : *map) append_errors(all, member.value());
  }
}

Outcome outcome(Kind kind, int status, std::string reason) {
  Outcome made;
  made.kind = kind;
  made.http_status = status;
  made.reason = std::move(reason);
  return made;
}

Outcome connection_trouble(int status, std::string reason) {
  Outcome made = outcome(Kind::transient, status, std::move(reason));
  made.connection_at_fault = true;
  return made;
}

Outcome refused_status(const outbound::HttpAnswer& answer, const json::Object* envelope) {
  const int status = answer.status;
  const std::string said = "Bloomreach answered " + std::to_string(status);
  const std::string text = envelope == nullptr ? std::string{} : error_text(*envelope);
  // Only an answer in the API's own form speaks about the data; pages of proxies never do.
  if (known(text) != nullptr) return outcome_of_refusal(status, text);
  if (status == 401) return connection_trouble(status, said + ": check key_id and key_secret");
  if (status == 403) {
    return connection_trouble(
        status, said + ": check key_secret, the API group's rights and the address list, if any");
  }
  if (status == 404) return connection_trouble(status, said + ": check base_url and project_token");
  if (status == 408 || status == 425) return connection_trouble(status, said);
  if (status == 413) {
    return outcome(Kind::rejected, status,
                   said + ": the call was too large: lower batch_bytes_max, then try again");
  }
  if (envelope == nullptr) {
    return connection_trouble(
        status, said +
                    " with something that is not its API's: check base_url and proxies on the "
                    "way (compressed bodies are refused like this)");
  }
  return outcome_of_refusal(status, text);
}

// The part of the answer that matters, parsed; the outcome of the call as a whole.
struct Call {
  Outcome outcome;
  std::optional<json::Value> body;  // an object, when the answer was JSON
};

Call read_call(const Result<outbound::HttpAnswer>& answer) {
  Call call;
  if (!answer) {
    call.outcome = connectors::outcome_of_no_answer(answer.error(), "Bloomreach");
    return call;
  }
  const int status = answer->status;
  if (auto parsed = json::parse(answer->body); parsed && parsed->is_object())
    call.body = std::move(*parsed);
  const json::Object* envelope = call.body ? &call.body->get_object() : nullptr;
  const std::string said = "Bloomreach answered " + std::to_string(status);
  if (status == 429) {
    call.outcome = outcome(Kind::throttled, status, "Bloomreach asked for fewer calls");
    call.outcome.retry_after = connectors::retry_after(*answer, std::nullopt);
  } else if (status >= 500) {
    call.outcome = connection_trouble(status, said);
  } else if (status >= 400) {
    call.outcome = refused_status(*answer, envelope);
  } else if (status >= 300 || status < 200) {
    call.outcome = connection_trouble(status, said + ": check base_url");
  } else if (envelope == nullptr) {
    call.outcome = outcome(Kind::ambiguous, status,
                           said +
                               " with something that is not its API's: check base_url and "
                               "proxies on the way");
    call.outcome.connection_at_fault = true;
  } else if (json::boolean(*envelope, "success").value_or(false)) {
    call.outcome = outcome(Kind::delivered, status, "");
  } else if (const std::string text = error_text(*envelope);
             !text.empty() || json::boolean(*envelope, "success")) {
    call.outcome = outcome_of_refusal(status, text);
  } else {
    call.outcome = outcome(Kind::ambiguous, status, said + " without saying whether it worked");
  }
  return call;
}

Outcome outcome_of_result(const json::Value& result, int status) {
  const json::Object* object = result.if_object();
  const auto success = object == nullptr ? std::nullopt : json::boolean(*object, "success");
  if (!success)
    return outcome(Kind::ambiguous, status, "Bloomreach's result does not say whether it worked");
  if (*success) return outcome(Kind::delivered, status, "");
  return outcome_of_refusal(status, error_text(*object));
}

std::vector<Outcome> match_results(const json::Array& results, const std::vector<Command>& commands,
                                   int status) {
  std::unordered_map<std::string_view, std::size_t> position;
  for (std::size_t i = 0; i < commands.size(); ++i) position.emplace(commands[i].command_id, i);
  std::vector<std::optional<Outcome>> matched(commands.size());
  const auto put = [&](std::size_t at, const json::Value& result) {
    if (at < matched.size() && !matched[at]) matched[at] = outcome_of_result(result, status);
  };
  for (const json::Value& result : results) {
    const json::Object* object = result.if_object();
    const auto id = object == nullptr ? std::nullopt : json::text(*object, "command_id");
    const auto found = id ? position.find(*id) : position.end();
    if (found != position.end()) put(found->second, result);
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    const json::Object* object = results[i].if_object();
    if (object == nullptr || !json::text(*object, "command_id")) put(i, results[i]);
  }
  std::vector<Outcome> outcomes;
  outcomes.reserve(commands.size());
  for (std::optional<Outcome>& one : matched) {
    outcomes.push_back(one ? std::move(*one)
                           : outcome(Kind::ambiguous, status,
                                     "Bloomreach's answer has no result for this command"));
  }
  return outcomes;
}

}  // namespace

Outcome outcome_of_refusal(int status, const std::string& text) {
  if (const KnownText* found = known(text)) {
    std::string meaning(found->meaning);
    return found->fault == KnownText::Fault::connection
               ? connection_trouble(status, std::move(meaning))
               : outcome(Kind::rejected, status, std::move(meaning));
  }
  return outcome(Kind::rejected, status,
                 text.empty() ? "Bloomreach refused it without saying why"
                              : "Bloomreach refused it: " + connectors::safe_excerpt(text));
}

std::string error_text(const json::Object& envelope) {
  std::string all;
  for (const std::string_view key : {"error", "errors", "message"}) {
    if (const json::Value* value = envelope.if_contains(key)) append_errors(all, *value);
  }
  return all;
}

Outcome classify_call(const Result<outbound::HttpAnswer>& answer) {
  return read_call(answer).outcome;
}

BatchAnswer classify_batch(const Result<outbound::HttpAnswer>& answer,
                           const std::vector<Command>& commands) {
  Call call = read_call(answer);
  BatchAnswer batch;
  const int status = call.outcome.http_status;
  const bool readable = status >= 200 && status < 300 && call.body;
  const json::Array* results = readable ? json::array(call.body->get_object(), "results") : nullptr;
  if (results != nullptr && (!results->empty() || commands.empty())) {
    // The results decide, whatever the envelope says about the whole.
    batch.call = outcome(Kind::delivered, status, "");
    batch.commands = match_results(*results, commands, status);
    return batch;
  }
  batch.call = std::move(call.outcome);
  if (batch.call.kind == Kind::delivered && !commands.empty())
    batch.call = outcome(Kind::ambiguous, status, "Bloomreach's answer has no results");
  batch.commands.assign(commands.size(), batch.call);
  return batch;
}

}  // namespace tillbridge::connectors::bloomreach
