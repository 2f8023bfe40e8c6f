#include "connectors/sitoo/events.h"

#include <algorithm>
#include <cctype>

#include "base/json_document.h"
#include "connectors/sitoo/array_elements.h"
#include "connectors/sitoo/wire_values.h"

namespace tillbridge::connectors::sitoo {
namespace {

constexpr std::size_t body_bytes_max = 5 * 1024 * 1024;  // LIMIT: larger ones are not parsed

Event malformed(std::string raw, std::string problem) {
  Event event;
  event.raw = std::move(raw);
  event.malformed = true;
  event.problem = std::move(problem);
  return event;
}

void to_lower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

// The event id is the key of deduplication: the same UUID with dashes, braces or capitals is the
// same event.
std::string normal_event_id(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c == '-' || c == '{' || c == '}') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return text;
    digits.push_back(c);
  }
  constexpr std::size_t uuid_digits = 32;
  if (digits.size() != uuid_digits) return text;
  to_lower(digits);
  return digits;
}

bool names_order(std::string_view type) {
  return type == "order" || type == "booking" || type == "order-delivery";
}

std::string announced_state(const json::Object& data) {
  std::string state = json::text(data, "order_state_changed").value_or("");
  // An older guide puts the new state into the event type (sitoo.md 11.1).
  if (state.empty() && json::text(data, "order_event_type") == "closed") state = "closed";
  to_lower(state);
  if (state == "canceled") state = "cancelled";
  return state == "open" || state == "closed" || state == "cancelled" ? state : std::string{};
}

void read_data(Event& event, const json::Object& data) {
  event.eshop_id = json::integer(data, "eshop_id").value_or(0);
  event.warehouse = text_or_number(data, "warehouse_id");
  if (!names_order(event.event_type)) return;
  const std::int64_t order_id = json::integer(data, "order_id").value_or(0);
  if (order_id <= 0) {
    event.malformed = true;
    event.problem = "an event about an order without order_id";
    return;
  }
  event.subject = "order/" + std::to_string(order_id);
  if (event.event_type == "order-delivery") return;
  event.announces = announced_state(data);
  event.order_event_type = json::text(data, "order_event_type").value_or("");
}

Event read_event(const json::Value& element, std::string_view raw) {
  Event event;
  event.raw = raw;
  const json::Object* object = element.if_object();
  if (object == nullptr) return malformed(std::move(event.raw), "not an object");
  event.event_id = normal_event_id(text_or_number(*object, "event_id"));
  event.event_type = json::text(*object, "event_type").value_or("");
  event.account_id = json::integer(*object, "account_id").value_or(0);
  event.happened_at = instant(*object, "event_date");
  event.stock_hint = event.event_type == "warehouse-transaction";
  const json::Object* data = json::object(*object, "data");
  if (event.event_id.empty())
    event.problem = "without event_id";
  else if (event.event_type.empty())
    event.problem = "without event_type";
  else if (data == nullptr && !event.stock_hint)
    event.problem = "without data";
  event.malformed = !event.problem.empty();
  event.stock_hint = event.stock_hint && !event.malformed;
  if (data != nullptr && !event.malformed) read_data(event, *data);
  return event;
}

}  // namespace

std::vector<Event> parse_events(std::string_view body) {
  std::vector<Event> events;
  if (body.size() > body_bytes_max) {
    events.push_back(malformed(std::string(body), "the body is over 5 MB"));
    return events;
  }
  const json::Document document(body);
  const Result<json::Value>& parsed = document.root();
  if (!parsed) {
    events.push_back(malformed(std::string(body), parsed.error().what));
    return events;
  }
  const json::Array* array = parsed->if_array();
  if (array == nullptr) {
    // One event without its array is understood; anything else comes back malformed.
    events.push_back(read_event(*parsed, body));
    return events;
  }
  const std::size_t count = std::min(array->size(), events_per_body_max);
  events.reserve(count);
  ArrayElements texts(body, array->size());
  for (std::size_t i = 0; i < count; ++i) events.push_back(read_event((*array)[i], texts.next()));
  if (array->size() > count) {
    const json::Array rest(array->begin() + static_cast<std::ptrdiff_t>(count), array->end());
    events.push_back(malformed(json::to_text(rest), "more than 10000 events in one body"));
  }
  return events;
}

}  // namespace tillbridge::connectors::sitoo
