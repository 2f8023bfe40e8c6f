#include "app/desk/settings_desk.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/fixed_settings.h"
#include "base/hash.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* console = "console";
constexpr std::size_t records_per_page = 100;
constexpr std::size_t pages_max = 20;

std::string fact_key(const std::string& workspace) {
  return "settings/" + workspace;
}

// What the file says of a workspace, in a few characters.
std::string mark_of(const Workspace& in_file) {
  return fmt::format("{:016x}", stable_hash(effective_document(in_file)));
}

Workspace* find_in(Config& config, const std::string& name) {
  for (Workspace& one : config.workspaces) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

std::string first_problem(const ConfigResult& result) {
  for (const Problem& problem : result.problems) {
    if (!problem.warning) return to_text(problem);
  }
  return "";
}

Task<Result<std::optional<json::Object>>> edited_fact(journal::Journal* journal,
                                                      std::string workspace) {
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [workspace](journal::Reader& reader) {
    const std::vector<std::string> keys{fact_key(workspace)};
    return reader.facts(workspace, console, keys);
  };
  const auto found = co_await journal->read<Values>(std::move(query));
  if (!found) co_return fail(found.error());
  std::optional<json::Object> out;
  if (found->front()) {
    const auto parsed = json::parse(*found->front());
    if (parsed && parsed->is_object()) out = parsed->get_object();
  }
  co_return out;
}

}  // namespace

Task<Result<void>> apply_edited_settings(Config& config, ConfigFile file, journal::Journal& journal,
                                         LeftAside left_aside) {
  std::vector<std::string> names;
  for (const Workspace& one : config.workspaces) names.push_back(one.name);
  for (const std::string& name : names) {
    const auto fact = co_await edited_fact(&journal, name);
    if (!fact) co_return fail(fact.error());
    if (!*fact) continue;
    Workspace* const now = find_in(config, name);
    if (json::text(**fact, "file").value_or("") != mark_of(*now)) {
      telemetry::log(telemetry::Level::warning, "edited_settings_left_aside",
                     {{"workspace", name}, {"why", "the configuration file was changed since"}});
      if (left_aside == LeftAside::leave) continue;
      // For good: the file has the word again, also when it is put back.
      journal::Step step;
      step.facts.push_back({name, console, fact_key(name), "", Instant{}});
      const auto forgotten = co_await journal.commit(std::move(step));
      if (!forgotten) co_return fail(forgotten.error());
      continue;
    }
    ConfigResult edited = read_edited(file, name, json::text(**fact, "document").value_or(""));
    if (!edited.ok()) {
      telemetry::log(telemetry::Level::error, "edited_settings_left_aside",
                     {{"workspace", name}, {"why", first_problem(edited)}});
      continue;
    }
    *now = std::move(edited.config.workspaces.front());
  }
  co_return Result<void>{};
}

HubSettingsDesk::HubSettingsDesk(const Clock& clock, journal::Journal& journal,
                                 const Config& running, ConfigFile file,
                                 std::function<void()> take_up)
    : clock_(clock),
      journal_(journal),
      running_(running),
      file_(std::move(file)),
      take_up_(std::move(take_up)) {}

Result<const Workspace*> HubSettingsDesk::find(const std::string& workspace) const {
  for (const Workspace& one : running_.workspaces) {
    if (one.name == workspace) return &one;
  }
  return fail(Error::Kind::not_found, fmt::format("there is no workspace '{}'", workspace));
}

Task<Result<std::uint32_t>> HubSettingsDesk::newest(std::string workspace) {
  using Latest = std::optional<journal::SettingsVersion>;
  std::function<Result<Latest>(journal::Reader&)> query = [workspace](journal::Reader& reader) {
    return reader.latest_settings(workspace);
  };
  const auto latest = co_await journal_.read<Latest>(std::move(query));
  if (!latest) co_return fail(latest.error());
  co_return *latest ? (*latest)->version : 0;
}

Task<Result<json::Object>> HubSettingsDesk::read(std::string workspace) {
  TB_CO_TRY(const Workspace* found, find(workspace));
  TB_CO_TRY(const std::uint32_t version, co_await newest(workspace));
  TB_CO_TRY(const auto fact, co_await edited_fact(&journal_, workspace));
  const std::string document = effective_document(*found);
  const bool edited = fact && json::text(*fact, "document").value_or("") == document;
  json::Object out;
  out["version"] = version;
  out["document"] = document;
  out["source"] = edited ? "console" : "file";
  out["editable"] = !file_.text.empty();
  co_return out;
}

