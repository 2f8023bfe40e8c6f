#pragma once
// One write as the tracking API takes it, and the checks that decide whether it is taken (contract
// 4, 5.2 to 5.4, 6.1).

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "bloomreach/settings.h"

namespace sandbox::bloomreach {

using ExternalIds = std::vector<std::pair<std::string, std::string>>;  // type, value

struct Command {
  enum class Kind : std::uint8_t { customer, event, anonymize };
  Kind kind = Kind::event;
  ExternalIds ids;  // the usable ones
  boost::json::object ids_sent;
  std::string event_type;
  double timestamp = 0;  // UNIX seconds; update_timestamp of a customer update
  boost::json::object properties;
};

struct Refusal {
  std::string text;
  int status = 400;  // when it is a single call and the project answers those with 4xx
};

constexpr std::size_t message_bytes_max = 800'000;
constexpr std::size_t value_bytes_max = 16'000;
constexpr std::size_t event_attributes_max = 255;
constexpr std::size_t id_bytes_max = 256;
constexpr std::size_t batch_commands_max = 50;

// data: the body of a single call, or `data` of a batch command.
std::variant<Command, Refusal> customer_command(const boost::json::value& data,
                                                const Settings& settings,
                                                const Permissions& permissions, double now_s);
std::variant<Command, Refusal> event_command(const boost::json::value& data,
                                             const Settings& settings,
                                             const Permissions& permissions, double now_s);

// The usable identifiers of `customer_ids`, or why there are none.
std::variant<ExternalIds, Refusal> usable_ids(const boost::json::object& body,
                                              const Settings& settings);

// A number, a numeric text, or ISO 8601 without an offset; nullopt for anything else.
std::optional<double> unix_seconds(const boost::json::value& value);

}  // namespace sandbox::bloomreach
