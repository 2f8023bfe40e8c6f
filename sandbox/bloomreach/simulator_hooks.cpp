// What happens inside Bloomreach itself, and what the sandbox's owner sees of the project.
#include <algorithm>

#include "bloomreach/reads.h"
#include "bloomreach/simulator.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;
using tillbridge::Error;
using tillbridge::fail;
using tillbridge::Result;

namespace {

bj::object shown(const Profile& profile, const Settings& settings) {
  bj::object out = profile_json(profile, settings);
  out["internal_id"] = profile.internal_id();
  out["events"] = profile.events.size();
  return out;
}

bool is_or_holds(const bj::value& property, const std::string& value) {
  const bj::string wanted(value);
  if (const bj::array* list = property.if_array())
    return std::find(list->begin(), list->end(), wanted) != list->end();
  return property == wanted;
}

}  // namespace

Result<void> BloomreachSimulator::put_profile(const ExternalIds& ids, const bj::object& properties,
                                              double changed_s) {
  apply_due();
  Command command;
  command.kind = Command::Kind::customer;
  for (const auto& id : ids) {
    if (settings_.hard_ids.contains(id.first) || settings_.soft_ids.contains(id.first))
      command.ids.push_back(id);
  }
  command.properties = properties;
  command.timestamp = changed_s;
  if (command.ids.empty() || profiles_.conflicts(command.ids, settings_))
    return fail(Error::Kind::rejected, "these ids cannot be on one profile");
  profiles_.apply(command, settings_, now_s());
  return {};
}

Result<void> BloomreachSimulator::person_decides(const ExternalIds& ids,
                                                 const std::string& category, bool accept,
                                                 double at_s) {
  apply_due();
  if (profiles_.find(ids) == nullptr)
    return fail(Error::Kind::not_found, "Bloomreach has no such profile");
  if (!settings_.consent_categories.contains(category))
    return fail(Error::Kind::not_found, "the project has no consent category " + category);
  Command command;
  command.kind = Command::Kind::event;
  command.ids = ids;
  command.event_type = "consent";
  command.timestamp = at_s;
  command.properties["action"] = accept ? "accept" : "reject";
  command.properties["category"] = category;
  if (accept) command.properties["valid_until"] = "unlimited";
  command.properties["source"] = "page";
  profiles_.apply(command, settings_, now_s());
  return {};
}

bj::array BloomreachSimulator::profiles_of(const std::string& id_type, const std::string& value) {
  apply_due();
  bj::array found;
  if (const Profile* profile = profiles_.find({{id_type, value}}))
    found.emplace_back(shown(*profile, settings_));
  return found;
}

bj::array BloomreachSimulator::profiles_with(const std::string& property,
                                             const std::string& value) {
  apply_due();
  bj::array found;
  for (const Profile* profile : profiles_.all()) {
    const auto known = profile->properties.find(property);
    if (known != profile->properties.end() && is_or_holds(known->second.value, value))
      found.emplace_back(shown(*profile, settings_));
  }
  return found;
}

}  // namespace sandbox::bloomreach
