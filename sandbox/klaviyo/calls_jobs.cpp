// Jobs that can be read: bulk import, suppression (contract 6.7, 10.4).
#include <fmt/format.h>

#include "klaviyo/calls.h"
#include "klaviyo/consent.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

Job& Calls::new_job(std::string type, std::int64_t total) {
  Job job;
  job.id = account_.sortable_id();
  job.type = std::move(type);
  job.created = clock_.now();
  job.expires = clock_.now() + std::chrono::seconds{settings_.job_life_s};
  job.total = total;
  return jobs_[job.id] = std::move(job);
}

void Calls::run_job(const std::string& job_id, std::function<void(Job&)> work) {
  agenda_.at(after_ms(settings_.job_start_ms), [this, job_id] {
    Job& job = jobs_.at(job_id);
    job.status = "processing";
    job.started = clock_.now();
  });
  agenda_.at(after_ms(settings_.job_start_ms + settings_.job_run_ms),
             [this, job_id, work = std::move(work)] {
               Job& job = jobs_.at(job_id);
               work(job);
               job.status = "complete";
               job.completed = clock_.now();
               agenda_.at(clock_.tick() + std::chrono::seconds{settings_.job_life_s},
                          [this, job_id] { jobs_.erase(job_id); });
             });
}

Reply Calls::get_job(const Call& call, std::string_view type) {
  const auto job = jobs_.find(call.id);
  if (job == jobs_.end() || job->second.type != type) return error_reply(not_found("job", call.id));
  bj::object body = document(job_resource(job->second, settings_), settings_, call.path);
  if (call.query.include.contains("lists")) {
    bj::array lists;
    for (const std::string& id : job->second.lists)
      lists.push_back(list_resource(*account_.list(id), settings_, call.query));
    body["included"] = std::move(lists);
  }
  return json_reply(200, body);
}

Reply Calls::get_jobs(const Call& call, std::string_view type) {
  std::vector<Entry> candidates;
  for (const auto& [id, job] : jobs_) {
    const std::string list = job.lists.empty() ? "" : job.lists.front();
    if (job.type == type && meets(call.query, "status", job.status) &&
        meets(call.query, "list_id", list) && meets(call.query, "segment_id", ""))
      candidates.push_back({sortable(job.created), id});
  }
  auto paged = page_of(std::move(candidates), call.query);
  if (auto* errors = std::get_if<Errors>(&paged)) return error_reply(*errors);
  const Page& page = std::get<Page>(paged);
  bj::array data;
  for (const Entry& entry : page.entries)
    data.push_back(job_resource(jobs_.at(entry.id), settings_));
  return json_reply(200, collection(std::move(data), page, call.query, settings_, call.path));
}

Reply Calls::import_profiles(const Call& call) {
  const bj::object& data = data_of(call);
  const bj::array& profiles = data.at("attributes").at("profiles").at("data").as_array();
  std::vector<std::string> lists;
  const auto* relationships = tillbridge::json::object(data, "relationships");
  const auto* relation =
      relationships == nullptr ? nullptr : tillbridge::json::object(*relationships, "lists");
  if (relation != nullptr)
    for (const bj::value& list : relation->at("data").as_array())
      lists.emplace_back(list.at("id").as_string());
  for (const std::string& id : lists)
    if (account_.list(id) == nullptr) return error_reply(not_found("list", id));
  Job& job = new_job("profile-bulk-import-job", static_cast<std::int64_t>(profiles.size()));
  job.lists = std::move(lists);
  run_job(job.id, [this, profiles](Job& running) { run_import(running, profiles); });
  return json_reply(202, document(job_resource(job, settings_), settings_,
                                  fmt::format("/api/{}s/{}", job.type, job.id)));
}

void Calls::run_import(Job& job, const bj::array& profiles) {
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const bj::object& resource = profiles[i].as_object();
    const std::string place = fmt::format("/data/attributes/profiles/data/{}", i);
    Errors errors;
    const ProfileWrite write = profile_write(resource, settings_, place, errors);
    require_identifier(write, resource, settings_, place, errors);
    Upserted upserted;
    if (errors.empty()) {
      upserted = account_.upsert(write, true);
      if (upserted.what == Written::refused) errors.push_back(duplicate_profile(upserted.conflict));
    }
    for (const ApiError& error : errors) {
      job.errors.push_back({fmt::format("{}-{}", job.id, job.errors.size()), error.code,
                            error.title, error.detail, error.pointer, resource});
    }
    if (!errors.empty()) {
      ++job.failed;
      continue;
    }
    ++job.completed_count;
    // No consent; whether flows of the list start is uncertain: they do not.
    for (const std::string& list : job.lists) account_.join(*upserted.profile, list, false);
  }
}

Reply Calls::get_import_errors(const Call& call) {
  const auto job = jobs_.find(call.id);
  if (job == jobs_.end()) return error_reply(not_found("job", call.id));
  std::vector<Entry> candidates;
  const auto& errors = job->second.errors;
  for (std::size_t i = 0; i < errors.size(); ++i)
    candidates.push_back({fmt::format("{:010}", i), errors[i].id});
  auto paged = page_of(std::move(candidates), call.query);
  if (auto* wrong = std::get_if<Errors>(&paged)) return error_reply(*wrong);
  const Page& page = std::get<Page>(paged);
  bj::array data;
  for (const Entry& entry : page.entries)
    data.push_back(import_error_resource(errors[std::stoul(entry.key)]));
  return json_reply(200, collection(std::move(data), page, call.query, settings_, call.path));
}

Reply Calls::suppression(const Call& call, bool suppresses) {
  const bj::object& data = data_of(call);
  const bj::object& attributes = data.at("attributes").as_object();
  const auto* profiles = tillbridge::json::object(attributes, "profiles");
  const auto* relationships = tillbridge::json::object(data, "relationships");
  const auto* list =
      relationships == nullptr ? nullptr : tillbridge::json::object(*relationships, "list");
  if ((profiles == nullptr) == (list == nullptr))
    return error_reply(invalid("/data/attributes", "Either profiles or one list is needed."));
  std::vector<ProfileWrite> people;
  std::string list_id;
  Errors errors;
  if (profiles != nullptr) {
    const bj::array& entries = profiles->at("data").as_array();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      people.push_back(profile_write(entries[i].as_object(), settings_,
                                     fmt::format("/data/attributes/profiles/data/{}", i), errors));
    }
  } else {
    list_id = list->at("data").at("id").as_string().c_str();
    if (account_.list(list_id) == nullptr) return error_reply(not_found("list", list_id));
    for (const auto& [id, profile] : account_.profiles()) {
      if (!profile->lists.contains(list_id)) continue;
      people.emplace_back().id = id;
    }
  }
  if (!errors.empty()) return error_reply(errors);
  Job& job = new_job(
      suppresses ? "profile-suppression-bulk-create-job" : "profile-suppression-bulk-delete-job",
      static_cast<std::int64_t>(people.size()));
  if (!list_id.empty()) job.lists.push_back(list_id);
  run_job(job.id, [this, people, suppresses](Job& running) {
    for (const ProfileWrite& person : people) {
      const Upserted known = account_.upsert(person, false);
      const bool changed = suppresses ? klaviyo::suppress(account_, *known.profile)
                                      : klaviyo::unsuppress(account_, *known.profile);
      ++(changed ? running.completed_count : running.skipped);
    }
  });
  return json_reply(202, document(job_resource(job, settings_), settings_,
                                  fmt::format("/api/{}s/{}", job.type, job.id)));
}

}  // namespace sandbox::klaviyo
