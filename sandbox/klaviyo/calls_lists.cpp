// Lists, metrics, the account itself (contract 7, 8.6, 14).
#include <algorithm>

#include <fmt/format.h>

#include "klaviyo/calls.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

Reply Calls::get_lists(const Call& call) {
  std::vector<Entry> candidates;
  for (const auto& [id, list] : account_.lists()) {
    if (!meets(call.query, "name", list.name) || !meets(call.query, "id", id) ||
        !meets(call.query, "created", sortable(list.created)) ||
        !meets(call.query, "updated", sortable(list.updated)))
      continue;
    std::string key = id;
    if (call.query.sort == "name") key = list.name;
    if (call.query.sort == "created") key = sortable(list.created);
    if (call.query.sort == "updated") key = sortable(list.updated);
    candidates.push_back({std::move(key), id});
  }
  auto paged = page_of(std::move(candidates), call.query);
  if (auto* errors = std::get_if<Errors>(&paged)) return error_reply(*errors);
  const Page& page = std::get<Page>(paged);
  bj::array data;
  for (const Entry& entry : page.entries)
    data.push_back(list_resource(*account_.list(entry.id), settings_, call.query));
  return json_reply(200, collection(std::move(data), page, call.query, settings_, call.path));
}

Reply Calls::create_list(const Call& call) {
  const bj::object& attributes = data_of(call).at("attributes").as_object();
  const std::string name(attributes.at("name").as_string());
  if (name.empty()) return error_reply(invalid("/data/attributes/name", "A list needs a name."));
  const ListRecord& list = account_.add_list(
      name,
      tillbridge::json::text(attributes, "opt_in_process").value_or(settings_.default_opt_in));
  return json_reply(201, document(list_resource(list, settings_, call.query), settings_,
                                  "/api/lists/" + list.id));
}

Reply Calls::get_list(const Call& call) {
  const ListRecord* list = account_.list(call.id);
  if (list == nullptr) return error_reply(not_found("list", call.id));
  bj::object resource = list_resource(*list, settings_, call.query);
  if (call.query.additional.contains("profile_count")) {
    std::int64_t members = 0;
    for (const auto& [id, profile] : account_.profiles())
      members += profile->lists.contains(call.id) ? 1 : 0;
    resource["attributes"].as_object()["profile_count"] = members;
  }
  return json_reply(200, document(std::move(resource), settings_, call.path));
}

Reply Calls::change_members(const Call& call, bool adds) {
  if (account_.list(call.id) == nullptr) return error_reply(not_found("list", call.id));
  const bj::array& members = call.body.at("data").as_array();
  for (const bj::value& member : members) {
    const std::string id(member.at("id").as_string());
    if (account_.find(id) == nullptr) return error_reply(not_found("profile", id));
  }
  for (const bj::value& member : members) {
    Profile& profile = *account_.find(std::string_view(member.at("id").as_string()));
    if (adds) {
      account_.join(profile, call.id, true);  // without consent
    } else {
      profile.lists.erase(call.id);  // consent stays as it is
    }
  }
  return empty_reply(204);
}

Reply Calls::get_profile_lists(const Call& call) {
  const Profile* profile = account_.find(call.id);
  if (profile == nullptr) return error_reply(not_found("profile", call.id));
  bj::array data;
  for (const auto& [id, joined] : profile->lists)
    data.push_back(list_resource(*account_.list(id), settings_, call.query));
  return json_reply(200, collection(std::move(data), Page{}, call.query, settings_, call.path));
}

Reply Calls::get_metrics(const Call& call) {
  std::vector<Entry> candidates;
  for (const auto& [id, metric] : account_.metrics()) {
    const bj::object integration =
        metric_resource(metric, settings_, Query{}).at("attributes").at("integration").as_object();
    if (meets(call.query, "integration.name",
              tillbridge::json::text(integration, "name").value_or("")) &&
        meets(call.query, "integration.category",
              tillbridge::json::text(integration, "category").value_or("")))
      candidates.push_back({id, id});
  }
  auto paged = page_of(std::move(candidates), call.query);
  if (auto* errors = std::get_if<Errors>(&paged)) return error_reply(*errors);
  const Page& page = std::get<Page>(paged);
  bj::array data;
  for (const Entry& entry : page.entries)
    data.push_back(metric_resource(account_.metrics().at(entry.id), settings_, call.query));
  return json_reply(200, collection(std::move(data), page, call.query, settings_, call.path));
}

Reply Calls::get_metric(const Call& call) {
  const auto metric = account_.metrics().find(call.id);
  if (metric == account_.metrics().end()) return error_reply(not_found("metric", call.id));
  return json_reply(
      200, document(metric_resource(metric->second, settings_, call.query), settings_, call.path));
}

Reply Calls::get_account(const Call& call, bool as_list) {
  if (!as_list && call.id != settings_.account_id)
    return error_reply(not_found("account", call.id));
  bj::value data = account_resource(settings_);
  if (as_list) {
    bj::array all;
    all.push_back(std::move(data));
    data = std::move(all);
  }
  return json_reply(200, document(std::move(data), settings_, call.path));
}

}  // namespace sandbox::klaviyo
