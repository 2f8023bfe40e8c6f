#pragma once
// A customer profile as the platform has it after application (contract section 16, State).

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace sandbox::bloomreach {

struct ProfileEvent {
  std::string type;
  double timestamp = 0;
  std::string properties;  // JSON text: a quarter of the memory of parsed JSON
  std::uint64_t hash = 0;  // of type, time and properties
};

struct Property {
  boost::json::value value;
  double changed_s = 0;
};

struct Profile {
  std::uint64_t serial = 0;                 // rises with creation
  std::map<std::string, std::string> hard;  // type -> value
  std::map<std::string, std::vector<std::string>>
      soft;  // type -> values, least recently used first
  std::map<std::string, Property> properties;
  std::deque<ProfileEvent> events;  // in the order of application

  std::string internal_id() const;  // 24 hex digits
};

}  // namespace sandbox::bloomreach
