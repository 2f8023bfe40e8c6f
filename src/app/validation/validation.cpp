#include "app/validation/validation.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "app/validation/bloomreach_steps.h"
#include "app/validation/klaviyo_steps.h"
#include "app/validation/sitoo_steps.h"
#include "app/validation/stock_steps.h"
#include "app/validation/till_steps.h"
#include "flows/klaviyo_person.h"

namespace tillbridge::app {
namespace {

Result<void> check_domain(const std::string& domain, const Workspace& workspace) {
  const bool plain = std::all_of(domain.begin(), domain.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  constexpr std::size_t domain_bytes_max = 60;
  if (!plain || domain.size() > domain_bytes_max || domain.find('.') == std::string::npos ||
      domain.starts_with('.') || domain.ends_with('.')) {
    return fail(Error::Kind::invalid_input,
                "the e-mail domain is none: write it in small letters, such as tillbridge.dev");
  }
  if (!workspace.klaviyo_connected) return {};
  const std::string nobody =
      flows::klaviyo::nobody_behind("check@" + domain, workspace.klaviyo_flows);
  if (!nobody.empty())
    return fail(Error::Kind::invalid_input,
                fmt::format("{}: name another domain with --email-domain", nobody));
  return {};
}

Task<Result<std::optional<std::string>>> first_event(WorkspaceRuntime& workspace) {
  std::function<Result<std::optional<std::string>>(journal::Reader&)> query =
      [name = workspace.name()](journal::Reader& reader) {
        return reader.cursor(name, events_seen_cursor);
      };
  co_return co_await workspace.surroundings().journal.read<std::optional<std::string>>(
      std::move(query));
}

json::Object to_json(const ValidationRun& run) {
  json::Array steps;
  for (const ValidationStep& step : run.steps.steps()) {
    steps.push_back(json::Object{{"connection", step.connection},
                                 {"step", step.step},
                                 {"ok", step.ok},
                                 {"skipped", step.skipped},
                                 {"detail", step.detail},
                                 {"advice", step.advice}});
  }
  json::Object out;
  out["ok"] = run.steps.all_ok();
  out["workspace"] = run.workspace.name;
  out["test_customer"] = run.person.customer_id;
  out["steps"] = std::move(steps);
  return out;
}

struct Attempt {
  Result<void> result;
  std::exception_ptr broken;
};

// Whatever becomes of it: what has to follow can follow.
Task<Attempt> attempt(Task<Result<void>> work) {
  Attempt made;
  try {
    made.result = co_await std::move(work);
  } catch (...) {
    made.broken = std::current_exception();
  }
  co_return made;
}

StockCatalogs catalogs_of(const WorkspaceRuntime& workspace) {
  BloomreachConnection::Stock* stock =
      workspace.bloomreach() == nullptr ? nullptr : workspace.bloomreach()->stock();
  if (stock == nullptr) return {};
  return {&stock->client, &stock->inventory, stock->variants ? &*stock->variants : nullptr};
}

struct PlatformSteps {
  std::optional<BloomreachSteps> bloomreach;
  std::optional<KlaviyoSteps> klaviyo;
};

Task<Result<void>> try_everything(WorkspaceRuntime& workspace, ValidationRun& run,
                                  PlatformSteps& platforms, std::optional<std::string> event,
                                  std::string public_url) {
  co_await check_sitoo(run, std::move(event));
  if (platforms.bloomreach) TB_CO_CHECK(co_await platforms.bloomreach->check());
  if (platforms.klaviyo) TB_CO_CHECK(co_await platforms.klaviyo->check());
  if (workspace.stock() != nullptr) TB_CO_CHECK(co_await check_stock(run, catalogs_of(workspace)));
  // Before the test customer is taken away.
  if (workspace.till_register() != nullptr) co_await check_till(run, std::move(public_url));
  co_return Result<void>{};
}

}  // namespace

Task<Result<json::Object>> validate(WorkspaceRuntime& workspace, ValidationAsked asked) {
  const Workspace& settings = workspace.settings();
  const Surroundings on = workspace.surroundings();
  TB_CO_CHECK(check_domain(asked.email_domain, settings));
  ValidationRun run{on.loop, on.clock, on.transport, settings};
  run.person = test_person(asked.token, asked.email_domain, settings.sitoo.country);
  run.visible_within = asked.visible_within;
  run.audit = std::move(asked.audit);
  run.go_on = std::move(asked.go_on);

  TB_CO_TRY(std::optional<std::string> event, co_await first_event(workspace));
  PlatformSteps platforms;
  if (workspace.bloomreach() != nullptr)
    platforms.bloomreach.emplace(run, workspace.bloomreach()->customers());
  if (workspace.klaviyo() != nullptr)
    platforms.klaviyo.emplace(run, workspace.klaviyo()->account());
  std::vector<Attempt> attempts;
  attempts.push_back(co_await attempt(
      try_everything(workspace, run, platforms, std::move(event), asked.public_url)));
  if (TillRegister* const tills = workspace.till_register(); tills != nullptr) {
    attempts.push_back(
        co_await attempt(forget_test_person(run, tills->index(), workspace.turns(), on.journal)));
  }
  if (platforms.bloomreach) attempts.push_back(co_await attempt(platforms.bloomreach->clean_up()));
  if (platforms.klaviyo) attempts.push_back(co_await attempt(platforms.klaviyo->clean_up()));
  for (const Attempt& made : attempts) {
    if (made.broken) std::rethrow_exception(made.broken);
    TB_CO_CHECK(made.result);
  }
  co_return to_json(run);
}

}  // namespace tillbridge::app
