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

// For the delivery only, which takes it out before it sends: [["email_id","ada@example.com"]].
void append_look_up(std::string& out,
                    const std::vector<std::pair<std::string, std::string>>& look_up_by) {
  if (look_up_by.empty()) return;
  out += R"("look_up_by":[)";
  for (const auto& [type, id] : look_up_by) {
    if (!out.ends_with('[')) out += ',';
    out += '[';
    json::append_quoted(out, type);
    out += ',';
    json::append_quoted(out, id);
    out += ']';
  }
  out += "],";
}

struct PartWriter {
  std::string& out;

  void operator()(const model::CustomerUpdate& update) const {
    out += '{';
    append_look_up(out, update.look_up_by);
    out += R"("name":"customers","data":{)";
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

std::optional<LookUp> look_up_of(const std::string& part) {
  if (!part.starts_with(R"({"look_up_by":)")) return std::nullopt;
  const auto document = json::parse(part);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Object& object = document->get_object();
  LookUp look_up;
  if (const json::Array* list = json::array(object, "look_up_by")) {
    for (const json::Value& pair : *list) {
      if (!pair.is_array() || pair.get_array().size() != 2) continue;
      const json::Value& type = pair.get_array()[0];
      const json::Value& value = pair.get_array()[1];
      if (type.is_string() && value.is_string())
        look_up.by.emplace_back(std::string_view(type.get_string()),
                                std::string_view(value.get_string()));
    }
  }
  const json::Object* data = json::object(object, "data");
  const json::Object* ids = data == nullptr ? nullptr : json::object(*data, "customer_ids");
  if (ids != nullptr && !ids->empty() && ids->begin()->value().is_string()) {
    look_up.hard_id = std::string(std::string_view(ids->begin()->key()));
    look_up.own = std::string(std::string_view(ids->begin()->value().get_string()));
  }
  // Quotes inside a text are escaped: this stands at the end of the list and nowhere else.
  constexpr std::string_view end = R"(],"name":)";
  look_up.part = "{" + part.substr(part.find(end) + 2);
  return look_up;
}

std::string with_first_id(std::string part, const std::string& type, const std::string& was,
                          const std::string& is) {
  const auto id_text = [&](const std::string& value) {
    std::string text = R"("customer_ids":{)";
    json::append_quoted(text, type);
    text += ':';
    json::append_quoted(text, value);
    return text;
  };
  // Quotes inside a text are escaped: this stands at the beginning of the ids and nowhere else.
  const std::string own = id_text(was);
  const std::size_t at = part.find(own);
  if (at != std::string::npos) part.replace(at, own.size(), id_text(is));
  return part;
}

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
