#pragma once
// Properties as JSON text, in their order and with their exact numbers: the same properties give
// the same bytes on every day and node. Appends to what is being written. Any thread.

#include <string>
#include <string_view>

#include "model/tracking.h"

namespace tillbridge::connectors {

// A member's name, after a comma unless it is the first of its object.
void append_name(std::string& out, std::string_view name);
void append_value(std::string& out, const model::PropertyValue& value);
// "{...}"
void append_properties(std::string& out, const model::PropertyList& properties);
// The identifiers as members of the object that is being written.
void append_ids(std::string& out, const model::CustomerIds& who);

}  // namespace tillbridge::connectors
