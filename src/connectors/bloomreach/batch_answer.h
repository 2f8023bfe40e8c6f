#pragma once
// What Bloomreach's answers mean beyond batches; the table of bloomreach.md 3 is in
// batch_answer.cpp.

#include <optional>
#include <string>

#include "base/json.h"
#include "base/outcome.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::bloomreach {

// The outcome of any tracking call, as far as the call as a whole decides it: delivered for a 200
// whose body says success.
Outcome classify_call(const Result<outbound::HttpAnswer>& answer);

// A refusal with this text, for one part of a call or for the whole: rejected, or trouble of the
// connection where the text is known to speak of key, project or permissions.
Outcome outcome_of_refusal(int status, const std::string& text);

// What an envelope or a result says went wrong, of any of the five shapes (bloomreach.md 3); as it
// came, for the table of texts, never for people.
std::string error_text(const json::Object& envelope);

}  // namespace tillbridge::connectors::bloomreach
