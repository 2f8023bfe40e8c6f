// What people ask of the alerts (api/alert_desk.h).
#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "app/alerts/alert_watch.h"
#include "app/paused_part.h"

namespace tillbridge::app {
namespace {

constexpr Duration test_time_max = std::chrono::seconds{60};

json::Object row_of(const desk::Alert& alert, std::optional<Instant> recovered_at) {
  json::Object out;
  out["id"] = desk::alert_id(alert.kind, alert.subject);
  out["kind"] = desk::name(alert.kind);
  out["subject"] = alert.subject;
  out["state"] = recovered_at ? "recovered" : "open";
  out["level"] = desk::name(alert.level);
  out["text"] = alert.text;
  out["since"] = utc_text(alert.since);
  out["recovered_at"] = nullptr;
  if (recovered_at) out["recovered_at"] = utc_text(*recovered_at);
  out["acknowledged_by"] = nullptr;
  if (!recovered_at && !alert.acknowledged_by.empty())
    out["acknowledged_by"] = alert.acknowledged_by;
  out["muted_until"] = nullptr;
  if (alert.muted_until) out["muted_until"] = utc_text(*alert.muted_until);
  return out;
}

tl::unexpected<Error> no_alert(const std::string& id) {
  return fail(Error::Kind::not_found, fmt::format("there is no open alert '{}'", id));
}

}  // namespace

json::Array AlertWatch::alerts() {
  json::Array out;
  auto open = rules_.open();
  // By level, then oldest first.
  std::sort(open.begin(), open.end(), [](const desk::Alert& a, const desk::Alert& b) {
    return std::tuple(b.level, a.since, a.kind, a.subject) <
           std::tuple(a.level, b.since, b.kind, b.subject);
  });
  for (const desk::Alert& alert : open) out.push_back(row_of(alert, std::nullopt));
  for (auto one = recovered_.rbegin(); one != recovered_.rend(); ++one)
    out.push_back(row_of(one->alert, one->at));
  return out;
}

Task<Result<void>> AlertWatch::acknowledge(std::string id, std::string by) {
  TB_CO_CHECK(check_recalled());
  if (!rules_.acknowledge(id, std::move(by))) co_return no_alert(id);
  tell_consoles();
  co_return co_await store({});
}

Task<Result<void>> AlertWatch::mute(std::string id, Duration how_long, std::string) {
  TB_CO_CHECK(check_recalled());
  const auto slash = id.find('/');
  const auto kind = desk::alert_kind(id.substr(0, slash));
  if (!kind || slash == std::string::npos || slash + 1 == id.size()) co_return no_alert(id);
  std::optional<Instant> until;
  if (how_long > Duration{0}) until = on_.clock.now() + how_long;
  rules_.mute(*kind, id.substr(slash + 1), until);
  tell_consoles();
  co_return co_await store({});
}

json::Object AlertWatch::settings() {
  return shown_form(document_, notices_.states());
}

Task<Result<json::Object>> AlertWatch::test_channel(std::string id, std::string) {
  TB_CO_CHECK(check_recalled());
  const AlertChannel* channel = document_.channel(id);
  if (channel == nullptr)
    co_return fail(Error::Kind::not_found, fmt::format("there is no channel '{}'", id));
  const std::string title = channel->title;
  notices_.test(id, on_.clock.now());
  collect(on_.clock.now());
  std::uint64_t wanted = 0;
  for (const desk::DueSend& due : outbox_[id]) {
    if (due.message.state == desk::name(desk::Notice::State::test)) wanted = due.id;
  }
  awaited_[wanted] = std::nullopt;
  const Tick until = on_.clock.tick() + test_time_max;
  co_await drain(id);
  while (!stopping_ && !awaited_[wanted] && on_.clock.tick() < until)
    co_await settled_.wait(std::chrono::seconds{1});
  const auto settled = awaited_[wanted];
  awaited_.erase(wanted);
  sending_.notify();  // of the other channels
  tell_consoles();
  json::Object out;
  out["sent"] = settled && *settled;
  out["message"] = !settled ? "It is still on its way; look again in a moment."
                   : *settled
                       ? fmt::format("{} took the test.", title)
                       : fmt::format("{} did not take it: {}.", title, settled->error().what);
  co_return out;
}

Task<Result<json::Array>> AlertWatch::stores(std::string workspace) {
  if (workspace.empty() && parts_.workspaces.size() == 1)
    workspace = parts_.workspaces.front().name;
  const auto watched =
      std::find_if(parts_.workspaces.begin(), parts_.workspaces.end(),
                   [&workspace](const WatchedWorkspace& one) { return one.name == workspace; });
  if (watched == parts_.workspaces.end())
    co_return fail(Error::Kind::not_found, fmt::format("there is no workspace '{}'", workspace));
  const auto index = static_cast<std::size_t>(watched - parts_.workspaces.begin());
  using Pauses = std::vector<journal::Pause>;
  std::function<Result<Pauses>(journal::Reader&)> query = [](journal::Reader& reader) {
    return reader.pauses();
  };
  const auto pauses = co_await on_.journal.read<Pauses>(std::move(query));
  if (!pauses) co_return fail(pauses.error());
  std::map<std::string, journal::Pause> paused;
  for (const journal::Pause& one : *pauses) {
    const auto part = one.workspace == workspace ? parse_paused_part(one.connection) : std::nullopt;
    if (part && part->kind == engine::PauseKind::store) paused[part->name] = one;
  }
  co_return stores_[index]->rows(paused, on_.clock.now());
}

json::Object AlertWatch::progress(const std::string& workspace) {
  const bool only = workspace.empty() && parts_.workspaces.size() == 1;
  return connections_.progress(only ? parts_.workspaces.front().name : workspace, on_.clock.tick());
}

}  // namespace tillbridge::app
