#include "app/till_register.h"

namespace tillbridge::app {

TillRegister::TillRegister(Surroundings on, const Workspace& workspace,
                           std::uint32_t settings_version, Parts parts)
    : settings_(workspace.crm),
      consents_(parts.consents),
      klaviyo_(workspace.klaviyo_connected),
      index_(on.clock, on.journal, workspace.name),
      redemptions_(parts.turns, on.clock, on.journal, on.ids, settings_, settings_version),
      redemption_watch_(on.loop, parts.turns, on.clock, on.journal, on.ids, settings_),
      purchases_(on.journal, workspace.name, workspace.sitoo),
      plans_(on, {workspace.name, settings_version, settings_.categories}, targets_of(workspace),
             parts.consent_desk, parts.deliver),
      desk_(desk_parts(on, parts), settings_, settings_version),
      server_(on.clock, on.ids, on.metrics, settings_, desk_) {
  if (parts.source != nullptr) {
    sync_ = std::make_unique<CustomerSync>(on, workspace.name, workspace.crm_sync_every,
                                           *parts.source, desk_);
  }
}

void TillRegister::start(TaskGroup& tasks) {
  desk_.start(tasks);
  if (!settings_.promotions.empty()) tasks.start(redemption_watch_.run());
  if (sync_) tasks.start(sync_->run());
}

void TillRegister::request_stop() {
  redemption_watch_.request_stop();
  if (sync_) sync_->request_stop();
}

crm::DeskParts TillRegister::desk_parts(Surroundings on, const Parts& parts) {
  crm::DeskParts made{on.loop,      on.clock, on.journal,   on.ids, index_, parts.turns,
                      parts.source, plans_,   redemptions_, {},     {}};
  made.purchases = [this](model::Customer customer, std::size_t limit) {
    return purchases_.of(std::move(customer), limit);
  };
  if (klaviyo_) {
    made.consents = [this](model::Customer customer) {
      return decided_at_klaviyo(std::move(customer));
    };
  }
  return made;
}

Task<Result<std::vector<model::ConsentDecision>>> TillRegister::decided_at_klaviyo(
    model::Customer customer) {
  std::vector<model::ConsentDecision> decisions;
  for (const model::ConsentCategory& category : settings_.categories) {
    if (!category.klaviyo) continue;
    const bool email = *category.klaviyo == model::ConsentChannel::email;
    const std::string address = email                     ? customer.email
                                : customer.phones.empty() ? std::string{}
                                                          : customer.phones.front();
    if (address.empty()) continue;
    const auto entry = co_await consents_.of(address, *category.klaviyo);
    if (!entry) co_return fail(entry.error());
    if (!*entry || (*entry)->state == model::ConsentState::unknown) continue;
    decisions.push_back({category.id, (*entry)->state == model::ConsentState::subscribed,
                         (*entry)->decided_at, (*entry)->source});
  }
  co_return decisions;
}

}  // namespace tillbridge::app
