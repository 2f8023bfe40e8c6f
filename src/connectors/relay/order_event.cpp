#include "connectors/relay/order_event.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_document.h"
#include "connectors/time_text.h"

namespace tillbridge::connectors::relay {
namespace {

constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t text_bytes_max = 1'000;
constexpr std::size_t lines_max = 1'000;
constexpr std::size_t payments_max = 50;
constexpr std::size_t attributes_max = 32;

tl::unexpected<Error> wrong(std::string_view member, std::string_view what) {
  return fail(Error::Kind::invalid_input, fmt::format("{} {}", member, what));
}

// Stands in a header, in keys and in quotes without being escaped.
bool is_event_id(std::string_view text) {
  return !text.empty() && text.size() <= id_bytes_max &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

// A text that may be absent or null; a number or a list in its place is a mistake to be told of.
Result<std::string> text_of(const json::Object& object, std::string_view member,
                            std::size_t bytes_max = text_bytes_max) {
  const json::Value* value = object.if_contains(member);
  if (value == nullptr || value->is_null()) return std::string{};
  const auto* text = value->if_string();
  if (text == nullptr) return wrong(member, "is not a text");
  if (text->size() > bytes_max) return wrong(member, "is too long");
  return std::string(text->data(), text->size());
}

Result<std::string> needed_text(const json::Object& object, std::string_view member,
                                std::size_t bytes_max = text_bytes_max) {
  TB_TRY(std::string text, text_of(object, member, bytes_max));
  if (text.empty()) return wrong(member, "is missing");
  return text;
}

// Amounts and quantities are texts ("199.00"): a JSON number would pass through floating point on
// the way. Whole numbers are exact either way.
Result<Decimal> decimal_of(const json::Object& object, std::string_view member) {
  const json::Value* value = object.if_contains(member);
  if (value == nullptr || value->is_null()) return wrong(member, "is missing");
  if (value->is_int64()) return Decimal::of(value->get_int64());
  const auto* text = value->if_string();
  if (text == nullptr) return wrong(member, "is not a decimal number in quotes");
  const auto number = Decimal::parse({text->data(), text->size()});
  if (!number) return wrong(member, "is not a decimal number in quotes");
  return *number;
}

Result<Money> money_of(const json::Object& object, std::string_view member, Currency currency) {
  TB_TRY(const Decimal amount, decimal_of(object, member));
  const int digits = currency.digits();
  const auto minor = amount.to_units(digits);
  if (!minor || Decimal::of_scaled(*minor, digits) != amount)
    return wrong(member, "is no amount of the currency: too large, or too many digits");
  return Money{*minor, currency};
}

// Calls read(object) for each entry, which adds it to `into`, and names the one that is wrong.
template <typename Entry, typename Read>
Result<void> for_each(const json::Object& event, std::string_view member, std::size_t most,
                      std::vector<Entry>& into, Read read) {
  const json::Value* value = event.if_contains(member);
  if (value == nullptr || value->is_null()) return {};
  const json::Array* list = value->if_array();
  if (list == nullptr) return wrong(member, "is not a list");
  if (list->size() > most) return wrong(member, fmt::format("has more than {} entries", most));
  into.reserve(list->size());
  for (std::size_t at = 0; at < list->size(); ++at) {
    const json::Object* entry = (*list)[at].if_object();
    if (entry == nullptr) return wrong(fmt::format("{}[{}]", member, at), "is not an object");
    const Result<void> taken = read(*entry);
    if (!taken)
      return fail(Error::Kind::invalid_input,
                  fmt::format("{}[{}].{}", member, at, taken.error().what));
  }
  return {};
}

Result<const json::Object*> object_in(const json::Object& event, std::string_view member) {
  const json::Value* value = event.if_contains(member);
  if (value == nullptr || value->is_null()) return nullptr;
  const json::Object* object = value->if_object();
  if (object == nullptr) return wrong(member, "is not an object");
  return object;
}

template <typename Read>
Result<void> inside(std::string_view member, const json::Object& object, Read read) {
  const Result<void> taken = read(object);
  if (!taken)
    return fail(Error::Kind::invalid_input, fmt::format("{}.{}", member, taken.error().what));
  return {};
}

Result<void> read_store(const json::Object& object, model::OrderEvent::Store& into) {
  TB_TRY(into.id, needed_text(object, "id", id_bytes_max));
  TB_TRY(into.name, text_of(object, "name"));
  return {};
}

Result<void> read_buyer(const json::Object& object, model::OrderEvent::Buyer& into) {
  TB_TRY(into.number, text_of(object, "number", id_bytes_max));
  TB_TRY(into.email, text_of(object, "email"));
  TB_TRY(into.phone, text_of(object, "phone"));
  TB_TRY(into.given_name, text_of(object, "given_name"));
  TB_TRY(into.family_name, text_of(object, "family_name"));
  return {};
}

Result<void> read_line(const json::Object& object, model::OrderEvent& into) {
  model::OrderEvent::Line line;
  TB_TRY(line.sku, needed_text(object, "sku"));
  TB_TRY(line.name, text_of(object, "name"));
  TB_TRY(line.quantity, decimal_of(object, "quantity"));
  TB_TRY(line.unit_price, money_of(object, "price", into.currency));
  TB_TRY(line.vat_percent, decimal_of(object, "vat"));
  if (line.vat_percent.is_negative() || line.vat_percent > Decimal::of(100))
    return wrong("vat", "is not between 0 and 100 percent");
  into.lines.push_back(std::move(line));
  return {};
}

Result<void> read_payment(const json::Object& object, model::OrderEvent& into) {
  model::OrderEvent::Payment payment;
  TB_TRY(payment.method, needed_text(object, "method"));
  TB_TRY(payment.amount, money_of(object, "amount", into.currency));
  into.payments.push_back(std::move(payment));
  return {};
}

Result<void> read_attributes(const json::Object& event, model::OrderEvent& into) {
  TB_TRY(const json::Object* const object, object_in(event, "attributes"));
  if (object == nullptr) return {};
  if (object->size() > attributes_max)
    return wrong("attributes", fmt::format("has more than {} entries", attributes_max));
  for (const auto& [key, value] : *object) {
    const auto* text = value.if_string();
    if (text == nullptr || text->size() > text_bytes_max || key.size() > id_bytes_max)
      return wrong("attributes", "holds something that is not a text of up to 1000 bytes");
    into.attributes.emplace_back(std::string(key.data(), key.size()),
                                 std::string(text->data(), text->size()));
  }
  return {};
}

Result<void> read_head(const json::Object& event, model::OrderEvent& into) {
  TB_TRY(into.order_number, needed_text(event, "order_number", id_bytes_max));
  TB_TRY(into.type, needed_text(event, "type", id_bytes_max));
  TB_TRY(into.receipt, text_of(event, "receipt", id_bytes_max));
  TB_TRY(const std::string at, needed_text(event, "happened_at"));
  const auto happened_at = time_of_text(at);
  if (!happened_at)
    return wrong("happened_at", "is not a time with an offset, such as 2026-03-14T11:22:33+01:00");
  into.happened_at = *happened_at;
  TB_TRY(const std::string code, needed_text(event, "currency"));
  const auto currency = Currency::parse(code);
  if (!currency) return wrong("currency", "is not a code of three letters");
  into.currency = *currency;
  TB_TRY(into.total, money_of(event, "total", into.currency));
  return {};
}

Result<model::OrderEvent> event_of(const json::Object& object, const std::string& event_id) {
  model::OrderEvent event;
  event.event_id = event_id;
  TB_CHECK(read_head(object, event));
  TB_TRY(const json::Object* const store, object_in(object, "store"));
  if (store == nullptr) return wrong("store", "is missing");
  TB_CHECK(
      inside("store", *store, [&](const json::Object& o) { return read_store(o, event.store); }));
  TB_TRY(const json::Object* const buyer, object_in(object, "customer"));
  if (buyer != nullptr)
    TB_CHECK(inside("customer", *buyer,
                    [&](const json::Object& o) { return read_buyer(o, event.customer); }));
  TB_CHECK(for_each(object, "lines", lines_max, event.lines,
                    [&](const json::Object& o) { return read_line(o, event); }));
  TB_CHECK(for_each(object, "payments", payments_max, event.payments,
                    [&](const json::Object& o) { return read_payment(o, event); }));
  TB_CHECK(read_attributes(object, event));
  return event;
}

}  // namespace

ParsedOrderEvent parse_order_event(std::string_view body) {
  const json::Document document(body);
  const Result<json::Value>& parsed = document.root();
  if (!parsed) return {"", fail(parsed.error())};
  const json::Object* object = parsed->if_object();
  if (object == nullptr) return {"", wrong("the body", "is not a JSON object")};
  std::string event_id = json::text(*object, "event_id").value_or("");
  if (!is_event_id(event_id)) {
    return {"", wrong("event_id",
                      "is missing, or not 1 to 128 printable characters without blanks, quotes and "
                      "backslashes")};
  }
  auto event = event_of(*object, event_id);
  return {std::move(event_id), std::move(event)};
}

model::OrderEvent::Buyer buyer_named_in(std::string_view body) {
  model::OrderEvent::Buyer buyer;
  const json::Document document(body);
  const Result<json::Value>& parsed = document.root();
  const json::Object* const object = parsed ? parsed->if_object() : nullptr;
  const json::Value* const named = object == nullptr ? nullptr : object->if_contains("customer");
  if (named == nullptr) return buyer;
  if (const auto* text = named->if_string()) {
    (text->find('@') == std::string_view::npos ? buyer.number : buyer.email) = *text;
    return buyer;
  }
  const json::Object* const customer = named->if_object();
  if (customer == nullptr) return buyer;
  const auto text_in = [customer](std::string_view member) -> std::string {
    const json::Value* const value = customer->if_contains(member);
    if (value == nullptr) return "";
    if (const auto* text = value->if_string()) return std::string(text->data(), text->size());
    return value->is_number() ? json::to_text(*value) : "";
  };
  buyer.number = text_in("number");
  buyer.email = text_in("email");
  buyer.phone = text_in("phone");
  return buyer;
}

}  // namespace tillbridge::connectors::relay
