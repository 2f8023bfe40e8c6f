#include "model/customer_mapping.h"

#include <algorithm>
#include <array>
#include <locale>
#include <set>
#include <sstream>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <date/date.h>

#include "model/identity.h"

namespace tillbridge::model {
namespace {

constexpr std::array<std::pair<std::string_view, Transform>, 7> transform_words{{
    {"trim", Transform::trim},
    {"lower", Transform::lower},
    {"upper", Transform::upper},
    {"title", Transform::title},
    {"e164", Transform::e164},
    {"date", Transform::date},
    {"digits", Transform::digits},
}};

std::string trimmed(const std::string& text) {
  return boost::algorithm::trim_copy(text, std::locale::classic());
}

bool is_ascii_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_ascii_lower(char c) {
  return c >= 'a' && c <= 'z';
}

// A word in one case: "ANNA" and "anna" become "Anna". Words in both cases ("McDonald") were typed
// on purpose, and with capitals outside ASCII the rest would end as "MÅrten".
void title_word(std::string& text, std::size_t from, std::size_t to) {
  if (from == to) return;
  const auto at = [&](std::size_t i) { return text.begin() + static_cast<std::ptrdiff_t>(i); };
  std::size_t rest = from + 1;
  while (rest < to && (static_cast<unsigned char>(text[rest]) & 0xC0U) == 0x80U) ++rest;
  const bool raised = std::any_of(at(rest), at(to), is_ascii_upper);
  const bool lowered = std::any_of(at(from), at(to), is_ascii_lower);
  const bool foreign =
      std::any_of(at(rest), at(to), [](char c) { return static_cast<unsigned char>(c) >= 0x80U; });
  const std::locale& ascii = std::locale::classic();
  if (raised && !lowered && !foreign)
    std::transform(at(rest), at(to), at(rest), [&](char c) { return std::tolower(c, ascii); });
  if (!raised) text[from] = std::toupper(text[from], ascii);
}

std::string title(std::string text) {
  constexpr std::string_view between = " \t-'";
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t to = std::min(text.find_first_of(between, from), text.size());
    title_word(text, from, to);
    from = to + 1;
  }
  return text;
}

// "2026-11-21"; nullopt for what is no day. Day before month only with points: with slashes nobody
// knows which is which.
std::optional<std::string> as_date(const std::string& text) {
  for (const char* form : {"%F", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%Y%m%d", "%FT%T", "%FT%TZ"}) {
    std::istringstream in(trimmed(text));
    in.imbue(std::locale::classic());
    date::sys_seconds at;
    date::year_month_day day{};
    if (std::string_view(form).find("%T") == std::string_view::npos) {
      in >> date::parse(form, day);
    } else {
      in >> date::parse(form, at);
      day = date::year_month_day(date::floor<date::days>(at));
    }
    if (in.fail() || !day.ok() || in.peek() != std::istringstream::traits_type::eof()) continue;
    if (day.year() < date::year{1000} || day.year() > date::year{9999}) continue;
    return date::format("%F", day);
  }
  return std::nullopt;
}

std::optional<std::string> transformed(Transform transform, std::string text,
                                       const std::string& country) {
  switch (transform) {
    case Transform::trim:
      return trimmed(text);
    case Transform::lower:
      return boost::algorithm::to_lower_copy(text, std::locale::classic());
    case Transform::upper:
      return boost::algorithm::to_upper_copy(text, std::locale::classic());
    case Transform::title:
      return title(std::move(text));
    case Transform::e164: {
      Result<std::string> phone = phone_e164(text, country);
      if (!phone) return std::nullopt;
      return std::move(*phone);
    }
    case Transform::date:
      return as_date(text);
    case Transform::digits:
      std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
      return text;
  }
  return std::nullopt;
}

TextList source_values(const Customer& customer, const MappingRule& rule) {
  if (rule.from.empty()) return {rule.constant};
  if (rule.from.size() == 1) return values_of(customer, rule.from.front());
  TextList pieces;
  for (const std::string& field : rule.from) {
    TextList values = values_of(customer, field);
    if (!values.empty()) pieces.push_back(std::move(values.front()));
  }
  return {boost::algorithm::join(pieces, rule.separator)};
}

TextList outward_values(const Customer& customer, const MappingRule& rule,
                        const std::string& country) {
  TextList values;
  for (std::string& source : source_values(customer, rule)) {
    std::optional<std::string> value = std::move(source);
    for (const Transform transform : rule.transforms) {
      if (value) value = transformed(transform, std::move(*value), country);
    }
    if (value && !value->empty() && std::find(values.begin(), values.end(), *value) == values.end())
      values.push_back(std::move(*value));
  }
  return values;
}

// "" when the value cannot be right.
std::string normal_value(const std::string& field, const std::string& text,
                         const std::string& country) {
  if (field == "email") return normal_email(text).value_or("");
  if (field == phone_field) return phone_e164(text, country).value_or("");
  if (field == "birthday") return as_date(text).value_or("");
  return trimmed(text);
}

TextList inward_values(const std::string& field, const TextList& held, const std::string& country) {
  TextList values;
  for (const std::string& text : held) {
    TextList pieces{text};
    if (field == phone_field)
      boost::algorithm::split(pieces, text, boost::algorithm::is_any_of(";,|\n"));
    for (const std::string& piece : pieces) {
      std::string value = normal_value(field, piece, country);
      if (!value.empty()) values.push_back(std::move(value));
    }
  }
  return values;
}

bool is_allowed(std::string_view to, const TextList& namespaces) {
  const auto [space, name] = split_target(to);
  if (name.empty()) return false;
  return std::any_of(
      namespaces.begin(), namespaces.end(),
      [&, inside = space](const auto& allowed) { return allowed == inside || allowed == to; });
}

std::string allowed_targets(const TextList& namespaces) {
  TextList targets;
  for (const std::string& allowed : namespaces)
    targets.push_back(split_target(allowed).second.empty() ? allowed + ".*" : allowed);
  return boost::algorithm::join(targets, ", ");
}

TextList field_names() {
  TextList names;
  for (const CustomerField& field : customer_fields()) {
    names.emplace_back(field.name);
    if (field.name == "email") names.emplace_back(phone_field);
  }
  return names;
}

// Of one rule by itself.
TextList rule_problems(const MappingRule& rule, const TextList& namespaces) {
  TextList problems;
  const std::string to = "'" + rule.to.substr(0, 60) + "'";
  for (const std::string& field : rule.from) {
    if (!is_customer_field(field))
      problems.push_back("'" + field.substr(0, 60) + "' is no field of a customer; use " +
                         boost::algorithm::join(field_names(), ", "));
  }
  if (!is_allowed(rule.to, namespaces))
    problems.push_back(to + " is nothing this platform has; use " + allowed_targets(namespaces));
  if (!rule.from.empty() && !rule.constant.empty())
    problems.push_back(to + " has fields and a constant; keep one of the two");
  if (rule.from.empty() && rule.constant.empty())
    problems.push_back(to + " gets nothing; add from = \"first_name\" or constant = \"...\"");
  return problems;
}

}  // namespace

Result<Transform> transform(std::string_view name) {
  TextList allowed;
  for (const auto& [word, value] : transform_words) {
    if (word == name) return value;
    allowed.emplace_back(word);
  }
  return fail(Error::Kind::invalid_input, "'" + std::string(name.substr(0, 60)) +
                                              "' is no transform; use " +
                                              boost::algorithm::join(allowed, ", "));
}

std::string_view name(Transform transform) {
  for (const auto& [word, value] : transform_words) {
    if (value == transform) return word;
  }
  return "";
}

std::pair<std::string_view, std::string_view> split_target(std::string_view to) {
  const std::size_t point = to.find('.');
  if (point == std::string_view::npos) return {to, {}};
  return {to.substr(0, point), to.substr(point + 1)};
}

TextList mapping_problems(const CustomerMapping& mapping, const TextList& namespaces,
                          const std::string& hard_id) {
  TextList problems;
  std::set<std::string, std::less<>> targets;
  for (const MappingRule& rule : mapping) {
    TextList own = rule_problems(rule, namespaces);
    problems.insert(problems.end(), std::make_move_iterator(own.begin()),
                    std::make_move_iterator(own.end()));
    if (!targets.insert(rule.to).second)
      problems.push_back("'" + rule.to.substr(0, 60) +
                         "' is the target of two rules; join their fields in one");
  }
  if (hard_id.empty()) return problems;
  const auto rule = std::find_if(mapping.begin(), mapping.end(),
                                 [&](const MappingRule& r) { return r.to == hard_id; });
  if (rule == mapping.end())
    problems.push_back("no rule for the hard ID '" + hard_id +
                       "'; add { from = \"customer_id\", to = \"" + hard_id + "\" }");
  else if (rule->from.size() != 1)
    problems.push_back("the hard ID '" + hard_id +
                       "' is not taken from exactly one field; write from = \"customer_id\"");
  return problems;
}

std::vector<std::pair<std::string, TextList>> outward(const Customer& customer,
                                                      const CustomerMapping& mapping,
                                                      const std::string& country) {
  std::vector<std::pair<std::string, TextList>> targets;
  for (const MappingRule& rule : mapping) {
    TextList values = outward_values(customer, rule, country);
    if (!values.empty()) targets.emplace_back(rule.to, std::move(values));
  }
  return targets;
}

Customer inward(const TargetValues& values, const CustomerMapping& mapping,
                const std::string& country) {
  Customer customer;
  const auto read = [&](const MappingRule& rule) {
    const auto held = values.find(rule.to);
    if (rule.from.size() != 1 || held == values.end()) return;
    const std::string& field = rule.from.front();
    if (!values_of(customer, field).empty()) return;
    set_values(customer, field, inward_values(field, held->second, country));
  };
  const auto is_id = [](const MappingRule& rule) { return rule.to.starts_with("ids."); };
  for (const MappingRule& rule : mapping) {
    if (!is_id(rule)) read(rule);
  }
  for (const MappingRule& rule : mapping) {
    if (is_id(rule)) read(rule);
  }
  return customer;
}

TextList targets_to_read(const CustomerMapping& mapping) {
  TextList targets;
  for (const MappingRule& rule : mapping) {
    if (rule.from.size() == 1 &&
        std::find(targets.begin(), targets.end(), rule.to) == targets.end())
      targets.push_back(rule.to);
  }
  return targets;
}

}  // namespace tillbridge::model
