#pragma once
// Which of our fields is which of a platform's, one document for both directions
// (docs/flows/till.md "Mapping"). Pure; any thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/customer.h"
#include "model/tracking.h"

namespace tillbridge::model {

enum class Transform { trim, lower, upper, title, e164, date, digits };
Result<Transform> transform(std::string_view name);  // invalid_input names the allowed words
std::string_view name(Transform transform);          // "e164"

struct MappingRule {
  TextList from;                      // fields; several are joined; none: the constant
  std::string to;                     // "properties.first_name", "ids.phone_id", "attributes.email"
  std::vector<Transform> transforms;  // outwards, in this order
  std::string constant;
  std::string separator = " ";  // of joined fields
};
using CustomerMapping = std::vector<MappingRule>;

// A target's two halves: {"properties", "first_name"}.
std::pair<std::string_view, std::string_view> split_target(std::string_view to);

// What is wrong with the document itself, one line per finding ("<what>; <advice>"), in the order
// of the rules: unknown field, unknown namespace, two rules for one target, a constant beside
// fields; at the end no rule for the hard ID ("ids.registered"; "": the platform has none).
// namespaces: "properties" allows every name in it, "attributes.email" this one target.
TextList mapping_problems(const CustomerMapping& mapping, const TextList& namespaces,
                          const std::string& hard_id);

// Values as a platform holds them, by target ("properties.phone" -> {"+46...", "+47..."}).
using TargetValues = std::map<std::string, TextList>;

// One value per target that has one; several phones stay a list. country: for phones without +.
// A value that a transform cannot take (no phone, no date) is left out. Letters outside ASCII are
// neither raised nor lowered: no library that knows them is linked.
std::vector<std::pair<std::string, TextList>> outward(const Customer& customer,
                                                      const CustomerMapping& mapping,
                                                      const std::string& country);
// The other way, by rules with exactly one field. Texts with several phones ("a; b") are taken
// apart. customer_id is set when a rule has it. A field of two targets is read from the first that
// has a value, "ids.*" last: an ID type may hold former addresses. Values come back normalised;
// e-mails, phones and birthdays that cannot be right are left out.
Customer inward(const TargetValues& values, const CustomerMapping& mapping,
                const std::string& country);

// The targets that inward() can use, to be read from the platform: {"properties.phone", ...}.
TextList targets_to_read(const CustomerMapping& mapping);

}  // namespace tillbridge::model
