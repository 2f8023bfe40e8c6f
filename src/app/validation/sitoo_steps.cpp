#include "app/validation/sitoo_steps.h"

#include <fmt/format.h>

#include "base/zone.h"
#include "connectors/sitoo/client.h"

namespace tillbridge::app {
namespace {

constexpr const char* sitoo = "sitoo";

std::string advice_on(const Outcome& outcome) {
  if (outcome.http_status == 401 || outcome.http_status == 403) {
    return "compare api_id and api_password with Sitoo's back office (Settings, Sitoo REST API): a "
           "regenerated password ends the old one; if Sitoo keeps a list of addresses there, this "
           "machine's must be on it";
  }
  if (outcome.http_status == 404)
    return "check base_url: the back office shows it, and it ends with /v2/accounts/<account_id>";
  if (outcome.http_status == 0)
    return "check base_url, and that this machine may reach it (proxy, firewall, certificates)";
  return "try again in a minute; if it stays so, ask Sitoo's support";
}

// The account stands in the address as well: a copied base_url with another account_id would refuse
// every event.
std::string other_account_in(const connectors::sitoo::Config& config) {
  constexpr std::string_view before = "/accounts/";
  const auto at = config.base_url.rfind(before);
  if (at == std::string::npos) return {};
  const std::string account = config.base_url.substr(at + before.size());
  return account == std::to_string(config.account_id) ? std::string{} : account;
}

void check_events(ValidationRun& run, const std::optional<std::string>& first_event) {
  const Workspace& workspace = run.workspace;
  const std::string& receiver =
      workspace.events_from.empty() ? workspace.name : workspace.events_from;
  const std::string where =
      fmt::format("https://<this hub>/sitoo/{}, user {}", receiver, workspace.sitoo.events_user);
  if (first_event) {
    run.steps.ok(sitoo, "events",
                 fmt::format("events have come in; Sitoo sends them to {}", where));
    return;
  }
  run.steps.failed(
      sitoo, "events", "Sitoo has never sent an event",
      fmt::format("in Sitoo's back office, Event Subscriptions: base_url {} and the password that "
                  "events_password names (not the API's); Sitoo adds /events itself. Then make a "
                  "sale at a till, and validate again",
                  where));
}

}  // namespace

Task<void> check_sitoo(ValidationRun& run, std::optional<std::string> first_event) {
  const connectors::sitoo::Config& config = run.workspace.sitoo;
  connectors::sitoo::Client client(run.transport, run.clock, config);
  const connectors::sitoo::OrderPage page = co_await client.newest_order();
  if (page.outcome.kind != Outcome::Kind::delivered) {
    run.steps.failed(sitoo, "orders", page.outcome.reason, advice_on(page.outcome));
    run.steps.skipped(sitoo, "site", "orders cannot be read");
  } else {
    run.steps.ok(sitoo, "orders", fmt::format("account {} can be read", config.account_id));
    if (const std::string other = other_account_in(config); !other.empty()) {
      run.steps.failed(
          sitoo, "site",
          fmt::format("base_url is account {}, account_id is {}", other, config.account_id),
          "make both the same account; events of another account are ignored");
    } else if (page.total == 0) {
      run.steps.ok(sitoo, "site",
                   fmt::format("site {} has no orders; if it should have some, check site_id",
                               config.site_id));
    } else {
      run.steps.ok(sitoo, "site",
                   fmt::format("site {}: {} orders, the newest is {}", config.site_id, page.total,
                               page.orders.empty() ? "?" : page.orders.front().id));
    }
  }
  check_events(run, first_event);
}

}  // namespace tillbridge::app
