#include "bloomreach/reads.h"

#include <algorithm>
#include <variant>

#include "bloomreach/consent.h"

namespace sandbox::bloomreach {
namespace {

namespace bj = boost::json;
using tillbridge::json::text;

bj::value ids_of_type(const Profile* profile, const std::string& type, const Settings& settings) {
  if (profile == nullptr) return nullptr;
  if (settings.hard_ids.contains(type)) {
    const auto found = profile->hard.find(type);
    return found == profile->hard.end() ? bj::value() : bj::value(bj::string(found->second));
  }
  const auto found = profile->soft.find(type);
  if (found == profile->soft.end()) return nullptr;
  bj::array values;
  for (const std::string& value : found->second) values.push_back(bj::string(value));
  return values;
}

bj::value property_of(const Profile* profile, const std::string& name) {
  if (profile == nullptr) return nullptr;
  const auto found = profile->properties.find(name);
  return found == profile->properties.end() ? bj::value() : found->second.value;
}

bj::object event_json(const ProfileEvent& event) {
  bj::object out{{"type", bj::string(event.type)}, {"timestamp", event.timestamp}};
  out["properties"] = tillbridge::json::parse(event.properties).value_or(bj::value(bj::object{}));
  return out;
}

bj::object refused_value(std::string_view why) {
  bj::object result{{"success", false}};
  result["error"] = why;
  return result;
}

bj::object given_value(bj::value value) {
  bj::object result{{"success", true}};
  result["value"] = std::move(value);
  return result;
}

bj::object consent_value(const ReadContext& context, const Profile* profile,
                         const bj::object& attribute) {
  if (!context.permissions.events_get.allows("consent")) return refused_value("No permission");
  const std::string category = text(attribute, "category").value_or("");
  if (!context.settings.consent_categories.contains(category))
    return refused_value("Consent category does not exist");
  const ConsentState state =
      profile == nullptr ? ConsentState{} : consent_of(*profile, category, context.now_s);
  const std::string mode = text(attribute, "mode").value_or("valid");
  if (mode == "valid")
    return given_value(profile == nullptr ? bj::value() : bj::value(state.valid));
  if (mode == "timestamp") return given_value(state.timestamp);
  if (mode == "until") return given_value(state.until);
  if (mode == "source") return given_value(state.source);
  if (mode == "message") return given_value(state.message);
  return refused_value("Unknown mode");
}

bj::object attribute_value(const ReadContext& context, const Profile* profile,
                           const bj::value& asked) {
  const bj::object* attribute = asked.if_object();
  if (attribute == nullptr) return refused_value("Invalid attribute");
  const std::string type = text(*attribute, "type").value_or("");
  if (type == "property") {
    const std::string name = text(*attribute, "property").value_or("");
    if (!context.permissions.properties_get.allows(name)) return refused_value("No permission");
    return given_value(property_of(profile, name));
  }
  if (type == "id") {
    return given_value(ids_of_type(profile, text(*attribute, "id").value_or(""), context.settings));
  }
  if (type == "consent") return consent_value(context, profile, *attribute);
  if (type == "segmentation" || type == "aggregate" || type == "expression" ||
      type == "prediction" || type == "recommendation")
    return given_value(nullptr);  // the project has none of these
  return refused_value("Unknown attribute type");
}

std::variant<const Profile*, Reply> find_profile(const ReadContext& context,
                                                 const bj::object& body) {
  auto ids = usable_ids(body, context.settings);
  if (const auto* refusal = std::get_if<Refusal>(&ids)) return error_global(400, refusal->text);
  return context.profiles.find(std::get<ExternalIds>(ids));
}

struct Column {
  bool is_id = false;
  std::string name;
};

bj::object column_json(const Column& column) {
  const std::string key = column.is_id ? "id" : "property";
  bj::object out;
  out["type"] = key;
  out[key] = column.name;
  return out;
}

std::vector<Column> all_columns(const ReadContext& context,
                                const std::vector<const Profile*>& profiles) {
  std::vector<Column> columns;
  for (const std::string& type : context.settings.hard_ids) columns.push_back({true, type});
  for (const std::string& type : context.settings.soft_ids) columns.push_back({true, type});
  std::set<std::string> properties;
  for (const Profile* profile : profiles)
    for (const auto& [name, property] : profile->properties) properties.insert(name);
  for (const std::string& name : properties) columns.push_back({false, name});
  return columns;
}

std::vector<Column> asked_columns(const bj::object& attributes) {
  std::vector<Column> columns;
  if (const bj::array* list = tillbridge::json::array(attributes, "list")) {
    for (const bj::value& item : *list) {
      const bj::object* attribute = item.if_object();
      if (attribute == nullptr) continue;
      if (auto id = text(*attribute, "id")) columns.push_back({true, *id});
      if (auto property = text(*attribute, "property")) columns.push_back({false, *property});
    }
  }
  return columns;
}

// Every profile that the filter lets through. The project has no segmentations: index -1 is
// everybody, others nobody.
std::vector<const Profile*> filtered(const ReadContext& context, const bj::object& body) {
  const bj::object* filter = tillbridge::json::object(body, "filter");
  if (filter != nullptr && text(*filter, "type") == "segment" &&
      tillbridge::json::integer(*filter, "segment_index").value_or(0) != -1)
    return {};
  return context.profiles.all();
}

void append_csv_field(std::string& out, const bj::value& value) {
  const std::string plain =
      value.is_string() ? std::string(value.get_string())
                        : (value.is_null() ? std::string() : tillbridge::json::to_text(value));
  if (plain.find_first_of(",\"\r\n") == std::string::npos) {
    out += plain;
    return;
  }
  out += '"';
  for (const char c : plain) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

Reply as_csv(const std::vector<Column>& columns, const bj::array& rows) {
  std::string body;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) body += ',';
    append_csv_field(body, bj::string(columns[i].name));
  }
  body += '\n';
  for (const bj::value& row : rows) {
    for (std::size_t i = 0; i < row.get_array().size(); ++i) {
      if (i > 0) body += ',';
      append_csv_field(body, row.get_array()[i]);
    }
    body += '\n';
  }
  Reply reply = plain_text(200, std::move(body));
  reply.content_type = "text/csv";
  return reply;
}

}  // namespace

