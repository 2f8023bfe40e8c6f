#include "crm/redemption_watch.h"

#include <fmt/format.h>

#include "crm/customer_index.h"
#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::crm {
namespace {

constexpr Duration look_every = std::chrono::minutes{10};
// A case that nobody could settle by then stays with its owner, but no sale is waited for.
constexpr Duration forgotten_after = std::chrono::hours{24 * 30};

std::string case_text(const std::string& key, Duration unused_after) {
  const auto slash = key.find('/');
  const std::string customer = key.substr(0, slash);
  const std::string item = slash == std::string::npos ? std::string{} : key.substr(slash + 1);
  return fmt::format(
      "Customer {} redeemed {} at a till more than {} h ago and no sale came with it. See in Sitoo "
      "whether the sale was made: replay it if it is missing here, else undo it at a till",
      customer, item, std::chrono::floor<std::chrono::hours>(unused_after).count());
}

}  // namespace

RedemptionWatch::RedemptionWatch(Loop& loop, Turns& turns, const Clock& clock,
                                 journal::Journal& journal, IdSource& ids,
                                 const CrmSettings& settings)
    : turns_(turns),
      clock_(clock),
      journal_(journal),
      ids_(ids),
      workspace_(settings.workspace),
      unused_after_(settings.unused_after),
      stop_(loop) {}

Task<void> RedemptionWatch::run() {
  while (!stopping_) {
    const auto looked = co_await look();
    if (!looked) {
      telemetry::log(telemetry::Level::warning, "redemptions_not_looked_at",
                     {{"workspace", workspace_}, {"what", looked.error().what}});
    }
    if (!stopping_) co_await stop_.wait(look_every);
  }
}

void RedemptionWatch::request_stop() {
  stopping_ = true;
  stop_.notify();
}

Task<Result<OutstandingList>> RedemptionWatch::outstanding() {
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query =
      [workspace = workspace_](journal::Reader& reader) {
        const std::vector<std::string> keys{outstanding_key};
        return reader.facts(workspace, redemption_shelf, keys);
      };
  const auto found = co_await journal_.read<Values>(std::move(query));
  if (!found) co_return fail(found.error());
  co_return read_outstanding(found->front().value_or(""));
}

Task<Result<void>> RedemptionWatch::look() {
  const auto turn = co_await turns_.take(learning_turn);
  auto list = co_await outstanding();
  if (!list) co_return fail(list.error());
  const Instant now = clock_.now();
  journal::Step step;
  bool changed = false;
  for (auto at = list->begin(); at != list->end();) {
    Outstanding& one = at->second;
    const Duration waited = now - one.at;
    if (one.told && !one.settled.empty()) {
      step.closed_cases.push_back({one.told, now, "tillbridge", one.settled});
    } else if (!one.told && waited >= unused_after_) {
      auto opened =
          engine::open_case(ids_.next<CaseId>(), engine::CaseType::redeem_mismatch, workspace_,
                            at->first, now, case_text(at->first, unused_after_));
      opened.record = one.record;
      one.told = opened.id;
      changed = true;
      step.cases.push_back(std::move(opened));
      ++at;
      continue;
    } else if (!one.told || waited < unused_after_ + forgotten_after) {
      ++at;
      continue;
    }
    at = list->erase(at);
    changed = true;
  }
  if (!changed) co_return Result<void>{};
  step.facts.push_back({workspace_, redemption_shelf, outstanding_key, to_text(*list), now});
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::crm
