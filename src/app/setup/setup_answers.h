#pragma once
// What somebody has to know about a new installation, in the steps of docs/setup.md, and the
// configuration that follows from it. Pure.

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace tillbridge::app {

struct SetupStep {
  std::string_view name;   // "matching"
  std::string_view title;  // "Customer matching"
  std::string_view help;
};
std::span<const SetupStep> setup_steps();

struct SetupField {
  enum class Kind { text, secret, yes_no, whole };
  std::string_view name;  // "bloomreach_key_secret": in answers as JSON too
  std::string_view step;
  Kind kind = Kind::text;
  std::string_view prompt;
  std::string_view help;
  std::string_view fallback;  // without an answer; "": there is none
  std::string_view key;       // of the configuration, "workspace.bloomreach.key_secret"; "": none
  std::string_view when;      // the question that must be answered with yes; "": always asked
};
std::span<const SetupField> setup_fields();

struct SetupAnswers {
  std::map<std::string, std::string, std::less<>> texts;  // by field; yes_no: "yes" or "no"
  std::map<std::string, Secret, std::less<>> secrets;     // by field

  // Bloomreach's; none: the documented mapping.
  struct Mapping {
    std::vector<std::string> from, transforms;
    std::string to, constant;
  };
  std::vector<Mapping> mapping;

  struct Consent {
    std::string id, label, channel, bloomreach, klaviyo;
    bool by_default = false;
  };
  std::vector<Consent> consents;

  // The answer, or what holds without one.
  std::string text(std::string_view field) const;
  bool yes(std::string_view field) const { return text(field) == "yes"; }
  bool asked(const SetupField& field) const { return field.when.empty() || yes(field.when); }
};

// {"workspace": "nordic", ..., "mapping": [{"from": "first_name", "to": "properties.first_name"}],
// "consents": [{"id": "newsletter", "default": "no", ...}]}. invalid_input for members that are no
// answers; never says a value.
Result<SetupAnswers> setup_answers_of(const json::Object& document);

struct SetupProblem {
  std::string step, field, what, fix;  // never a secret
};

struct SetupDocument {
  std::string toml;  // names the files of secrets, never holds one
  struct SecretFile {
    std::string file;
    Secret secret;
  };
  std::vector<SecretFile> secrets;
  std::vector<SetupProblem> problems;  // what read_config says about it, by question
};
// folder: of the secrets' files, absolute.
SetupDocument setup_document(const SetupAnswers& answers, const std::string& folder);

// Where Sitoo calls us; Sitoo adds "/events" to the first itself.
std::string events_base_url(const SetupAnswers& answers);
std::string crm_base_url(const SetupAnswers& answers);

}  // namespace tillbridge::app
