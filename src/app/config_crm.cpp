// [workspace.crm]: the tills' customer register, its routes, consents and promotions.
#include <algorithm>

#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using Need = TableReader::Need;

constexpr Duration millisecond = std::chrono::milliseconds{1};
constexpr Duration minute = std::chrono::minutes{1};
constexpr Duration hour = std::chrono::hours{1};

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == 0x7f;
  });
}

// search = "GET /customers"
void read_routes(TableReader& reader, crm::RouteTable& into) {
  for (const Node& member : reader.table().members) {
    const std::string& key = member.key;
    std::string route;
    reader.text(key, route);
    const auto operation = crm::operation_named(key);
    if (!operation) {
      reader.problem(key, "is no operation of the register",
                     "use search, lookup, get, add, update, consents, history, sections, redeem or "
                     "undo_redeem");
      continue;
    }
    const std::size_t blank = route.find(' ');
    auto changed =
        crm::with_route(into, *operation, route.substr(0, blank),
                        blank == std::string::npos ? std::string{} : route.substr(blank + 1));
    if (changed)
      into = std::move(*changed);
    else
      reader.problem(key, changed.error().what, "write a method and a path: \"GET /customers\"");
  }
  if (const auto told_apart = crm::check_routes(into); !told_apart)
    reader.problem("", told_apart.error().what, "give each operation a route of its own");
}

// nullptr: absent, or no list.
const Node* take_list(TableReader& crm, std::string_view key) {
  const Node* list = crm.take(key);
  if (list == nullptr || list->type == Node::Type::list) return list;
  crm.problem(key, fmt::format("is {}", name(list->type)),
              fmt::format("must be a list: write {} = [{{ id = \"...\" }}] or [[{}]]", key,
                          crm.path_of(key)));
  return nullptr;
}

// consents = [{ id = "newsletter", label = "Newsletter", ... }], in the order shown.
void read_categories(TableReader& crm, std::vector<model::ConsentCategory>& into) {
  const Node* list = take_list(crm, "consents");
  if (list == nullptr) return;
  for (const Node& item : list->items) {
    TableReader reader(crm.context(), crm.path_of("consents"),
                       item.type == Node::Type::table ? &item : nullptr, crm.line_of("consents"));
    model::ConsentCategory category;
    reader.text("id", category.id, Need::required);
    if (!category.id.empty() && !is_word(category.id))
      reader.problem("id", "is no id", "use up to 64 characters without blanks and '/'");
    category.label = category.id;
    reader.text("label", category.label);
    reader.choice("channel", category.channel,
                  {{"email", std::optional<std::string>("email")},
                   {"sms", std::optional<std::string>("sms")},
                   {"mail", std::optional<std::string>("mail")},
                   {"", std::optional<std::string>()}});
    reader.choice("default", category.by_default, {{"no", false}, {"yes", true}});
    reader.text("bloomreach", category.bloomreach);
    reader.choice("klaviyo", category.klaviyo,
                  {{"email", std::optional(model::ConsentChannel::email)},
                   {"sms", std::optional(model::ConsentChannel::sms)},
                   {"", std::optional<model::ConsentChannel>()}});
    reader.finish();
    const bool shares =
        category.channel && std::any_of(into.begin(), into.end(), [&](const auto& other) {
          return other.channel == category.channel;
        });
    if (shares)
      reader.problem("channel", "belongs to another category already",
                     "the till has one switch for it: leave it out here");
    const bool twice = std::any_of(into.begin(), into.end(),
                                   [&](const auto& other) { return other.id == category.id; });
    if (twice) reader.problem("id", fmt::format("'{}' is used twice", category.id), "rename one");
    into.push_back(std::move(category));
  }
}

void read_promotions(TableReader& crm, std::vector<crm::Promotion>& into) {
  const Node* list = take_list(crm, "promotions");
  if (list == nullptr) return;
  for (const Node& item : list->items) {
    TableReader reader(crm.context(), crm.path_of("promotions"),
                       item.type == Node::Type::table ? &item : nullptr, crm.line_of("promotions"));
    crm::Promotion promotion;
    reader.text("id", promotion.id, Need::required);
    if (!promotion.id.empty() && !is_word(promotion.id))
      reader.problem("id", "is no id", "use up to 64 characters without blanks and '/'");
    promotion.name = promotion.id;
    reader.text("name", promotion.name);
    promotion.type = "cart_percent";
    reader.text("type", promotion.type);
    reader.whole("value", promotion.value, 0, 1'000'000);
    reader.choice("kind", promotion.bonus_check, {{"promotion", false}, {"bonus_check", true}});
    reader.finish();
    const bool twice = std::any_of(into.begin(), into.end(),
                                   [&](const auto& other) { return other.id == promotion.id; });
    if (twice) reader.problem("id", fmt::format("'{}' is used twice", promotion.id), "rename one");
    into.push_back(std::move(promotion));
  }
}

void check_source(TableReader& reader, const Workspace& workspace, std::string& source) {
  if (source.empty()) source = workspace.bloomreach_connected ? "bloomreach" : "klaviyo";
  const bool connected = (source == "bloomreach" && workspace.bloomreach_connected) ||
                         (source == "klaviyo" && workspace.klaviyo_connected);
  if (!connected)
    reader.problem("source", fmt::format("{} is not connected", source),
                   fmt::format("add [workspace.{}] or name the other platform", source));
}

}  // namespace

void read_crm(TableReader& reader, Workspace& into) {
  into.crm_served = reader.present();
  if (!into.crm_served) return;
  crm::CrmSettings& settings = into.crm;
  settings.workspace = into.name;
  settings.country = into.sitoo.country;
  settings.store_countries = into.sitoo.store_countries;
  reader.text("user", settings.user, Need::required);
  reader.secret("password", settings.password);
  reader.choice("source", into.crm_source,
                {{"bloomreach", std::string("bloomreach")}, {"klaviyo", std::string("klaviyo")}});
  check_source(reader, into, into.crm_source);
  settings.source_label = into.crm_source == "klaviyo" ? "Klaviyo" : "Bloomreach";
  reader.number("reads_per_second", into.crm_reads_per_second, 0.1, 10'000);
  reader.number("till_share", into.crm_till_share, 0.0, 0.9);
  reader.time("patience_ms", settings.patience, millisecond, 100, 9'000);
  reader.time("own_changes_win_min", settings.own_changes_win_for, minute, 0, 1'440);
  reader.time("double_press_min", settings.double_press_within, minute, 0, 1'440);
  reader.whole("added_status", settings.added_status, 200, 201);
  reader.choice("duplicates", settings.refuse_duplicates, {{"join", false}, {"refuse", true}});
  reader.choice("unknown_while_down", settings.unknown_while_down_is_error,
                {{"nobody", false}, {"error", true}});
  reader.time("sync_every_min", into.crm_sync_every, minute, 0, 10'080);
  reader.text("sync_segmentation", into.crm_sync_segmentation);
  reader.whole("history_max", settings.history_max, 1, 200);
  reader.time("redeem_unused_h", settings.unused_after, hour, 1, 720);
  read_routes(*reader.below("routes"), settings.routes);
  read_categories(reader, settings.categories);
  read_promotions(reader, settings.promotions);
  reader.finish();
}

}  // namespace tillbridge::app
