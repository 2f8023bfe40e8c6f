#include "ledger/klaviyo_profiles.h"

#include "ledger/comparison.h"
#include "ledger/expected_klaviyo.h"
#include "ledger/identity_text.h"

namespace sandbox {
namespace {

namespace bj = boost::json;

using Index = std::unordered_multimap<std::string, const KlaviyoProfile*>;

// A profile's value of the identifier that events carry.
std::string identifier_of(const KlaviyoProfile& profile, std::string_view kind) {
  if (kind == "email") return in_lower_case(profile.email);
  return kind == "phone_number" ? profile.phone_number : profile.external_id;
}

std::optional<std::string> text_differs(std::string_view name, const std::string& expected,
                                        const std::string& got) {
  if (expected == got) return std::nullopt;
  return std::string(name) + " is \"" + got + "\", expected \"" + expected + "\"";
}

std::optional<std::string> property_differs(const KlaviyoProfile& profile, std::string_view name,
                                            const std::string& expected) {
  const bj::value* found = profile.properties.if_contains(name);
  if (found != nullptr && !found->is_string() && !found->is_null())
    return std::string(name) + " is " + shown(*found);
  const std::string got =
      found == nullptr || found->is_null() ? std::string() : std::string(found->get_string());
  return text_differs(name, expected, got);
}

bool is_list_of(const bj::value* got, const std::vector<std::string>& expected) {
  if (got == nullptr || got->is_null()) return expected.empty();
  bj::array list;
  for (const std::string& sku : expected) list.emplace_back(bj::string(sku));
  return *got == list;
}

std::string shown_list(const std::vector<std::string>& list) {
  bj::array shown_as;
  for (const std::string& sku : list) shown_as.emplace_back(bj::string(sku));
  return shown(shown_as);
}

class Judge {
 public:
  Judge(const ProfileContext& context, const std::vector<KlaviyoProfile>& profiles)
      : people_(context.people),
        profiles_(profiles),
        waiting_(context.waiting),
        before_(context.before),
        register_writes_(context.register_writes),
        expectations_(context.expectations),
        kind_(klaviyo_identifier(expectations_)) {}

  ProfileVerdict verdict() {
    Index index;
    for (const KlaviyoProfile& profile : profiles_)
      index.emplace(identifier_of(profile, kind_), &profile);
    std::vector<std::pair<const Person*, PersonState>> judged;
    for (const Person& person : people_.all()) {
      if (!person.has_orders() || waiting_.contains(&person)) continue;
      PersonState state = person.state(expectations_);
      if (state.tangled) continue;
      if (!state.phone.empty()) ++owners_of_phone_[state.phone];
      if (!state.email.empty()) ++owners_of_email_[state.email];
      judged.emplace_back(&person, std::move(state));
    }
    for (const auto& [person, state] : judged) {
      expected_keys_.insert(state.key);
      const auto [begin, end] = index.equal_range(state.key);
      const auto count = static_cast<std::uint64_t>(std::distance(begin, end));
      if (count == 0) {
        ++verdict_.missing;
        find(state.key, "is not there");
      } else if (count > 1) {
        verdict_.invented += count - 1;
        find(state.key, "is there " + std::to_string(count) + " times");
      } else if (const auto differs = difference(*person, state, *begin->second)) {
        ++verdict_.wrong;
        find(state.key, *differs);
      }
    }
    for (const KlaviyoProfile& profile : profiles_) judge_stray(profile);
    return std::move(verdict_);
  }

 private:
  void find(const std::string& key, const std::string& what) {
    verdict_.findings.push_back("profile of " + key + ": " + what);
  }

  std::optional<std::string> difference(const Person& person, const PersonState& state,
                                        const KlaviyoProfile& profile) const {
    const KlaviyoProfile& before = stood_as(profile);
    if (kind_ != "external_id" && !(person.numbers.empty() && state.attributes_uncertain)) {
      // Who was there under a number keeps it, whatever a sale says.
      std::string owner = before.external_id;
      if (owner.empty() && !person.numbers.empty())
        owner = expectations_.id_prefix + person.numbers.front().number;
      if (auto differs = text_differs("external_id", owner, profile.external_id)) return differs;
    }
    if (auto differs = property_differs(profile, "Last Store", state.store)) return differs;
    if (auto differs = list_differs(state, profile)) return differs;
    if (auto differs = stray_property(profile)) return differs;
    // Two people who claim one phone or e-mail: a case, and who has it is for the steward.
    const bool disputed = person.numbers.size() > 1 || has_other_number(before, person) ||
                          is_shared(owners_of_phone_, state.phone) ||
                          (kind_ != "email" && is_shared(owners_of_email_, state.email));
    if (state.attributes_uncertain || disputed || is_of_register(profile)) return std::nullopt;
    return attributes_differ(with_what_stood(state, before), profile);
  }

  const KlaviyoProfile& stood_as(const KlaviyoProfile& profile) const {
    static const KlaviyoProfile fresh;
    const auto known = before_.find(profile.id);
    return known == before_.end() ? fresh : known->second;
  }

