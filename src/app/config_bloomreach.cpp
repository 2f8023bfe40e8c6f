// [workspace.bloomreach]: the connection and what its flows send.
#include <algorithm>

#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using flows::BloomreachSettings;
using Need = TableReader::Need;

constexpr Duration second = std::chrono::seconds{1};

// What can be renamed: the names of docs/flows/bloomreach.md.
const std::map<std::string, std::vector<std::string>, std::less<>>& documented_names() {
  static const std::vector<std::string> purchase = {"purchase_id",
                                                    "purchase_status",
                                                    "purchase_source_type",
                                                    "purchase_source_name",
                                                    "product_list",
                                                    "product_ids",
                                                    "total_quantity",
                                                    "total_price",
                                                    "total_price_without_tax",
                                                    "total_price_local_currency",
                                                    "local_currency",
                                                    "payment_type",
                                                    "voucher_code",
                                                    "store_id",
                                                    "register_id",
                                                    "staff_id",
                                                    "receipt_id",
                                                    "exchange_return_id",
                                                    "refund_id",
                                                    "reason"};
  static const std::map<std::string, std::vector<std::string>, std::less<>> names = {
      {"purchase", purchase},
      {"cancel_order", purchase},
      {"purchase_item",
       {"purchase_id", "purchase_status", "purchase_source_type", "line_id", "product_id", "sku",
        "title", "quantity", "total_price", "total_price_local_currency", "local_currency", "price",
        "original_price", "discount_value", "voucher_code", "store_id", "refund_id", "reason"}},
      {"return",
       {"return_id", "purchase_id", "purchase_source_type", "purchase_source_name", "product_list",
        "product_ids", "total_quantity", "total_price", "total_price_without_tax",
        "total_price_local_currency", "local_currency", "payment_type", "reason", "store_id",
        "register_id", "staff_id", "receipt_id", "exchange_purchase_id"}},
      {"return_item",
       {"return_id", "purchase_id", "line_id", "original_line_id", "product_id", "sku", "title",
        "quantity", "price", "total_price", "total_price_local_currency", "local_currency",
        "reason", "store_id"}},
      {"customer",
       {"email", "phone", "first_name", "last_name", "last_store_id", "member_number", "street",
        "zip", "city", "country", "gender", "birthday", "home_store_id"}},
  };
  return names;
}

std::vector<std::string> event_names() {
  std::vector<std::string> names;
  for (const auto& [name, attributes] : documented_names()) names.push_back(name);
  return names;
}

void check_renamed(TableReader& reader, const std::string& key) {
  const auto dot = key.find('.');
  const auto event = key.substr(0, dot);
  const auto found = documented_names().find(event);
  if (found == documented_names().end() || (event == "customer" && dot == std::string::npos)) {
    const auto close = nearest(event, event_names());
    reader.problem(
        key, fmt::format("there is no event '{}' to rename", event.substr(0, 60)),
        close.empty() ? "see docs/flows/bloomreach.md" : fmt::format("did you mean '{}'?", close));
    return;
  }
  if (dot == std::string::npos) return;
  const auto attribute = key.substr(dot + 1);
  const auto& attributes = found->second;
  if (std::find(attributes.begin(), attributes.end(), attribute) != attributes.end()) return;
  const auto close = nearest(attribute, attributes);
  reader.problem(
      key, fmt::format("'{}' has no attribute '{}'", event, attribute.substr(0, 60)),
      close.empty() ? "see docs/flows/bloomreach.md" : fmt::format("did you mean '{}'?", close));
}

// "return.reason" may be written quoted, or as a table below the event.
void read_names(TableReader& reader, const std::string& prefix,
                std::map<std::string, std::string>& into) {
  for (const Node& value : reader.table().members) {
    const auto& key = value.key;
    const std::string name = prefix.empty() ? key : fmt::format("{}.{}", prefix, key);
    if (value.type == Node::Type::table && prefix.empty()) {
      read_names(*reader.below(key), key, into);
      continue;
    }
    reader.text(key, into[name]);
    if (prefix.empty()) {
      check_renamed(reader, name);
    } else if (const auto known = documented_names().find(prefix);
               known == documented_names().end() ||
               std::find(known->second.begin(), known->second.end(), key) == known->second.end()) {
      reader.problem(key, fmt::format("'{}' has no attribute '{}'", prefix, key.substr(0, 60)),
                     "see docs/flows/bloomreach.md");
    }
  }
}

