#include "connectors/property_json.h"

#include "base/json.h"

namespace tillbridge::connectors {
namespace {

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

}  // namespace

void append_name(std::string& out, std::string_view name) {
  if (!out.ends_with('{')) out += ',';
  json::append_quoted(out, name);
  out += ':';
}

void append_value(std::string& out, const model::PropertyValue& value) {
  std::visit(ValueWriter{out}, value);
}

void append_properties(std::string& out, const model::PropertyList& properties) {
  out += '{';
  for (const model::Property& property : properties) {
    append_name(out, property.name);
    append_value(out, property.value);
  }
  out += '}';
}

void append_ids(std::string& out, const model::CustomerIds& who) {
  for (const auto& [type, id] : who.ids) {
    append_name(out, type);
    json::append_quoted(out, id);
  }
}

}  // namespace tillbridge::connectors