bj::object profile_json(const Profile& profile, const Settings& settings) {
  bj::object ids;
  for (const auto& [type, value] : profile.hard) ids[type] = value;
  for (const auto& [type, values] : profile.soft) ids[type] = ids_of_type(&profile, type, settings);
  bj::object properties;
  for (const auto& [name, property] : profile.properties) properties[name] = property.value;
  bj::object out;
  out["ids"] = std::move(ids);
  out["properties"] = std::move(properties);
  return out;
}

Reply read_attributes(const ReadContext& context, const bj::object& body) {
  const auto found = find_profile(context, body);
  if (const auto* reply = std::get_if<Reply>(&found)) return *reply;
  const Profile* profile = std::get<const Profile*>(found);
  if (profile == nullptr && context.settings.attributes_unknown_404)
    return error_global(404, "Customer does not exist");
  const bj::array* attributes = tillbridge::json::array(body, "attributes");
  if (attributes == nullptr || attributes->empty())
    return error_global(400, "At least one attribute should be specified.");
  bj::array results;
  for (const bj::value& asked : *attributes)
    results.push_back(attribute_value(context, profile, asked));
  bj::object out{{"success", true}};
  out["results"] = std::move(results);
  return answer(200, out);
}

Reply export_one(const ReadContext& context, const bj::object& body) {
  if (!context.permissions.export_one) return error_text(403, "No permission to export customer");
  const auto found = find_profile(context, body);
  if (const auto* reply = std::get_if<Reply>(&found)) return *reply;
  const Profile* profile = std::get<const Profile*>(found);
  if (profile == nullptr) return error_global(404, "Customer does not exist");
  bj::array events;
  for (const ProfileEvent& event : profile->events) events.push_back(event_json(event));
  bj::object value = profile_json(*profile, context.settings);
  value["events"] = std::move(events);
  if (context.settings.export_in_value) {
    bj::object out{{"success", true}};
    out["value"] = std::move(value);
    return answer(200, out);
  }
  value["success"] = true;
  return answer(200, value);
}

