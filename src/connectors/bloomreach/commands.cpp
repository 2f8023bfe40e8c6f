#include "connectors/bloomreach/commands.h"

#include "base/json.h"
#include "connectors/property_json.h"

namespace tillbridge::connectors::bloomreach {
namespace {

// UNIX seconds; decimals only when there are any, at most microseconds (bloomreach.md 5.4).
void append_time(std::string& out, Instant at) {
  out += Decimal::of_scaled(to_unix_us(at), 6).to_text();
}

void append_customer_ids(std::string& out, const model::CustomerIds& who) {
  out += R"("customer_ids":{)";
  append_ids(out, who);
  out += '}';
}

struct PartWriter {
  std::string& out;

  void operator()(const model::CustomerUpdate& update) const {
    out += R"({"name":"customers","data":{)";
    append_customer_ids(out, update.who);
    out += ",\"properties\":";
    append_properties(out, update.properties);
    out += ",\"update_timestamp\":";
    append_time(out, update.changed_at);
    out += "}}";
  }
  void operator()(const model::CustomerEvent& event) const {
    out += R"({"name":"customers/events","data":{)";
    append_customer_ids(out, event.who);
    out += ",\"event_type\":";
    json::append_quoted(out, event.type);
    out += ",\"timestamp\":";
    append_time(out, event.at);
    out += ",\"properties\":";
    append_properties(out, event.properties);
    out += "}}";
  }
};

}  // namespace

std::string part_bytes(const model::TrackedEffect& effect) {
  std::string out;
  std::visit(PartWriter{out}, effect);
  return out;
}

std::string batch_body(const std::vector<Command>& commands) {
  constexpr std::string_view before_id = ",\"data\":";
  std::string out = "{\"commands\":[";
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (i > 0) out += ',';
    const std::string_view part = commands[i].part;
    // part_bytes never has this text before the member it means.
    const std::size_t at = part.find(before_id);
    out += part.substr(0, at);
    out += ",\"command_id\":";
    json::append_quoted(out, commands[i].command_id);
    if (at != std::string_view::npos) out += part.substr(at);
  }
  out += "]}";
  return out;
}

}  // namespace tillbridge::connectors::bloomreach
