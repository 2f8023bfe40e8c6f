#include "bloomreach/command.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <date/date.h>

namespace sandbox::bloomreach {
namespace {

namespace bj = boost::json;

bool is_usable_id(std::string_view id, const Settings& settings) {
  if (id == "null" || id == "undefined") return false;
  if (settings.check_id_length && id.size() > id_bytes_max) return false;
  return std::any_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::optional<Refusal> too_large(const bj::value& data, const bj::object& properties) {
  for (const auto& [key, value] : properties) {
    if (tillbridge::json::to_text(value).size() >= value_bytes_max)
      return Refusal{"The value of property " + std::string(key) + " is too large.", 400};
  }
  if (tillbridge::json::to_text(data).size() >= message_bytes_max)
    return Refusal{"The message is too large.", 413};
  return std::nullopt;
}

// Fills `into` from the named member; the default is now.
std::optional<Refusal> read_time(const bj::object& body, std::string_view key, double now_s,
                                 double& into) {
  const bj::value* given = body.if_contains(key);
  if (given == nullptr || given->is_null()) {
    into = now_s;
    return std::nullopt;
  }
  const auto seconds = unix_seconds(*given);
  if (!seconds) return Refusal{"Field " + std::string(key) + " is not a valid time.", 400};
  into = *seconds;
  return std::nullopt;
}

std::optional<Refusal> read_common(const bj::object& body, const Settings& settings,
                                   std::string_view time_key, double now_s, Command& command) {
  auto ids = usable_ids(body, settings);
  if (auto* refusal = std::get_if<Refusal>(&ids)) return std::move(*refusal);
  command.ids = std::get<ExternalIds>(std::move(ids));
  command.ids_sent = *tillbridge::json::object(body, "customer_ids");
  if (const auto* properties = tillbridge::json::object(body, "properties"))
    command.properties = *properties;
  return read_time(body, time_key, now_s, command.timestamp);
}

}  // namespace

std::optional<double> unix_seconds(const bj::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string text(value.get_string().c_str());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;

  std::istringstream in(text.ends_with('Z') ? text.substr(0, text.size() - 1) : text);
  date::sys_time<std::chrono::microseconds> at;
  in >> date::parse("%FT%T", at);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return static_cast<double>(at.time_since_epoch().count()) / 1e6;
}

std::variant<ExternalIds, Refusal> usable_ids(const bj::object& body, const Settings& settings) {
  const auto* sent = tillbridge::json::object(body, "customer_ids");
  if (sent == nullptr || sent->empty()) return Refusal{"At least one id should be specified.", 400};
  ExternalIds usable;
  for (const auto& [type, value] : *sent) {
    const std::string name(type);
    if (!settings.hard_ids.contains(name) && !settings.soft_ids.contains(name)) {
      if (settings.unknown_ids == "error") return Refusal{"Unknown id type " + name, 400};
      continue;
    }
    if (value.is_string() && is_usable_id(value.get_string(), settings))
      usable.emplace_back(name, std::string(value.get_string()));
  }
  if (usable.empty()) return Refusal{"At least one valid id should be specified", 400};
  return usable;
}

std::variant<Command, Refusal> customer_command(const bj::value& data, const Settings& settings,
                                                const Permissions& permissions, double now_s) {
  const auto* body = data.if_object();
  if (body == nullptr) return Refusal{"At least one id should be specified.", 400};
  Command command;
  command.kind = Command::Kind::customer;
  if (auto refusal = read_common(*body, settings, "update_timestamp", now_s, command))
    return std::move(*refusal);
  if (command.properties.empty()) return Refusal{"At least one property should be specified.", 400};
  for (const auto& [key, value] : command.properties) {
    if (!permissions.properties_set.allows(std::string(key)))
      return Refusal{"not authorized to update specified customer properties", 403};
  }
  if (auto refusal = too_large(data, command.properties)) return std::move(*refusal);
  return command;
}

std::variant<Command, Refusal> event_command(const bj::value& data, const Settings& settings,
                                             const Permissions& permissions, double now_s) {
  const auto* body = data.if_object();
  if (body == nullptr) return Refusal{"At least one id should be specified.", 400};
  Command command;
  command.kind = Command::Kind::event;
  if (auto refusal = read_common(*body, settings, "timestamp", now_s, command))
    return std::move(*refusal);
  const auto type = tillbridge::json::text(*body, "event_type");
  if (!type) return Refusal{"Event type should be specified.", 400};
  command.event_type = *type;
  if (!permissions.events_set.allows(*type))
    return Refusal{"not authorized to add event of specified type", 403};
  if (command.properties.size() > event_attributes_max)
    return Refusal{"Too many event properties.", 400};
  if (settings.check_event_sizes) {
    if (auto refusal = too_large(data, command.properties)) return std::move(*refusal);
  }
  return command;
}

}  // namespace sandbox::bloomreach
