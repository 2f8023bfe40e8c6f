#include "app/setup/setup_answers.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

using Kind = SetupField::Kind;

const SetupField* field_named(std::string_view name) {
  const auto fields = setup_fields();
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const SetupField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

Error no_answer(std::string_view name, const char* what) {
  return {Error::Kind::invalid_input, fmt::format("'{}' {}", name.substr(0, 60), what)};
}

// Texts, numbers and yes or no as JSON says them.
std::optional<std::string> plain_text(const json::Value& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  return std::nullopt;
}

// One text or a list of texts.
std::optional<std::vector<std::string>> texts(const json::Object& object, std::string_view key) {
  std::vector<std::string> made;
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return made;
  if (value->is_string()) {
    made.emplace_back(std::string_view(value->get_string()));
    return made;
  }
  if (!value->is_array()) return std::nullopt;
  for (const json::Value& item : value->get_array()) {
    if (!item.is_string()) return std::nullopt;
    made.emplace_back(std::string_view(item.get_string()));
  }
  return made;
}

Result<void> only_members(const json::Object& object, std::string_view of,
                          std::initializer_list<std::string_view> allowed) {
  for (const auto& member : object) {
    const std::string_view key(member.key());
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end())
      return fail(Error::Kind::invalid_input,
                  fmt::format("'{}' is no member of {}", key.substr(0, 60), of));
  }
  return {};
}

Result<SetupAnswers::Mapping> mapping_of(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (object == nullptr) return fail(no_answer("mapping", "holds something that is no rule"));
  TB_CHECK(only_members(*object, "a mapping rule", {"from", "to", "transform", "constant"}));
  SetupAnswers::Mapping rule;
  const auto from = texts(*object, "from");
  const auto transforms = texts(*object, "transform");
  if (!from || !transforms)
    return fail(no_answer("mapping", "holds a rule whose from or transform is no list of texts"));
  rule.from = *from;
  rule.transforms = *transforms;
  rule.to = json::text(*object, "to").value_or("");
  rule.constant = json::text(*object, "constant").value_or("");
  return rule;
}

Result<SetupAnswers::Consent> consent_of(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (object == nullptr) return fail(no_answer("consents", "holds something that is no consent"));
  TB_CHECK(only_members(*object, "a consent",
                        {"id", "label", "channel", "default", "bloomreach", "klaviyo"}));
  SetupAnswers::Consent consent;
  consent.id = json::text(*object, "id").value_or("");
  consent.label = json::text(*object, "label").value_or("");
  consent.channel = json::text(*object, "channel").value_or("");
  consent.bloomreach = json::text(*object, "bloomreach").value_or("");
  consent.klaviyo = json::text(*object, "klaviyo").value_or("");
  const json::Value* fallback = object->if_contains("default");
  consent.by_default = fallback != nullptr && plain_text(*fallback) == "yes";
  return consent;
}

// "https://api.mysitoo.com/v2/accounts/1500" -> "1500"
std::string account_in(const std::string& base_url) {
  constexpr std::string_view before = "/accounts/";
  const auto at = base_url.rfind(before);
  if (at == std::string::npos) return {};
  const std::string rest = base_url.substr(at + before.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{}) return {};
  return std::to_string(number);
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::string SetupAnswers::text(std::string_view field) const {
  const auto given = texts.find(field);
  if (given != texts.end() && !given->second.empty()) return given->second;
  if (field == "sitoo_account_id") return account_in(text("sitoo_base_url"));
  const SetupField* known = field_named(field);
  return known == nullptr ? std::string{} : std::string(known->fallback);
}

Result<SetupAnswers> setup_answers_of(const json::Object& document) {
  SetupAnswers answers;
  for (const auto& member : document) {
    const std::string_view name(member.key());
    if (name == "mapping" || name == "consents") {
      const json::Array* list = member.value().if_array();
      if (list == nullptr) return fail(no_answer(name, "is no list"));
      for (const json::Value& item : *list) {
        if (name == "mapping") {
          TB_TRY(auto rule, mapping_of(item));
          answers.mapping.push_back(std::move(rule));
        } else {
          TB_TRY(auto consent, consent_of(item));
          answers.consents.push_back(std::move(consent));
        }
      }
      continue;
    }
    const SetupField* field = field_named(name);
    if (field == nullptr) return fail(no_answer(name, "is no question of the set-up"));
    const auto text = plain_text(member.value());
    if (!text) return fail(no_answer(name, "is neither a text nor a number"));
    if (field->kind == Kind::secret) {
      if (!text->empty()) answers.secrets.insert_or_assign(std::string(name), Secret(*text));
    } else {
      answers.texts.insert_or_assign(std::string(name), *text);
    }
  }
  return answers;
}

std::string events_base_url(const SetupAnswers& answers) {
  return fmt::format("{}/sitoo/{}", without_slash(answers.text("public_url")),
                     answers.text("workspace"));
}

std::string crm_base_url(const SetupAnswers& answers) {
  return fmt::format("{}/crm/{}", without_slash(answers.text("public_url")),
                     answers.text("workspace"));
}

}  // namespace tillbridge::app
