#include "app/klaviyo_account.h"

namespace tillbridge::app {

using connectors::klaviyo::Answer;
using connectors::klaviyo::Client;
using connectors::klaviyo::Event;
using connectors::klaviyo::Operation;
using connectors::klaviyo::Page;
using connectors::klaviyo::Profile;

namespace {

template <typename T>
Answer& answer_of(T& made) {
  if constexpr (std::is_same_v<T, Answer>) {
    return made;
  } else {
    return made.answer;
  }
}

std::optional<engine::QuotaReport> report_of(const Answer& answer) {
  if (!answer.quota) return std::nullopt;
  return engine::QuotaReport{answer.quota->remaining, answer.quota->reset};
}

}  // namespace

KlaviyoAccount::KlaviyoAccount(Loop& loop, outbound::Transport& transport, const Clock& clock,
                               connectors::klaviyo::Config config)
    : loop_(loop), clock_(clock), config_(config), client_(transport, clock, std::move(config)) {}

engine::BudgetSettings KlaviyoAccount::budget_of(Operation operation) const {
  const auto windows = connectors::klaviyo::windows_of(operation);
  return engine::budget_for_windows(windows.per_second * config_.quota_factor,
                                    windows.per_minute * config_.quota_factor);
}

QuotaGate& KlaviyoAccount::gate(Operation operation) {
  const auto known = gates_.find(operation);
  if (known != gates_.end()) return known->second;
  engine::BudgetSettings budget = budget_of(operation);
  if (operation == Operation::find_profiles) budget.urgent_share = till_share_;
  return gates_.try_emplace(operation, loop_, clock_, budget).first->second;
}

// The call has not begun yet when it is handed over: it begins when it is awaited.
template <typename T>
Task<T> KlaviyoAccount::paced(Operation operation, Task<T> call) {
  QuotaGate& at = gate(operation);
  if (!co_await at.pass()) {
    T stopped;
    answer_of(stopped).outcome.reason = "not sent: Tillbridge is stopping";
    co_return stopped;
  }
  T made = co_await std::move(call);
  const Answer& answer = answer_of(made);
  at.answered(answer.outcome, report_of(answer));
  co_return made;
}

Task<Answer> KlaviyoAccount::create_event(std::string body) {
  return client_.create_event(std::move(body));
}
Task<Answer> KlaviyoAccount::create_events(std::string body) {
  return client_.create_events(std::move(body));
}
Task<Page<Profile>> KlaviyoAccount::find_profiles(connectors::klaviyo::ProfileKey key,
                                                  std::vector<std::string> values,
                                                  bool with_consent) {
  return paced(Operation::find_profiles,
               client_.find_profiles(key, std::move(values), with_consent));
}
Task<Page<Profile>> KlaviyoAccount::find_person_now(connectors::klaviyo::ProfileKey key,
                                                    std::string value, Duration within) {
  QuotaGate& at = gate(Operation::find_profiles);
  if (!at.pass_now()) {
    Page<Profile> refused;
    refused.answer.outcome.kind = Outcome::Kind::throttled;
    refused.answer.outcome.reason = "not asked: the windows for reading profiles are used up";
    co_return refused;
  }
  auto made = co_await client_.find_person(key, std::move(value), within);
  at.answered(made.answer.outcome, report_of(made.answer));
  co_return made;
}
Task<Client::Imported> KlaviyoAccount::import_profile(std::string body) {
  return paced(Operation::import_profile, client_.import_profile(std::move(body)));
}
Task<Answer> KlaviyoAccount::merge_profiles(std::string body) {
  return paced(Operation::merge_profiles, client_.merge_profiles(std::move(body)));
}
Task<Answer> KlaviyoAccount::delete_person(std::string email) {
  return paced(Operation::delete_person, client_.delete_person(std::move(email)));
}
Task<Answer> KlaviyoAccount::delete_person(connectors::klaviyo::ProfileKey key, std::string value) {
  return paced(Operation::delete_person, client_.delete_person(key, std::move(value)));
}
Task<Answer> KlaviyoAccount::subscribe(std::string body) {
  return paced(Operation::subscribe, client_.subscribe(std::move(body)));
}
Task<Answer> KlaviyoAccount::unsubscribe(std::string body) {
  return paced(Operation::unsubscribe, client_.unsubscribe(std::move(body)));
}
Task<Client::Membership> KlaviyoAccount::list_membership(std::string profile_id,
                                                         std::string list_id) {
  return paced(Operation::list_membership,
               client_.list_membership(std::move(profile_id), std::move(list_id)));
}
Task<Page<Profile>> KlaviyoAccount::changed_since(Instant after, std::string next) {
  return paced(Operation::find_profiles, client_.changed_since(after, std::move(next)));
}
Task<Page<Profile>> KlaviyoAccount::left_since(Instant after, std::string next) {
  return paced(Operation::find_profiles, client_.left_since(after, std::move(next)));
}
Task<Page<Client::Metric>> KlaviyoAccount::metrics(std::string next) {
  return paced(Operation::metrics, client_.metrics(std::move(next)));
}
Task<Page<Event>> KlaviyoAccount::events(std::string metric_id, Instant from, Instant until,
                                         std::string next) {
  return paced(Operation::read_events,
               client_.events(std::move(metric_id), from, until, std::move(next)));
}
Task<Client::Account> KlaviyoAccount::account() {
  return paced(Operation::account, client_.account());
}

void KlaviyoAccount::request_stop() {
  stopping_ = true;
  for (auto& [operation, one] : gates_) one.request_stop();
}

}  // namespace tillbridge::app
