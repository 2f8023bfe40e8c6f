// [[workspace.bloomreach.mapping]] and [[workspace.klaviyo.mapping]]: which field of a customer is
// which of the platform's (docs/flows/till.md "Mapping").
#include <algorithm>

#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using model::CustomerMapping;
using model::IdentitySource;
using model::MappingRule;

constexpr std::size_t rules_max = 200;  // LIMIT: a problem beyond it

const model::TextList bloomreach_targets = {"properties", "ids"};
const model::TextList klaviyo_targets = {
    "attributes.email",      "attributes.phone_number", "attributes.external_id",
    "attributes.first_name", "attributes.last_name",    "attributes.organization",
    "attributes.locale",     "attributes.title",        "location.address1",
    "location.address2",     "location.city",           "location.region",
    "location.zip",          "location.country",        "properties"};

// One text or several.
void read_texts(TableReader& rule, std::string_view key, std::vector<std::string>& into) {
  const Node* node = rule.take(key);
  if (node == nullptr) return;
  if (node->type != Node::Type::text) return rule.texts(key, into);
  into = {node->text};
}

void read_transforms(TableReader& rule, std::vector<model::Transform>& into) {
  std::vector<std::string> words;
  read_texts(rule, "transform", words);
  for (const std::string& word : words) {
    if (const auto known = model::transform(word)) {
      into.push_back(*known);
      continue;
    }
    rule.problem("transform", fmt::format("'{}' is no transform", word.substr(0, 60)),
                 "use trim, lower, upper, title, e164, date or digits");
  }
}

MappingRule read_rule(TableReader& reader) {
  MappingRule rule;
  read_texts(reader, "from", rule.from);
  reader.text("to", rule.to, TableReader::Need::required);
  read_transforms(reader, rule.transforms);
  reader.text("constant", rule.constant);
  reader.text("separator", rule.separator);
  reader.finish();
  return rule;
}

// "<what>; <advice>"
void report(TableReader& at, const std::string& finding) {
  const auto half = finding.find("; ");
  at.problem("", finding.substr(0, half),
             half == std::string::npos ? "see docs/flows/till.md" : finding.substr(half + 2));
}

// Findings come in the order of the rules: what a rule adds to them is about that rule.
void read_rules(TableReader& reader, const Node& list, const model::TextList& targets,
                const std::string& hard_id, CustomerMapping& into) {
  ReadContext& context = reader.context();
  const std::size_t problems_before = context.problems.size();
  std::size_t known = 0;
  for (const Node& item : list.items) {
    const std::size_t before = context.problems.size();
    const bool is_table = item.type == Node::Type::table;
    TableReader at(context, reader.path_of("mapping"), is_table ? &item : nullptr,
                   item.line != 0 ? item.line : reader.line_of("mapping"));
    MappingRule rule = read_rule(at);
    if (context.problems.size() > before) continue;
    into.push_back(std::move(rule));
    const model::TextList findings = model::mapping_problems(into, targets, "");
    for (; known < findings.size(); ++known) report(at, findings[known]);
  }
  if (context.problems.size() > problems_before) return;
  for (const std::string& finding : model::mapping_problems(into, targets, hard_id)) {
    const auto half = finding.find("; ");
    reader.problem("mapping", finding.substr(0, half), finding.substr(half + 2));
  }
}

// Absent: no rules.
bool read_mapping(TableReader& reader, const model::TextList& targets, const std::string& hard_id,
                  CustomerMapping& into) {
  const Node* list = reader.take("mapping");
  if (list == nullptr) return false;
  if (list->type != Node::Type::list) {
    reader.problem("mapping", fmt::format("is {}", name(list->type)),
                   fmt::format("write [[{}]] before each rule", reader.path_of("mapping")));
    return false;
  }
  if (list->items.size() > rules_max) {
    reader.problem("mapping", fmt::format("has {} rules", list->items.size()),
                   fmt::format("at most {} are read", rules_max));
    return false;
  }
  const std::size_t before = reader.context().problems.size();
  read_rules(reader, *list, targets, hard_id, into);
  return reader.context().problems.size() == before && !into.empty();
}

std::optional<IdentitySource> source_of(const std::string& field) {
  if (field == "customer_id") return IdentitySource::crm_customer_id;
  if (field == "member_number") return IdentitySource::crm_member_number;
  if (field == "email") return IdentitySource::email;
  if (field == model::phone_field) return IdentitySource::phone;
  return std::nullopt;
}

const MappingRule* rule_for(const CustomerMapping& mapping, const std::string& target) {
  const auto found = std::find_if(mapping.begin(), mapping.end(),
                                  [&](const MappingRule& rule) { return rule.to == target; });
  return found == mapping.end() ? nullptr : &*found;
}

// Sales and tills must name a customer alike.
void take_hard_id(TableReader& reader, flows::BloomreachSettings& into) {
  const MappingRule* rule = rule_for(into.mapping, "ids." + into.hard_id);
  const auto source = source_of(rule->from.front());
  if (!source) {
    reader.problem("mapping",
                   fmt::format("the hard ID '{}' comes from {}", into.hard_id, rule->from.front()),
                   "take it from customer_id, member_number, email or phone: sales have no other");
    return;
  }
  if (reader.take("hard_id_from") != nullptr && into.hard_id_from != *source)
    reader.problem("hard_id_from", "says another field than the rule of the hard ID",
                   "remove it: the rule says it");
  into.hard_id_from = *source;
}

}  // namespace

void read_bloomreach_mapping(TableReader& reader, flows::BloomreachSettings& into) {
  if (!read_mapping(reader, bloomreach_targets, "ids." + into.hard_id, into.mapping)) return;
  take_hard_id(reader, into);
  if (!into.soft_ids.empty())
    reader.warn("soft_ids", "is not used beside rules", "write rules to ids.* instead");
  if (!into.cookie_id.empty() && rule_for(into.mapping, "ids." + into.cookie_id) != nullptr)
    reader.problem("cookie_id", "is the target of a rule as well", "an ID type has one source");
}

void read_klaviyo_mapping(TableReader& reader, flows::KlaviyoSettings& into) {
  if (!read_mapping(reader, klaviyo_targets, "", into.mapping)) return;
  for (const MappingRule& rule : into.mapping) {
    const auto [space, name] = model::split_target(rule.to);
    if (space != "properties") continue;
    if (name == into.purchased_skus_property || name == "Last Store")
      reader.problem("mapping", fmt::format("'{}' is written by sales", rule.to),
                     "give the property another name");
    if (name.starts_with('$'))
      reader.problem("mapping", fmt::format("'{}' is one of Klaviyo's own", rule.to.substr(0, 60)),
                     "use a name that does not begin with $");
  }
  if (into.key_from == IdentitySource::phone &&
      rule_for(into.mapping, "attributes.phone_number") == nullptr)
    reader.problem("mapping", "has no rule for attributes.phone_number, which is the key",
                   "add { from = \"phone\", to = \"attributes.phone_number\" }");
}

}  // namespace tillbridge::app
