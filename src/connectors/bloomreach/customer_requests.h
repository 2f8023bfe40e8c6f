#pragma once
// The bodies of the data API's calls about customers (bloomreach.md 7, 14). Pure; any thread.

#include <string>
#include <string_view>
#include <vector>

#include "connectors/bloomreach/customer_client.h"

namespace tillbridge::connectors::bloomreach {

// One attribute of C1. Its results come in the order of the request.
struct Attribute {
  enum class Kind { property, id, consent };
  Kind kind = Kind::property;
  std::string name;
  std::string mode;  // of a consent: "valid", "timestamp", "source"
};
// "property phone": how an attribute is called in reasons.
std::string label(const Attribute& attribute);

// Properties, ids, three modes of each consent, and last the id asked by, unless it is among the
// ids.
std::vector<Attribute> attributes_to_ask(const std::string& id_type, const WhatToRead& what);

// Why Bloomreach could not take this id (bloomreach.md 6.1, U6); "" when it can.
std::string_view unusable_id(std::string_view id_type, std::string_view id_value);

std::string attributes_body(std::string_view id_type, std::string_view id_value,
                            const std::vector<Attribute>& attributes);
std::string customer_body(std::string_view id_type, std::string_view id_value);  // C2, G2
std::string events_body(std::string_view id_type, std::string_view id_value,
                        const std::vector<std::string>& types, int limit);
std::string export_body(std::string_view segmentation_id, int segment_index,
                        const std::vector<std::string>& ids,
                        const std::vector<std::string>& properties);

}  // namespace tillbridge::connectors::bloomreach
