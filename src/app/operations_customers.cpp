// One customer of two: in the register's index, at Klaviyo, and at Bloomreach as far as its API
// allows (docs/flows/till.md "Merging").
#include <fmt/format.h>

#include "app/operations.h"
#include "connectors/klaviyo/documents.h"
#include "flows/bloomreach_identity.h"

namespace tillbridge::app {
namespace {

Error not_found(const std::string& customer) {
  return {Error::Kind::not_found, fmt::format("the register has no customer {}", customer)};
}

std::string handle_at(const crm::IndexEntry& entry, const std::string& connection) {
  const auto known = entry.handles.find(connection);
  return known == entry.handles.end() ? entry.customer.customer_id : known->second;
}

}  // namespace

Task<Result<json::Object>> HubOperations::sync_customers(std::string workspace, std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  TillRegister* const till = found->till_register();
  if (till == nullptr || till->sync() == nullptr) {
    co_return fail(Error::Kind::not_found,
                   fmt::format("workspace {} serves no customer register", found->name()));
  }
  const auto asked =
      co_await store_audit(found->name(), fmt::format("{} asked to read the customers", by));
  if (!asked) co_return fail(asked.error());
  const auto looked = co_await till->sync()->look();
  if (!looked) co_return fail(looked.error());
  json::Object answer;
  answer["workspace"] = found->name();
  answer["profiles"] = *looked;
  answer["message"] = fmt::format("{} customers are known to the register now", *looked);
  co_return answer;
}

Task<Result<std::string>> HubOperations::merge_customers(WorkspaceRuntime* workspace,
                                                         std::string into, std::string from,
                                                         std::string by) {
  TillRegister* const till = workspace->till_register();
  if (till == nullptr) {
    co_return fail(Error::Kind::not_found,
                   fmt::format("workspace {} serves no customer register", workspace->name()));
  }
  const auto stays = co_await till->index().get(into);
  if (!stays) co_return fail(stays.error());
  if (!*stays) co_return fail(not_found(into));
  const auto vanishes = co_await till->index().get(from);
  if (!vanishes) co_return fail(vanishes.error());
  if (!*vanishes) co_return fail(not_found(from));
  if ((*stays)->customer.customer_id == (*vanishes)->customer.customer_id)
    co_return fail(Error::Kind::rejected, fmt::format("{} and {} are one customer", into, from));
  const auto asked = co_await store_audit(
      workspace->name(), fmt::format("{} asked to merge the customer {} into {}", by, from, into));
  if (!asked) co_return fail(asked.error());

  std::string at_klaviyo = "not connected";
  if (workspace->klaviyo() != nullptr) {
    auto merged = co_await merge_at_klaviyo(workspace->klaviyo()->account(),
                                            (*stays)->customer.email, (*vanishes)->customer.email);
    if (!merged) co_return fail(merged.error());
    at_klaviyo = std::move(*merged);
  }
  std::vector<journal::PutFact> aliases;
  if (workspace->bloomreach() != nullptr) {
    const std::string connection = workspace->bloomreach()->name();
    const auto alias =
        flows::alias(handle_at(**vanishes, connection), handle_at(**stays, connection));
    aliases.push_back({workspace->name(), connection, alias.key, alias.value, clock_.now()});
  }
  const auto done = co_await till->desk().merge(into, from, by, std::move(aliases));
  if (!done) co_return fail(done.error());
  co_return fmt::format(
      "{} is {} now: the tills show {}, and what {} buys is theirs. Klaviyo: {}. Bloomreach: new "
      "events go to {}; profiles with two hard IDs cannot be merged there, so earlier events stay "
      "where they are",
      from, into, into, from, at_klaviyo, into);
}

Task<Result<std::string>> HubOperations::merge_at_klaviyo(KlaviyoAccount& account,
                                                          std::string stays_email,
                                                          std::string vanishes_email) {
  if (stays_email.empty() || vanishes_email.empty())
    co_return std::string("nothing to merge, one of them has no e-mail");
  const auto stays = co_await profile_id_of(account, stays_email);
  const auto vanishes = co_await profile_id_of(account, vanishes_email);
  for (const auto* one : {&stays, &vanishes}) {
    if (*one) continue;
    if (one->error().kind == Error::Kind::not_found)
      co_return std::string("nothing to merge, it knows one of them only");
    co_return fail(one->error());
  }
  if (*stays == *vanishes) co_return std::string("one profile already");
  const auto answer =
      co_await account.merge_profiles(connectors::klaviyo::merge_body(*stays, *vanishes));
  if (answer.outcome.kind != Outcome::Kind::delivered) {
    co_return fail(Error::Kind::unavailable,
                   fmt::format("Klaviyo did not merge the profiles: {}. Nothing was changed here",
                               answer.outcome.reason));
  }
  co_return fmt::format("profile {} goes into {}", *vanishes, *stays);
}

}  // namespace tillbridge::app
