#include "klaviyo/shapes.h"

#include <map>

namespace sandbox::klaviyo {
namespace {

using Kind = Shape::Kind;

Shape any_text() {
  return nullable(text());
}

Shape resource(std::string_view type, std::vector<Member> members) {
  members.insert(members.begin(), Member{"type", choice({type}), true});
  return object(std::move(members));
}
Shape data(Shape shape) {
  return object({{"data", std::move(shape), true}});
}
Shape link(std::string_view type) {
  return resource(type, {{"id", text(), true}});
}
Shape links(std::string_view type, std::size_t items_max) {
  return object({{"data", list(link(type), 1, items_max), true}});
}

Shape patch_meta() {
  const Shape properties = object({{"append", of_kind(Kind::free)},
                                   {"unappend", of_kind(Kind::free)},
                                   {"unset", of_kind(Kind::text_or_texts)}});
  const Shape identifiers =
      object({{"append", of_kind(Kind::free)}, {"unappend", of_kind(Kind::free)}});
  return object({{"patch_properties", properties}, {"patch_identifiers", identifiers}});
}

std::vector<Member> profile_members(bool with_exchange_id, bool with_anonymous_id,
                                    bool with_meta_inside) {
  const Shape coordinate = nullable(of_kind(Kind::number_or_text));
  const Shape location = nullable(object({{"address1", any_text()},
                                          {"address2", any_text()},
                                          {"city", any_text()},
                                          {"country", any_text()},
                                          {"latitude", coordinate},
                                          {"longitude", coordinate},
                                          {"region", any_text()},
                                          {"zip", any_text()},
                                          {"timezone", any_text()},
                                          {"ip", any_text()}}));
  std::vector<Member> members;
  for (const char* name : {"email", "phone_number", "external_id", "first_name", "last_name",
                           "organization", "locale", "title", "image"})
    members.push_back({name, any_text()});
  members.push_back({"location", location});
  members.push_back({"properties", nullable(of_kind(Kind::free))});
  if (with_exchange_id) members.push_back({"_kx", any_text()});
  if (with_anonymous_id) members.push_back({"anonymous_id", any_text()});
  if (with_meta_inside) members.push_back({"meta", patch_meta()});
  return members;
}

Shape upserted_profile() {
  return resource("profile", {{"id", any_text()},
                              {"attributes", object(profile_members(true, false, false)), true},
                              {"meta", patch_meta()}});
}

// In a bulk job `meta` stands beside the attributes, in a single event among them (contract 6.3).
Shape event_profile(bool in_bulk) {
  std::vector<Member> members = {
      {"id", any_text()}, {"attributes", object(profile_members(true, true, !in_bulk)), true}};
  if (in_bulk) members.push_back({"meta", patch_meta()});
  return data(resource("profile", std::move(members)));
}

std::vector<Member> event_members() {
  const Shape metric = resource(
      "metric", {{"attributes", object({{"name", text(), true}, {"service", any_text()}}), true}});
  return {{"properties", of_kind(Kind::free), true},
          {"time", nullable(of_kind(Kind::date_time))},
          {"value", nullable(of_kind(Kind::number))},
          {"value_currency", any_text()},
          {"unique_id", any_text()},
          {"backfill", nullable(of_kind(Kind::boolean))},
          {"metric", data(metric), true}};
}

Shape single_event() {
  std::vector<Member> members = event_members();
  members.push_back({"profile", event_profile(false), true});
  return data(resource("event", {{"attributes", object(std::move(members)), true}}));
}

// The limit of 1,000 counts events over all groups; it is checked with them.
Shape bulk_events() {
  constexpr std::size_t entries_max = 100'000;
  const Shape event = resource("event", {{"attributes", object(event_members()), true}});
  const Shape group =
      resource("event-bulk-create",
               {{"attributes",
                 object({{"backfill", nullable(of_kind(Kind::boolean))},
                         {"profile", event_profile(true), true},
                         {"events", object({{"data", list(event, 1, entries_max), true}}), true}}),
                 true}});
  const Shape groups = object({{"data", list(group, 1, entries_max), true}});
  return data(resource("event-bulk-create-job",
                       {{"attributes", object({{"events-bulk-create", groups, true}}), true}}));
}

Shape import_job() {
  constexpr std::size_t profiles_max = 10'000;
  const Shape profiles = object({{"data", list(upserted_profile(), 1, profiles_max), true}});
  return data(resource("profile-bulk-import-job",
                       {{"attributes", object({{"profiles", profiles, true}}), true},
                        {"relationships", object({{"lists", links("list", 100)}})}}));
}

Shape channel(std::string_view consent, bool with_time) {
  std::vector<Member> members = {{"consent", choice({consent}), true}};
  if (with_time) members.push_back({"consented_at", nullable(of_kind(Kind::date_time))});
  return object(std::move(members));
}

Shape subscriptions(bool subscribe) {
  const std::string_view consent = subscribe ? "SUBSCRIBED" : "UNSUBSCRIBED";
  const Shape one = channel(consent, subscribe);
  const Shape email = object({{"marketing", one}, {"open_tracking", channel(consent, false)}});
  const Shape sms = object({{"marketing", one}, {"transactional", one}});
  std::vector<Member> whatsapp = {{"marketing", one}, {"transactional", one}};
  if (!subscribe) whatsapp.push_back({"conversational", one});
  return object({{"email", email}, {"sms", sms}, {"whatsapp", object(std::move(whatsapp))}});
}

Shape consent_job(bool subscribe) {
  std::vector<Member> attributes = {{"email", any_text()},
                                    {"phone_number", any_text()},
                                    {"subscriptions", subscriptions(subscribe), true}};
  std::vector<Member> profile;
  std::vector<Member> job;
  if (subscribe) {
    attributes.push_back({"age_gated_date_of_birth", nullable(of_kind(Kind::date))});
    profile.push_back({"id", any_text()});
    job = {{"custom_source", any_text()}, {"historical_import", nullable(of_kind(Kind::boolean))}};
  }
  profile.push_back({"attributes", object(std::move(attributes)), true});
  const std::size_t profiles_max = subscribe ? 1000 : 100;
  job.push_back(
      {"profiles",
       object({{"data", list(resource("profile", std::move(profile)), 1, profiles_max), true}}),
       true});
  return data(resource(
      subscribe ? "profile-subscription-bulk-create-job" : "profile-subscription-bulk-delete-job",
      {{"attributes", object(std::move(job)), true},
       {"relationships", object({{"list", data(link("list"))}})}}));
}

Shape suppression_job(std::string_view type) {
  const Shape profile =
      resource("profile", {{"attributes", object({{"email", text(), true}}), true}});
  return data(resource(
      type, {{"attributes", object({{"profiles", object({{"data", list(profile, 1, 100), true}})}}),
              true},
             {"relationships",
              object({{"list", data(link("list"))}, {"segment", data(link("segment"))}})}}));
}

Shape deletion_job() {
  const Shape profile = resource(
      "profile",
      {{"id", any_text()},
       {"attributes", object({{"email", any_text()}, {"phone_number", any_text()}}), true}});
  return data(resource("data-privacy-deletion-job",
                       {{"attributes", object({{"profile", data(profile), true}}), true}}));
}

Shape webhook(bool is_new) {
  const Shape value = is_new ? text() : any_text();
  std::vector<Member> attributes = {{"name", value, is_new},
                                    {"description", any_text()},
                                    {"endpoint_url", value, is_new},
                                    {"secret_key", value, is_new}};
  if (!is_new) attributes.push_back({"enabled", nullable(of_kind(Kind::boolean))});
  std::vector<Member> members = {
      {"attributes", object(std::move(attributes)), true},
      {"relationships", object({{"webhook-topics", links("webhook-topic", 1000), is_new}}),
       is_new}};
  if (!is_new) members.push_back({"id", text(), true});
  return data(resource("webhook", std::move(members)));
}

std::map<Act, Shape> all_bodies() {
  const Shape membership = links("profile", 1000);
  std::map<Act, Shape> bodies;
  bodies[Act::create_event] = single_event();
  bodies[Act::bulk_create_events] = bulk_events();
  bodies[Act::create_profile] =
      data(resource("profile", {{"attributes", plain_profile_attributes(), true}}));
  bodies[Act::update_profile] =
      data(resource("profile", {{"id", text(), true},
                                {"attributes", plain_profile_attributes(), true},
                                {"meta", patch_meta()}}));
  bodies[Act::import_profile] = data(upserted_profile());
  bodies[Act::merge_profiles] =
      data(resource("profile-merge",
                    {{"id", text(), true},
                     {"relationships", object({{"profiles", links("profile", 1), true}}), true}}));
  bodies[Act::import_profiles] = import_job();
  bodies[Act::subscribe] = consent_job(true);
  bodies[Act::unsubscribe] = consent_job(false);
  bodies[Act::suppress] = suppression_job("profile-suppression-bulk-create-job");
  bodies[Act::unsuppress] = suppression_job("profile-suppression-bulk-delete-job");
  bodies[Act::create_list] = data(
      resource("list", {{"attributes",
                         object({{"name", text(), true},
                                 {"opt_in_process", choice({"double_opt_in", "single_opt_in"})}}),
                         true}}));
  bodies[Act::add_to_list] = membership;
  bodies[Act::remove_from_list] = membership;
  bodies[Act::delete_person] = deletion_job();
  bodies[Act::create_webhook] = webhook(true);
  bodies[Act::update_webhook] = webhook(false);
  return bodies;
}

}  // namespace

const Shape& plain_profile_attributes() {
  static const Shape shape = object(profile_members(false, false, false));
  return shape;
}

const Shape* body_of(Act act) {
  static const std::map<Act, Shape> bodies = all_bodies();
  const auto found = bodies.find(act);
  return found == bodies.end() ? nullptr : &found->second;
}

}  // namespace sandbox::klaviyo
