#pragma once
// What the answers of the data API have in common (bloomreach.md 3). Pure; any thread.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/outcome.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::bloomreach {

// What a call needs the API group to be allowed: "may not <doing>: ... <right>".
struct Right {
  std::string doing;
  std::string right;
};
// The sentence that names the right to tick.
std::string missing(const Right& right);

// An answer of the API, opened: a 2xx body, and whether nobody has the id.
struct Opened {
  Outcome outcome;
  bool absent = false;              // the customer does not exist; the outcome is delivered then
  std::optional<json::Value> body;  // an object, of a 2xx
  std::string refusal;              // what the API said against it, as it came
  bool no_right = false;            // it said that the API group lacks a right

  bool delivered() const { return outcome.kind == Outcome::Kind::delivered; }
  const json::Object* object() const { return body ? &body->get_object() : nullptr; }
};
// Delivered only for a 2xx object that says success. A missing right is a rejected outcome and not
// the connection's fault.
Opened open(const Result<outbound::HttpAnswer>& answer, const Right& right);

Outcome outcome(Outcome::Kind kind, int status, std::string reason);

// Reading twice does no harm: an unknown outcome is nothing to settle.
Outcome as_read(Outcome made);

// A 2xx that is not what the contract shows.
Outcome not_understood(int status);

// The first few names, for a sentence.
std::string listed(const std::vector<std::string>& names);

bool has_any(const std::string& text, std::initializer_list<std::string_view> parts);
bool names_a_right(const std::string& lower_text);

}  // namespace tillbridge::connectors::bloomreach
