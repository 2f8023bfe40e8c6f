// [hub.single_sign_on]: the identity provider that people sign in with, and what its groups make of
// them.
#include "app/config_console.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t rules_max = 100;

void read_rules(ReadContext& context, TableReader& reader, api::SingleSignOnSettings& into) {
  const Node* const list = reader.take("rules");
  if (list == nullptr) return;
  if (list->type != Node::Type::list || list->items.size() > rules_max) {
    reader.problem("rules", "is no list of rules",
                   "write [[hub.single_sign_on.rules]] before each rule");
    return;
  }
  for (const Node& item : list->items) {
    TableReader one(context, reader.path_of("rules"),
                    item.type == Node::Type::table ? &item : nullptr, item.line);
    api::RoleRule rule;
    one.text("value", rule.value, TableReader::Need::required);
    one.choice("role", rule.role,
               {{"viewer", api::Role::viewer},
                {"operator", api::Role::operator_},
                {"steward", api::Role::steward},
                {"administrator", api::Role::administrator}});
    one.texts("teams", rule.teams);
    one.finish();
    into.rules.push_back(std::move(rule));
  }
}

}  // namespace

std::optional<api::SingleSignOnSettings> read_single_sign_on(TableReader& hub) {
  const auto reader = hub.below("single_sign_on");
  if (!reader->present()) return std::nullopt;
  using Need = TableReader::Need;
  api::SingleSignOnSettings settings;
  settings.label = "Company account";
  reader->base_url("issuer", settings.issuer, Need::required);
  reader->text("client_id", settings.client_id, Need::required);
  reader->secret("client_secret", settings.client_secret);
  reader->text("label", settings.label);
  reader->text("scopes", settings.scopes);
  reader->text("redirect_url", settings.redirect_url, Need::required);
  reader->text("role_claim", settings.role_claim);
  std::optional<api::Role> others;
  reader->choice("others", others,
                 {{"refuse", std::optional<api::Role>{}},
                  {"viewer", std::optional(api::Role::viewer)},
                  {"operator", std::optional(api::Role::operator_)}});
  settings.role_of_others = others;
  read_rules(reader->context(), *reader, settings);
  reader->finish();
  if (const auto sound = api::check_settings(settings); !sound)
    hub.problem("single_sign_on", sound.error().what, "see docs/setup.md, \"Single sign-on\"");
  return settings;
}

}  // namespace tillbridge::app
