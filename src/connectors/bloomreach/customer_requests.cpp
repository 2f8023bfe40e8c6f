#include "connectors/bloomreach/customer_requests.h"

#include <algorithm>

#include "base/json.h"
#include "connectors/property_json.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using Kind = Attribute::Kind;

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  json::append_quoted(out, text);
}

void append_customer(std::string& out, std::string_view id_type, std::string_view id_value) {
  append_name(out, "customer_ids");
  out += '{';
  append_member(out, id_type, id_value);
  out += '}';
}

void append_attribute(std::string& out, const Attribute& attribute) {
  out += out.ends_with('[') ? "{" : ",{";
  switch (attribute.kind) {
    case Kind::property:
      append_member(out, "type", "property");
      append_member(out, "property", attribute.name);
      break;
    case Kind::id:
      append_member(out, "type", "id");
      append_member(out, "id", attribute.name);
      break;
    case Kind::consent:
      append_member(out, "type", "consent");
      append_member(out, "category", attribute.name);
      append_member(out, "mode", attribute.mode);
      break;
  }
  out += '}';
}

bool is_alphanumeric(char c) {
  const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
  return beyond_ascii || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string label(const Attribute& attribute) {
  switch (attribute.kind) {
    case Kind::property:
      return "property " + attribute.name;
    case Kind::id:
      return "id " + attribute.name;
    case Kind::consent:
      return "consent " + attribute.name;
  }
  return attribute.name;
}

std::vector<Attribute> attributes_to_ask(const std::string& id_type, const WhatToRead& what) {
  std::vector<Attribute> attributes;
  attributes.reserve(what.properties.size() + what.ids.size() + 3 * what.consent_categories.size() +
                     1);
  for (const std::string& name : what.properties)
    attributes.push_back(Attribute{Kind::property, name, ""});
  for (const std::string& type : what.ids) attributes.push_back(Attribute{Kind::id, type, ""});
  for (const std::string& category : what.consent_categories) {
    for (const char* mode : {"valid", "timestamp", "source"})
      attributes.push_back(Attribute{Kind::consent, category, mode});
  }
  if (std::find(what.ids.begin(), what.ids.end(), id_type) == what.ids.end())
    attributes.push_back(Attribute{Kind::id, id_type, ""});
  return attributes;
}

std::string_view unusable_id(std::string_view id_type, std::string_view id_value) {
  constexpr std::size_t id_bytes_max = 256;  // LIMIT: U6; longer ids are not sent
  if (id_type.empty()) return "the customer id has no type";
  if (std::none_of(id_value.begin(), id_value.end(), is_alphanumeric))
    return "a customer id needs a letter or a digit";
  if (id_value == "null" || id_value == "undefined")
    return "Bloomreach takes neither null nor undefined as a customer id";
  if (id_value.size() > id_bytes_max) return "the customer id is longer than 256 bytes";
  return "";
}

std::string attributes_body(std::string_view id_type, std::string_view id_value,
                            const std::vector<Attribute>& attributes) {
  std::string out = "{";
  append_customer(out, id_type, id_value);
  out += ",\"attributes\":[";
  for (const Attribute& attribute : attributes) append_attribute(out, attribute);
  out += "]}";
  return out;
}

std::string customer_body(std::string_view id_type, std::string_view id_value) {
  std::string out = "{";
  append_customer(out, id_type, id_value);
  out += '}';
  return out;
}

std::string events_body(std::string_view id_type, std::string_view id_value,
                        const std::vector<std::string>& types, int limit) {
  std::string out = "{";
  append_customer(out, id_type, id_value);
  append_name(out, "event_types");
  append_value(out, model::PropertyValue(types));
  append_member(out, "order", "desc");
  append_name(out, "limit");
  out += std::to_string(limit);
  append_name(out, "skip");
  out += "0}";
  return out;
}

std::string export_body(std::string_view segmentation_id, int segment_index,
                        const std::vector<std::string>& ids,
                        const std::vector<std::string>& properties) {
  std::string out = R"({"format":"table_json","attributes":{"type":"some","list":[)";
  for (const std::string& type : ids) append_attribute(out, Attribute{Kind::id, type, ""});
  for (const std::string& name : properties)
    append_attribute(out, Attribute{Kind::property, name, ""});
  out += R"(]},"filter":)";
  if (segmentation_id.empty()) {
    out += R"({"type":"all")";
  } else {
    out += R"({"type":"segment","segmentation_id":)";
    json::append_quoted(out, segmentation_id);
    append_name(out, "segment_index");
    out += std::to_string(segment_index);
  }
  out += R"(},"timezone":"UTC"})";
  return out;
}

}  // namespace tillbridge::connectors::bloomreach