Reply export_all(const ReadContext& context, const bj::object& body) {
  if (!context.permissions.export_all) return error_text(403, "No permission to export customers");
  const std::string format = text(body, "format").value_or("");
  if (format != "csv" && format != "table_json" && format != "native_json")
    return error_global(400, "Unknown format");
  const auto profiles = filtered(context, body);
  const bj::object* attributes = tillbridge::json::object(body, "attributes");
  const bool some = attributes != nullptr && text(*attributes, "type") == "some";
  const auto columns = some ? asked_columns(*attributes) : all_columns(context, profiles);
  for (const Column& column : columns) {
    if (!column.is_id && !context.permissions.properties_get.allows(column.name))
      return error_text(403, "No permission to export customers");
  }
  bj::array rows;
  for (const Profile* profile : profiles) {
    bj::array row;
    for (const Column& column : columns) {
      row.push_back(column.is_id ? ids_of_type(profile, column.name, context.settings)
                                 : property_of(profile, column.name));
    }
    rows.push_back(std::move(row));
  }
  if (format == "csv") return as_csv(columns, rows);
  bj::array fields;
  for (const Column& column : columns) fields.push_back(column_json(column));
  bj::object out{{"success", true}};
  out["fields"] = std::move(fields);
  out["data"] = std::move(rows);
  return answer(200, out);
}

Reply export_events(const ReadContext& context, const bj::object& body) {
  const bj::array* types = tillbridge::json::array(body, "event_types");
  if (types == nullptr || types->empty())
    return error_global(400, "At least one event type should be specified.");
  std::set<std::string> wanted;
  for (const bj::value& type : *types)
    if (type.is_string()) wanted.emplace(type.get_string());
  for (const std::string& type : wanted) {
    if (!context.permissions.events_get.allows(type))
      return error_text(403, "No permission to get events of type " + type);
  }
  const auto found = find_profile(context, body);
  if (const auto* reply = std::get_if<Reply>(&found)) return *reply;
  const Profile* profile = std::get<const Profile*>(found);
  if (profile == nullptr) return error_global(404, "Customer does not exist");

  std::vector<std::pair<double, std::size_t>>
      chosen;  // time and place: equal times keep their order
  const bool newest_first = text(body, "order") == "desc";
  for (std::size_t i = 0; i < profile->events.size(); ++i) {
    const ProfileEvent& event = profile->events[i];
    if (wanted.contains(event.type))
      chosen.emplace_back(newest_first ? -event.timestamp : event.timestamp, i);
  }
  std::sort(chosen.begin(), chosen.end());
  const auto skip = tillbridge::json::integer(body, "skip").value_or(0);
  const auto limit = tillbridge::json::integer(body, "limit");
  bj::array data;
  for (std::int64_t i = skip; i >= 0 && i < static_cast<std::int64_t>(chosen.size()); ++i) {
    if (limit && i - skip >= *limit) break;
    data.push_back(event_json(profile->events[chosen[static_cast<std::size_t>(i)].second]));
  }
  bj::object out{{"success", true}};
  out["data"] = std::move(data);
  return answer(200, out);
}

Reply consent_categories(const Settings& settings) {
  bj::array results;
  for (const std::string& id : settings.consent_categories) {
    bj::object names;
    names["name"] = id;
    names["description"] = nullptr;
    bj::object translations;
    translations[""] = std::move(names);
    bj::object category{{"legitimate_interest", false}};
    category["id"] = id;
    category["sources"] = {{"crm", true},      {"import", true},      {"list_unsubscribe", true},
                           {"page", true},     {"private_api", true}, {"public_api", false},
                           {"scenario", true}, {"sms_reply", true}};
    category["sources"].as_object()["private_api"] =
        !settings.categories_closed_to_api.contains(id);
    category["translations"] = std::move(translations);
    results.push_back(std::move(category));
  }
  bj::object out{{"success", true}};
  out["results"] = std::move(results);
  return answer(200, out);
}

}  // namespace sandbox::bloomreach