// soft_ids = [{ id = "email_id", from = "email" }], in the order they are sent.
void read_soft_ids(TableReader& reader, ReadContext& context, BloomreachSettings& into) {
  const Node* list = reader.take("soft_ids");
  if (list == nullptr) return;
  if (list->type != Node::Type::list) {
    reader.problem("soft_ids", fmt::format("is {}", name(list->type)),
                   "write soft_ids = [{ id = \"email_id\", from = \"email\" }]");
    return;
  }
  for (const Node& item : list->items) {
    TableReader soft(context, reader.path_of("soft_ids"),
                     item.type == Node::Type::table ? &item : nullptr, reader.line_of("soft_ids"));
    std::pair<std::string, model::IdentitySource> entry{"", model::IdentitySource::email};
    soft.text("id", entry.first, Need::required);
    if (soft.take("from") == nullptr) soft.missing("from", "add from = \"email\"");
    read_identity_source(soft, "from", entry.second);
    soft.finish();
    const bool repeated =
        entry.first == into.hard_id ||
        std::any_of(into.soft_ids.begin(), into.soft_ids.end(),
                    [&](const auto& other) { return other.first == entry.first; });
    if (repeated && !entry.first.empty())
      soft.problem("id", fmt::format("'{}' is used twice", entry.first),
                   "an ID type has one source");
    into.soft_ids.push_back(std::move(entry));
  }
}

void read_rates(TableReader& reader, BloomreachSettings& into) {
  for (const Node& value : reader.table().members) {
    const auto& code = value.key;
    reader.take(code);
    const auto currency = Currency::parse(code);
    if (!currency) {
      reader.problem(code, currency.error().what, "use an ISO 4217 code such as EUR");
      continue;
    }
    const bool written = value.type == Node::Type::text || value.type == Node::Type::integer ||
                         value.type == Node::Type::number;
    const auto rate = written ? Decimal::parse(value.text)
                              : Result<Decimal>(fail(Error::Kind::invalid_input, "not a number"));
    if (!rate || rate->is_negative() || rate->is_zero()) {
      reader.problem(code, "is not a rate above zero",
                     fmt::format("write the value of one {} in the reference currency: \"11.42\"",
                                 currency->code()));
      continue;
    }
    if (*currency == into.reference_currency && !(*rate == Decimal::of(1)))
      reader.problem(code, "is the reference currency itself", "remove it; its rate is 1");
    into.rates[std::string(currency->code())] = *rate;
  }
}

void read_currency(TableReader& reader, BloomreachSettings& into) {
  std::string code;
  reader.text("reference_currency", code, Need::required);
  if (code.empty()) return;
  if (auto currency = Currency::parse(code))
    into.reference_currency = *currency;
  else
    reader.problem("reference_currency", currency.error().what, "use an ISO 4217 code such as SEK");
}

}  // namespace

void read_bloomreach(TableReader& reader, Workspace& into) {
  using enum BloomreachSettings::Cancelled;
  auto& connection = into.bloomreach;
  auto& flow = into.bloomreach_flows;
  into.bloomreach_connected = reader.present();
  if (!into.bloomreach_connected) return;
  reader.choice("mode", into.bloomreach_mode,
                {{"live", Mode::live}, {"shadow", Mode::shadow}, {"paused", Mode::paused}});
  reader.base_url("base_url", connection.base_url);
  reader.text("project_token", connection.project_token, Need::required);
  reader.text("key_id", connection.key_id, Need::required);
  reader.secret("key_secret", connection.key_secret);
  reader.number("requests_per_second", connection.requests_per_second, 0.01, 10'000);
  reader.whole("requests_in_flight_max", connection.requests_in_flight_max, 1, 256);
  reader.whole("commands_per_batch_max", connection.commands_per_batch_max, 1, 50);
  reader.whole("batch_bytes_max", connection.batch_bytes_max, 10'000, 100'000'000);
  reader.time("connect_time_max_s", connection.connect_time_max, second, 1, 300);
  reader.time("total_time_max_s", connection.total_time_max, second, 1, 600);

  reader.text("hard_id", flow.hard_id);
  if (flow.hard_id.empty())
    reader.problem("hard_id", "is empty", "name the project's hard ID type");
  read_identity_source(reader, "hard_id_from", flow.hard_id_from);
  read_soft_ids(reader, reader.context(), flow);
  reader.text("cookie_id", flow.cookie_id);
  read_bloomreach_mapping(reader, flow);
  reader.choice("returns", flow.returns,
                {{"event", BloomreachSettings::Returns::event},
                 {"status", BloomreachSettings::Returns::status}});
  reader.choice("cancelled", flow.cancelled,
                {{"status", status}, {"event", event}, {"none", none}});
  reader.choice("purchase_id_from", flow.purchase_id_from,
                {{"order", BloomreachSettings::PurchaseId::order},
                 {"receipt", BloomreachSettings::PurchaseId::receipt},
                 {"external", BloomreachSettings::PurchaseId::external}});
  read_currency(reader, flow);
  read_rates(*reader.below("rates"), flow);
  read_names(*reader.below("events"), "", flow.names);
  read_window(reader, "profile_window", into.profile_window);
  flow.profile_window = into.profile_window.has_value();
  reader.finish();
  if (!flow.cookie_id.empty() && into.sitoo.cookie_key.empty())
    reader.problem("cookie_id", "has no source", "set cookie_from in [workspace.sitoo]");
}

}  // namespace tillbridge::app