  bool has_other_number(const KlaviyoProfile& before, const Person& person) const {
    return !before.external_id.empty() && !person.numbers.empty() &&
           before.external_id != expectations_.id_prefix + person.numbers.front().number;
  }

  // No sale takes away what the profile had.
  static PersonState with_what_stood(PersonState state, const KlaviyoProfile& before) {
    const auto keep = [](std::string& into, const std::string& stood) {
      if (into.empty()) into = stood;
    };
    keep(state.email, in_lower_case(before.email));
    keep(state.phone, before.phone_number);
    keep(state.first_name, before.first_name);
    keep(state.last_name, before.last_name);
    return state;
  }

  // Staff had something written about this person: names and numbers may be theirs.
  bool is_of_register(const KlaviyoProfile& profile) const {
    const std::string& prefix = expectations_.id_prefix;
    const bool has_number = profile.external_id.starts_with(prefix);
    return register_writes_.names(profile.email) || register_writes_.names(profile.phone_number) ||
           (has_number && register_writes_.names(profile.external_id.substr(prefix.size())));
  }

  // Somebody who was there before, and whom nobody has touched.
  bool stands_as_before(const KlaviyoProfile& profile) const {
    const auto known = before_.find(profile.id);
    if (known == before_.end()) return false;
    const KlaviyoProfile& before = known->second;
    return profile.email == before.email && profile.external_id == before.external_id &&
           profile.phone_number == before.phone_number && profile.first_name == before.first_name &&
           profile.last_name == before.last_name && profile.properties == before.properties;
  }

  std::optional<std::string> attributes_differ(const PersonState& state,
                                               const KlaviyoProfile& profile) const {
    if (kind_ != "email") {
      if (auto differs = text_differs("email", state.email, in_lower_case(profile.email)))
        return differs;
    }
    if (kind_ != "phone_number") {
      if (auto differs = text_differs("phone_number", state.phone, profile.phone_number))
        return differs;
    }
    if (auto differs = text_differs("first_name", state.first_name, profile.first_name))
      return differs;
    if (auto differs = text_differs("last_name", state.last_name, profile.last_name))
      return differs;
    if (auto differs = property_differs(profile, "Customer Number", state.customer_number))
      return differs;
    return property_differs(profile, "Member Number", state.member_number);
  }

  std::optional<std::string> list_differs(const PersonState& state,
                                          const KlaviyoProfile& profile) const {
    const std::string& name = expectations_.purchased_skus_property;
    if (name.empty()) return std::nullopt;
    const bj::value* got = profile.properties.if_contains(name);
    if (is_list_of(got, state.skus_by_first_row) || is_list_of(got, state.skus_by_last_row))
      return std::nullopt;
    return name + " is " + (got == nullptr ? std::string("absent") : shown(*got)) + ", expected " +
           shown_list(state.skus_by_first_row);
  }

  bool is_ours(std::string_view property) const {
    return property == "Customer Number" || property == "Member Number" ||
           property == "Last Store" ||
           (!property.empty() && property == expectations_.purchased_skus_property);
  }

  // Names with $ are Klaviyo's own.
  std::optional<std::string> stray_property(const KlaviyoProfile& profile) const {
    for (const auto& [key, value] : profile.properties)
      if (!is_ours(key) && !key.starts_with("$"))
        return "property " + std::string(key) + " is not expected";
    return std::nullopt;
  }

  static bool is_shared(const std::unordered_map<std::string, int>& owners,
                        const std::string& value) {
    const auto found = owners.find(value);
    return found != owners.end() && found->second > 1;
  }

  // A profile with marks of the hub that nobody's orders call for: of a test address, of a guest,
  // or left behind when the e-mail changed. Klaviyo itself may know people whom no till knows.
  void judge_stray(const KlaviyoProfile& profile) {
    const std::string key = identifier_of(profile, kind_);
    if (expected_keys_.contains(key)) return;
    if (stands_as_before(profile) || is_of_register(profile)) return;
    const Person* person = people_.by_key(key);
    if (person != nullptr && (waiting_.contains(person) || person->state(expectations_).tangled))
      return;
    const std::string& prefix = expectations_.id_prefix;
    bool is_the_hubs = !profile.external_id.empty() && profile.external_id.starts_with(prefix);
    for (const auto& [name, value] : profile.properties) is_the_hubs = is_the_hubs || is_ours(name);
    if (!is_the_hubs) return;
    ++verdict_.invented;
    find(key.empty() ? profile.id : key, "nothing calls for it");
  }

  const KlaviyoPeople& people_;
  const std::vector<KlaviyoProfile>& profiles_;
  const std::unordered_set<const Lane*>& waiting_;
  const ProfilesBefore& before_;
  const RegisterWrites& register_writes_;
  const KlaviyoExpectations& expectations_;
  const std::string kind_;
  std::unordered_set<std::string> expected_keys_;
  std::unordered_map<std::string, int> owners_of_phone_, owners_of_email_;
  ProfileVerdict verdict_;
};

}  // namespace

ProfileVerdict judge_profiles(const ProfileContext& context,
                              const std::vector<KlaviyoProfile>& profiles) {
  return Judge(context, profiles).verdict();
}

}  // namespace sandbox
