#pragma once
// What the operations do with a call that has passed access, limits and shape. Core thread.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "klaviyo/account.h"
#include "klaviyo/agenda.h"
#include "klaviyo/errors.h"
#include "klaviyo/fault_plan.h"
#include "klaviyo/input.h"
#include "klaviyo/job.h"
#include "klaviyo/operation.h"
#include "klaviyo/query.h"
#include "klaviyo/resources.h"
#include "klaviyo/webhooks.h"
#include "ledger/ledger.h"

namespace sandbox::klaviyo {

struct Call {
  const Operation* operation = nullptr;
  std::string id;    // of the path
  std::string path;  // without a slash at the end
  Query query;
  boost::json::value body;
  std::uint64_t number = 0;
};

struct EventCounts {
  std::uint64_t accepted = 0, stored = 0, copies = 0, conflicting = 0;
  std::uint64_t dropped_test_domain = 0, dropped_over_limits = 0, dropped_by_chance = 0,
                dropped_for_nobody = 0;
};

class Calls {
 public:
  using EventStored = std::function<void(const ReceivedEvent&)>;
  Calls(const tillbridge::Clock& clock, const Settings& settings, Account& account, Agenda& agenda,
        Webhooks& webhooks, FaultPlan& dice, EventStored stored);

  Reply answer(const Call& call);
  const EventCounts& event_counts() const { return event_counts_; }
  std::uint64_t bulk_jobs() const { return bulk_jobs_; }

 private:
  Reply answer_rest(const Call& call);
  void in_order();

  // Events.
  Reply create_event(const Call& call);
  Reply bulk_create_events(const Call& call);
  Reply get_events(const Call& call);
  Reply get_event(const Call& call);
  struct Accepted;
  Reply accept(std::vector<Accepted> events);
  bool drops(const EventInput& input);
  void store(const Accepted& event);
  boost::json::array included(const Query& query, const std::vector<const StoredEvent*>& events);

  // Profiles.
  Reply get_profiles(const Call& call);
  Reply get_profile(const Call& call);
  Reply create_profile(const Call& call);
  Reply update_profile(const Call& call);
  Reply import_profile(const Call& call);
  Reply merge_profiles(const Call& call);
  Reply delete_person(const Call& call);
  Reply import_profiles(const Call& call);
  void run_import(Job& job, const boost::json::array& profiles);
  Reply get_import_errors(const Call& call);
  Reply written(int status, const Call& call, const Upserted& upserted);
  Reply profile_page(const Call& call, std::string_view list_id);

  // Jobs.
  Job& new_job(std::string type, std::int64_t total);
  void run_job(const std::string& job_id, std::function<void(Job&)> work);
  Reply get_job(const Call& call, std::string_view type);
  Reply get_jobs(const Call& call, std::string_view type);

  // Consent.
  Reply subscribe(const Call& call);
  Reply unsubscribe(const Call& call);
  Reply suppression(const Call& call, bool suppresses);

  // Lists, metrics, account.
  Reply get_lists(const Call& call);
  Reply create_list(const Call& call);
  Reply get_list(const Call& call);
  Reply change_members(const Call& call, bool adds);
  Reply get_profile_lists(const Call& call);
  Reply get_metrics(const Call& call);
  Reply get_metric(const Call& call);
  Reply get_account(const Call& call, bool as_list);

  // Webhooks.
  Reply webhook_call(const Call& call);
  Reply get_webhooks(const Call& call);
  Reply create_webhook(const Call& call);
  Reply update_webhook(const Call& call, Webhook& webhook);
  Reply topics(const Call& call);
  std::set<std::string> known_topics() const;
  Errors check_webhook(const boost::json::object& data) const;
  boost::json::object webhook_resource(const Webhook& webhook) const;

  const boost::json::object& data_of(const Call& call) const {
    return call.body.at("data").as_object();
  }
  tillbridge::Tick after_ms(std::int64_t ms) const {
    return clock_.tick() + std::chrono::milliseconds{ms};
  }

  const tillbridge::Clock& clock_;
  const Settings& settings_;
  Account& account_;
  Agenda& agenda_;
  Webhooks& webhooks_;
  FaultPlan& dice_;
  EventStored stored_;
  Jobs jobs_;
  EventCounts event_counts_;
  std::uint64_t bulk_jobs_ = 0;
};

// "event:klaviyo.unsubscribed_from_email_marketing".
std::string topic_of(const Metric& metric);
// One member of a delivery's data.
boost::json::object webhook_entry(const StoredEvent& event, const Metric& metric,
                                  const Settings& settings);

}  // namespace sandbox::klaviyo
