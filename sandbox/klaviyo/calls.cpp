#include "klaviyo/calls.h"

namespace sandbox::klaviyo {

Calls::Calls(const tillbridge::Clock& clock, const Settings& settings, Account& account,
             Agenda& agenda, Webhooks& webhooks, FaultPlan& dice, EventStored stored)
    : clock_(clock),
      settings_(settings),
      account_(account),
      agenda_(agenda),
      webhooks_(webhooks),
      dice_(dice),
      stored_(std::move(stored)) {}

Reply Calls::answer(const Call& call) {
  switch (call.operation->act) {
    case Act::create_event:
      return create_event(call);
    case Act::bulk_create_events:
      return bulk_create_events(call);
    case Act::get_events:
      return get_events(call);
    case Act::get_event:
      return get_event(call);
    case Act::get_profiles:
      return get_profiles(call);
    case Act::get_profile:
      return get_profile(call);
    case Act::create_profile:
      in_order();
      return create_profile(call);
    case Act::update_profile:
      in_order();
      return update_profile(call);
    case Act::import_profile:
      in_order();
      return import_profile(call);
    case Act::merge_profiles:
      return merge_profiles(call);
    case Act::delete_person:
      return delete_person(call);
    case Act::subscribe:
      return subscribe(call);
    case Act::unsubscribe:
      return unsubscribe(call);
    default:
      return answer_rest(call);
  }
}

Reply Calls::answer_rest(const Call& call) {
  constexpr std::string_view import = "profile-bulk-import-job";
  constexpr std::string_view suppress = "profile-suppression-bulk-create-job";
  constexpr std::string_view unsuppress = "profile-suppression-bulk-delete-job";
  switch (call.operation->act) {
    case Act::import_profiles:
      return import_profiles(call);
    case Act::get_import_jobs:
      return get_jobs(call, import);
    case Act::get_import_job:
      return get_job(call, import);
    case Act::get_import_errors:
      return get_import_errors(call);
    case Act::suppress:
      return suppression(call, true);
    case Act::unsuppress:
      return suppression(call, false);
    case Act::get_suppress_jobs:
      return get_jobs(call, suppress);
    case Act::get_suppress_job:
      return get_job(call, suppress);
    case Act::get_unsuppress_jobs:
      return get_jobs(call, unsuppress);
    case Act::get_unsuppress_job:
      return get_job(call, unsuppress);
    case Act::get_lists:
      return get_lists(call);
    case Act::create_list:
      return create_list(call);
    case Act::get_list:
      return get_list(call);
    case Act::get_list_profiles:
    case Act::get_list_profile_ids:
      if (account_.list(call.id) == nullptr) return error_reply(not_found("list", call.id));
      return profile_page(call, call.id);
    case Act::add_to_list:
    case Act::remove_from_list:
      return change_members(call, call.operation->act == Act::add_to_list);
    case Act::get_profile_lists:
      return get_profile_lists(call);
    case Act::get_metrics:
      return get_metrics(call);
    case Act::get_metric:
      return get_metric(call);
    case Act::get_accounts:
    case Act::get_account:
      return get_account(call, call.operation->act == Act::get_accounts);
    default:
      return webhook_call(call);
  }
}

// A profile write comes after what was accepted before it, although that is stored later.
void Calls::in_order() {
  if (settings_.writes_in_order) agenda_.run_all_writes();
}

}  // namespace sandbox::klaviyo