Result<json::Object> HubSettingsDesk::check(const std::string& workspace,
                                            const std::string& document) {
  TB_CHECK(find(workspace));
  const ConfigResult result = read_edited(file_, workspace, document);
  json::Array problems;
  for (const Problem& problem : result.problems) {
    // Of what stays in the file (where a trial keeps its secrets): nothing to do here.
    if (problem.warning && problem.line < 0) continue;
    problems.push_back(json::Object{{"line", std::max(0, problem.line)},
                                    {"key", problem.key},
                                    {"what", problem.what},
                                    {"fix", problem.fix},
                                    {"warning", problem.warning}});
  }
  return json::Object{{"ok", result.ok()}, {"problems", std::move(problems)}};
}

Result<Workspace> HubSettingsDesk::checked(const std::string& workspace,
                                           const std::string& document) const {
  TB_CHECK(find(workspace));
  ConfigResult result = read_edited(file_, workspace, document);
  if (!result.ok()) return fail(Error::Kind::invalid_input, first_problem(result));
  return std::move(result.config.workspaces.front());
}

// The newest records that something was planned for.
Task<Result<std::vector<RecordId>>> HubSettingsDesk::past_records(std::string workspace,
                                                                  std::size_t limit) {
  std::function<Result<std::vector<RecordId>>(journal::Reader&)> query =
      [workspace, limit](journal::Reader& reader) -> Result<std::vector<RecordId>> {
    std::vector<RecordId> ids;
    journal::RecordFilter filter;
    filter.state = journal::RecordState::planned;
    RecordId before{};
    for (std::size_t pages = 0; pages < pages_max && ids.size() < limit; ++pages) {
      TB_TRY(const auto page, reader.records(workspace, filter, before, records_per_page));
      for (const auto& row : page.rows) {
        if (row.key.starts_with("order/") && ids.size() < limit) ids.push_back(row.id);
      }
      if (!page.next) break;
      before = *page.next;
    }
    return ids;
  };
  co_return co_await journal_.read<std::vector<RecordId>>(std::move(query));
}

Task<Result<json::Object>> HubSettingsDesk::trial(std::string workspace, std::string document,
                                                  std::size_t records) {
  TB_CO_TRY(const Workspace candidate, checked(workspace, document));
  TB_CO_TRY(const Workspace* running, find(workspace));
  TB_CO_TRY(const auto ids, co_await past_records(workspace, records));
  // Both from what is remembered now: a difference is the settings', not the time's.
  OrderPreview as_now(journal_, *running);
  OrderPreview as_edited(journal_, candidate);
  json::Array out;
  std::uint64_t changed = 0;
  for (const RecordId id : ids) {
    const auto now = co_await as_now.preview(id);
    auto then = co_await as_edited.preview(id);
    if (!now || !then) continue;  // past retention
    for (PreviewedDelivery& delivery : then->deliveries) {
      const PreviewedDelivery* const before = now->planned(delivery.connection, delivery.effect);
      delivery.sent = before == nullptr ? std::vector<std::string>{} : before->now;
    }
    changed += then->same() ? 0 : 1;
    json::Object one = to_json(*then);
    one["record_id"] = fmt::format("{}", id.value);
    out.push_back(std::move(one));
  }
  json::Object answer;
  answer["changed"] = changed;
  answer["same"] = out.size() - changed;
  answer["records"] = std::move(out);
  co_return answer;
}

Task<Result<json::Object>> HubSettingsDesk::put(std::string workspace, std::string document,
                                                std::uint32_t based_on, std::string by,
                                                std::string note) {
  if (file_.text.empty())
    co_return fail(Error::Kind::unavailable, "this hub was started without a configuration file");
  TB_CO_TRY(const std::uint32_t version, co_await newest(workspace));
  if (based_on != version) {
    co_return fail(Error::Kind::rejected,
                   fmt::format("somebody else has changed the settings: version {} is newest, not "
                               "{}; look at theirs first",
                               version, based_on));
  }
  TB_CO_TRY(const Workspace wanted, checked(workspace, document));
  TB_CO_CHECK(co_await hold_fixed_settings(wanted, journal_, clock_));
  const ConfigResult in_file = read_config(file_.text, file_.name, file_.fetch);
  json::Object kept;
  for (const Workspace& one : in_file.config.workspaces) {
    if (one.name == workspace) kept["file"] = mark_of(one);
  }
  const std::string canonical = effective_document(wanted);
  kept["document"] = canonical;
  kept["by"] = by;
  kept["note"] = note;
  journal::Step step;
  step.facts.push_back(
      {workspace, console, fact_key(workspace), json::to_text(kept), clock_.now()});
  step.settings.push_back({workspace, version + 1, clock_.now(), by, canonical});
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  take_up_();
  json::Object out;
  out["version"] = version + 1;
  out["document"] = canonical;
  out["source"] = "console";
  out["editable"] = true;
  co_return out;
}

}  // namespace tillbridge::app
