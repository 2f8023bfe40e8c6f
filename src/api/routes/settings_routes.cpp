#include <fmt/format.h>

#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

constexpr int conflict = 409;
constexpr std::int64_t trial_records_max = 100;
constexpr std::int64_t trial_records_default = 20;

std::uint32_t version_of(const Call& call, const char* member) {
  const auto number = json::integer(call.body, member).value_or(0);
  return number > 0 && number <= UINT32_MAX ? static_cast<std::uint32_t>(number) : 0;
}

Task<http::Reply> read(const Rooms& rooms, Call call) {
  co_return reply_of(co_await rooms.settings.read(workspace_of(rooms, call)));
}

Task<http::Reply> check(const Rooms& rooms, Call call) {
  co_return reply_of(rooms.settings.check(workspace_of(rooms, call), call.text("document")));
}

Task<http::Reply> trial(const Rooms& rooms, Call call) {
  const auto records = std::clamp<std::int64_t>(
      json::integer(call.body, "records").value_or(trial_records_default), 1, trial_records_max);
  co_return reply_of(co_await rooms.settings.trial(workspace_of(rooms, call), call.text("document"),
                                                   static_cast<std::size_t>(records)));
}

http::Reply stored(const Result<json::Object>& put) {
  if (!put && put.error().kind == Error::Kind::rejected)
    return refusal(conflict, "rejected", put.error().what);
  return reply_of(put);
}

Task<http::Reply> put(const Rooms& rooms, Call call) {
  const std::string workspace = workspace_of(rooms, call);
  const auto turn = co_await rooms.turns.take("settings/" + workspace);
  call.trail->workspace = workspace;
  call.trail->about = "settings of " + workspace;
  call.trail->before = fmt::format("version {}", version_of(call, "based_on"));
  const auto made = co_await rooms.settings.put(
      workspace, call.text("document"), version_of(call, "based_on"), call.by(), call.text("note"));
  if (made) call.trail->after = json::to_text(*made) + " " + call.text("note");
  co_return stored(made);
}

Task<Result<journal::SettingsVersion>> version(const Rooms* rooms, std::string workspace,
                                               std::uint32_t number) {
  std::function<Result<journal::SettingsVersion>(journal::Reader&)> query =
      [workspace, number](journal::Reader& reader) -> Result<journal::SettingsVersion> {
    TB_TRY(auto found, reader.settings(workspace, number));
    if (!found)
      return fail(Error::Kind::not_found,
                  fmt::format("workspace {} has no settings version {}", workspace, number));
    return std::move(*found);
  };
  co_return co_await rooms->journal.read<journal::SettingsVersion>(std::move(query));
}

json::Object version_view(const journal::SettingsVersion& one) {
  json::Object out;
  out["version"] = one.version;
  out["at"] = utc_text(one.at);
  out["by"] = one.by;
  return out;
}

Task<http::Reply> versions(const Rooms& rooms, Call call) {
  const std::size_t limit = limit_of(call.request);
  const auto before = static_cast<std::uint32_t>(id_of(call.query("after")));
  std::function<Result<std::vector<journal::SettingsVersion>>(journal::Reader&)> query =
      [workspace = workspace_of(rooms, call), before, limit](journal::Reader& reader) {
        return reader.settings_versions(workspace, before, limit);
      };
  const auto found =
      co_await rooms.journal.read<std::vector<journal::SettingsVersion>>(std::move(query));
  if (!found) co_return error_reply(found.error());
  json::Array items;
  for (const auto& one : *found) items.push_back(version_view(one));
  co_return json_reply(page(std::move(items),
                            found->size() < limit ? "" : fmt::format("{}", found->back().version)));
}

Task<http::Reply> read_version(const Rooms& rooms, Call call) {
  const auto number = static_cast<std::uint32_t>(id_of(call.capture("version")));
  const auto found = co_await version(&rooms, workspace_of(rooms, call), number);
  if (!found) co_return error_reply(found.error());
  json::Object out = version_view(*found);
  out["document"] = found->document;
  co_return json_reply(out);
}

Task<http::Reply> roll_back(const Rooms& rooms, Call call) {
  const std::string workspace = workspace_of(rooms, call);
  const auto turn = co_await rooms.turns.take("settings/" + workspace);
  const std::uint32_t number = version_of(call, "version");
  const auto old = co_await version(&rooms, workspace, number);
  if (!old) co_return error_reply(old.error());
  const auto now = co_await rooms.settings.read(workspace);
  if (!now) co_return error_reply(now.error());
  const auto newest = static_cast<std::uint32_t>(json::integer(*now, "version").value_or(0));
  call.trail->workspace = workspace;
  call.trail->about = "settings of " + workspace;
  call.trail->before = fmt::format("version {}", newest);
  call.trail->after = fmt::format("back to version {}: {}", number, call.text("note"));
  co_return stored(co_await rooms.settings.put(
      workspace, old->document, newest, call.by(),
      fmt::format("back to version {}: {}", number, call.text("note"))));
}

}  // namespace

void add_settings_routes(RouteTable& table) {
  table.push_back(route("GET", "/api/v1/settings", "settings.read", "The settings as they are",
                        Access::administrator, read, "Settings", nullptr));
  table.push_back(route("GET", "/api/v1/settings/versions", "settings.versions",
                        "Versions, newest first", Access::administrator, versions, "Page",
                        nullptr));
  table.back().parameters = {{"after", "Where the page before ended"}, {"limit", "At most 200"}};
  table.push_back(route("GET", "/api/v1/settings/versions/{version}", "settings.version",
                        "One version with its document", Access::administrator, read_version,
                        "Settings", nullptr));
  table.push_back(route("POST", "/api/v1/settings/check", "settings.check",
                        "What is wrong with a document", Access::administrator, check,
                        "SettingsCheck", "Document"));
  table.back().changes = false;
  table.push_back(route("POST", "/api/v1/settings/test", "settings.test",
                        "Past records planned with a document", Access::administrator, trial,
                        "Object", "SettingsTrial"));
  table.back().changes = false;
  table.push_back(route("PUT", "/api/v1/settings", "settings.change",
                        "A new version, taken up at once", Access::administrator, put, "Settings",
                        "SettingsChange"));
  table.push_back(route("POST", "/api/v1/settings/roll-back", "settings.roll_back",
                        "An older version becomes the newest", Access::administrator, roll_back,
                        "Settings", "SettingsRollBack"));
}

}  // namespace tillbridge::api
