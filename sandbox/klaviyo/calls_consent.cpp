// Subscribe and unsubscribe jobs (contract 10.2, 10.3).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "klaviyo/calls.h"
#include "klaviyo/consent.h"
#include "klaviyo/times.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> channels = {{
    {"email", "marketing"},
    {"email", "open_tracking"},
    {"sms", "marketing"},
    {"sms", "transactional"},
    {"whatsapp", "marketing"},
    {"whatsapp", "transactional"},
    {"whatsapp", "conversational"},
}};

struct Person {
  ProfileWrite who;
  std::vector<ConsentAct> acts;
};

std::string list_of(const bj::object& data) {
  const auto* relationships = tillbridge::json::object(data, "relationships");
  const auto* list =
      relationships == nullptr ? nullptr : tillbridge::json::object(*relationships, "list");
  return list == nullptr ? "" : list->at("data").at("id").as_string().c_str();
}

bool has_identifier(const ProfileWrite& who, std::string_view kind) {
  const auto found = who.identifiers.find(kind);
  return !who.id.empty() || (found != who.identifiers.end() && found->second.has_value());
}

// A subscribe order's rules about times and SMS.
class ActCheck {
 public:
  ActCheck(const Settings& settings, const SubscribeOrder& order, bool list_is_double,
           tillbridge::Instant now)
      : settings_(settings), order_(order), list_is_double_(list_is_double), now_(now) {}

  void check(const ConsentAct& act, const Person& person, bool has_birth_date,
             const std::string& place, Errors& errors) const {
    const bool has_time = act.channel != "email.open_tracking";
    if (act.consented_at && !order_.historical) {
      errors.push_back(invalid(place + "/consented_at",
                               "'consented_at' is allowed with 'historical_import' only."));
    } else if (!act.consented_at && order_.historical && has_time) {
      errors.push_back(
          invalid(place + "/consented_at", "'historical_import' needs 'consented_at'."));
    } else if (act.consented_at && *act.consented_at > now_) {
      errors.push_back(invalid(place + "/consented_at", "'consented_at' lies in the future."));
    }
    if (!act.channel.starts_with("sms")) return;
    if (act.consented_at && list_is_double_)
      errors.push_back(invalid(place + "/consented_at",
                               "SMS consent with a time is not possible with double opt-in."));
    const auto phone = person.who.identifiers.find("phone_number");
    if (phone == person.who.identifiers.end() || !phone->second) return;
    if (!settings_.sms_set_up || !is_in(settings_.sms_countries, *phone->second))
      errors.push_back(invalid(place, "There is no sending number for this phone's region."));
    if (is_in(settings_.sms_age_gated_countries, *phone->second) && !has_birth_date)
      errors.push_back(invalid(place, "This country needs 'age_gated_date_of_birth'."));
  }

 private:
  static bool is_in(const std::set<std::string>& countries, const std::string& phone) {
    return std::any_of(countries.begin(), countries.end(),
                       [&phone](const std::string& code) { return phone.starts_with(code); });
  }

  const Settings& settings_;
  const SubscribeOrder& order_;
  bool list_is_double_;
  tillbridge::Instant now_;
};

Person person_of(const bj::object& resource, const Settings& settings, const std::string& place,
                 Errors& errors) {
  Person person;
  person.who = profile_write(resource, settings, place, errors);
  const bj::object& subscriptions = resource.at("attributes").at("subscriptions").as_object();
  for (const auto& [channel, kind] : channels) {
    const auto* of_channel = tillbridge::json::object(subscriptions, channel);
    const auto* one = of_channel == nullptr ? nullptr : tillbridge::json::object(*of_channel, kind);
    if (one == nullptr) continue;
    ConsentAct act;
    act.channel = fmt::format("{}.{}", channel, kind);
    if (const auto at = tillbridge::json::text(*one, "consented_at"))
      act.consented_at = time_of(*at);
    const std::string_view needed = channel == "email" ? "email" : "phone_number";
    if (!has_identifier(person.who, needed))
      errors.push_back(invalid(fmt::format("{}/attributes/{}", place, needed),
                               fmt::format("'{}' is needed for this channel.", needed)));
    person.acts.push_back(std::move(act));
  }
  if (person.acts.empty())
    errors.push_back(invalid(place + "/attributes/subscriptions", "No channel is named."));
  return person;
}

}  // namespace

Reply Calls::subscribe(const Call& call) {
  const bj::object& data = data_of(call);
  const bj::object& attributes = data.at("attributes").as_object();
  SubscribeOrder order;
  order.accepted = clock_.now();
  order.list_id = list_of(data);
  order.custom_source = tillbridge::json::text(attributes, "custom_source").value_or("");
  order.historical = tillbridge::json::boolean(attributes, "historical_import").value_or(false);
  const ListRecord* list = order.list_id.empty() ? nullptr : account_.list(order.list_id);
  if (list == nullptr && !order.list_id.empty())
    return error_reply(not_found("list", order.list_id));
  const std::string& opt_in = list == nullptr ? settings_.default_opt_in : list->opt_in_process;
  const ActCheck rules(settings_, order, opt_in == "double_opt_in", clock_.now());
  const bj::array& profiles = attributes.at("profiles").at("data").as_array();
  Errors errors;
  std::vector<Person> people;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const std::string place = fmt::format("/data/attributes/profiles/data/{}", i);
    const bj::object& resource = profiles[i].as_object();
    Person person = person_of(resource, settings_, place, errors);
    const bool has_birth_date =
        tillbridge::json::text(resource.at("attributes").as_object(), "age_gated_date_of_birth")
            .has_value();
    for (const ConsentAct& act : person.acts) {
      std::string channel = act.channel;
      std::replace(channel.begin(), channel.end(), '.', '/');
      rules.check(act, person, has_birth_date,
                  fmt::format("{}/attributes/subscriptions/{}", place, channel), errors);
    }
    people.push_back(std::move(person));
  }
  if (!errors.empty()) return error_reply(errors);
  agenda_.write(after_ms(settings_.consent_delay_ms), [this, people, order] {
    for (const Person& person : people) {
      if (person.who.identifiers.empty() && account_.find(person.who.id) == nullptr) continue;
      Profile& profile = *account_.upsert(person.who, false).profile;
      for (const ConsentAct& act : person.acts) klaviyo::subscribe(account_, profile, act, order);
    }
  });
  return empty_reply(202);
}

Reply Calls::unsubscribe(const Call& call) {
  const bj::object& data = data_of(call);
  const std::string list_id = list_of(data);
  if (!list_id.empty() && account_.list(list_id) == nullptr)
    return error_reply(not_found("list", list_id));
  const bj::array& profiles = data.at("attributes").at("profiles").at("data").as_array();
  Errors errors;
  std::vector<Person> people;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    people.push_back(person_of(profiles[i].as_object(), settings_,
                               fmt::format("/data/attributes/profiles/data/{}", i), errors));
  }
  if (!errors.empty()) return error_reply(errors);
  agenda_.write(after_ms(settings_.consent_delay_ms),
                [this, people, list_id, accepted = clock_.now()] {
                  for (const Person& person : people) {
                    Profile& profile = *account_.upsert(person.who, false).profile;
                    const bool on_list = profile.lists.contains(list_id);
                    for (const ConsentAct& act : person.acts) {
                      // Whoever was on the list when the job began leaves it with all channels.
                      if (on_list && !profile.lists.contains(list_id)) break;
                      klaviyo::unsubscribe(account_, profile, act.channel, list_id, accepted);
                    }
                  }
                });
  return empty_reply(202);
}

}  // namespace sandbox::klaviyo
