#include "connectors/bloomreach/commands.h"

#include "base/json.h"

namespace tillbridge::connectors::bloomreach {
namespace {

// UNIX seconds; decimals only when there are any, at most microseconds (bloomreach.md 5.4).
void append_time(std::string& out, Instant at) {
  out += Decimal::of_scaled(to_unix_us(at), 6).to_text();
}

void append_ids(std::string& out, const model::CustomerIds& who) {
  out += "\"customer_ids\":{";
  bool first = true;
  for (const auto& [type, id] : who.ids) {
    if (!first) out += ',';
    first = false;
    json::append_quoted(out, type);
    out += ':';
    json::append_quoted(out, id);
  }
  out += '}';
}

void append_properties(std::string& out, const model::PropertyList& properties);

struct ValueWriter {
  std::string& out;

  void operator()(const std::string& text) const { json::append_quoted(out, text); }
  void operator()(const model::Number& number) const { out += number.text; }
  void operator()(bool yes) const { out += yes ? "true" : "false"; }
  void operator()(const model::TextList& texts) const {
    out += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i > 0) out += ',';
      json::append_quoted(out, texts[i]);
    }
    out += ']';
  }
  void operator()(const std::vector<model::PropertyList>& objects) const {
    out += '[';
    for (std::size_t i = 0; i < objects.size(); ++i) {
      if (i > 0) out += ',';
      append_properties(out, objects[i]);
    }
    out += ']';
  }
};

void append_properties(std::string& out, const model::PropertyList& properties) {
  out += '{';
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (i > 0) out += ',';
    json::append_quoted(out, properties[i].name);
    out += ':';
    std::visit(ValueWriter{out}, properties[i].value);
  }
  out += '}';
}

struct PartWriter {
  std::string& out;

  void operator()(const model::CustomerUpdate& update) const {
    out += R"({"name":"customers","data":{)";
    append_ids(out, update.who);
    out += ",\"properties\":";
    append_properties(out, update.properties);
    out += ",\"update_timestamp\":";
    append_time(out, update.changed_at);
    out += "}}";
  }
  void operator()(const model::CustomerEvent& event) const {
    out += R"({"name":"customers/events","data":{)";
    append_ids(out, event.who);
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
