#pragma once
// Tracked effects -> Bloomreach command bytes (bloomreach.md 5.2, 5.3, 5.5). Pure and
// deterministic: the same effect gives the same bytes on every day and node, because identical
// resends are how ambiguity is settled (5.6). Any thread.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/tracking.h"

namespace tillbridge::connectors::bloomreach {

// One part of a delivery: {"name":"customers/events","data":{...}} without command_id, which is
// added per call. An update that looks before it writes has the member "look_up_by" in front, a
// list of [type, id], which is not Bloomreach's: the delivery takes it out.
std::string part_bytes(const model::TrackedEffect& effect);

// What a part with "look_up_by" asks for, and the part as it is sent.
struct LookUp {
  std::vector<std::pair<std::string, std::string>> by;  // id types and values
  std::string hard_id;                                  // of the update's first id ...
  std::string own;                                      // ... and its value
  std::string part;
};
// nullopt: the part is sent as it is.
std::optional<LookUp> look_up_of(const std::string& part);
// The part (without "look_up_by") for the customer whose first id is `is` instead of `was`; as it
// is when it names somebody else.
std::string with_first_id(std::string part, const std::string& type, const std::string& was,
                          const std::string& is);

struct Command {
  std::string command_id;  // unique in the call, echoed in its result
  std::string_view part;   // part_bytes
};
// The body of POST .../batch.
std::string batch_body(const std::vector<Command>& commands);

}  // namespace tillbridge::connectors::bloomreach
