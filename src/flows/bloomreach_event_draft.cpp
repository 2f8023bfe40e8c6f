#include "flows/bloomreach_event_draft.h"

namespace tillbridge::flows {

std::string wire_name(const BloomreachSettings& settings, std::string_view prefix,
                      std::string_view name) {
  std::string documented(prefix);
  if (!name.empty()) documented.append(".").append(name);
  const auto renamed = settings.names.find(documented);
  if (renamed != settings.names.end()) return renamed->second;
  return std::string(name.empty() ? prefix : name);
}

EventDraft::EventDraft(std::string_view event, const BloomreachSettings& settings)
    : event_(event), settings_(settings) {}

void EventDraft::value(std::string_view attribute, model::PropertyValue value) {
  std::string name = wire_name(settings_, event_, attribute);
  if (!name.empty()) properties_.push_back(model::Property{std::move(name), std::move(value)});
}

void EventDraft::text(std::string_view attribute, const std::string& text) {
  if (!text.empty()) value(attribute, text);
}

void EventDraft::number(std::string_view attribute, Decimal number) {
  value(attribute, model::Number{number.to_text()});
}

void EventDraft::amount(std::string_view attribute, Money amount) {
  value(attribute, model::Number{amount.to_text()});
}

std::optional<model::CustomerEvent> EventDraft::finish(const model::CustomerIds& who,
                                                       Instant at) && {
  model::CustomerEvent event;
  event.type = wire_name(settings_, event_, "");
  if (event.type.empty()) return std::nullopt;
  event.who = who;
  event.at = std::chrono::floor<std::chrono::seconds>(at);
  event.properties = std::move(properties_);
  return event;
}

}  // namespace tillbridge::flows
