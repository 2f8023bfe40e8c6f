#include "control/people_before.h"

#include <cmath>
#include <set>

#include "ledger/identity_text.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using sitoo::Shopper;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

constexpr auto since = std::chrono::hours{365 * 24};

Result<void> put_at_bloomreach(Town& town, const Shopper& shopper) {
  // What a careful project has: ids in their normal form (bloomreach.md 6.1).
  const std::string email = in_lower_case(shopper.email);
  bloomreach::ExternalIds ids = {{"registered", shopper.customer_id}};
  Object properties{{"first_name", shopper.name_first},
                    {"last_name", shopper.name_last},
                    {"member_number", shopper.member_number}};
  if (!email.empty()) {
    ids.emplace_back("email_id", email);
    properties["email"] = email;
  }
  if (!shopper.phone.empty()) {
    ids.emplace_back("phone_id", shopper.phone);
    properties["phone"] = shopper.phone;
  }
  const auto changed = tillbridge::to_unix_seconds(town.clock.now() - since);
  return town.bloomreach.put_profile(ids, properties, static_cast<double>(changed));
}

// Its id at Klaviyo.
Result<std::string> put_at_klaviyo(Town& town, const Shopper& shopper) {
  Object attributes{{"external_id", "sitoo:" + shopper.customer_id},
                    {"first_name", shopper.name_first},
                    {"last_name", shopper.name_last}};
  if (!shopper.email.empty()) attributes["email"] = shopper.email;
  if (!shopper.phone.empty()) attributes["phone_number"] = shopper.phone;
  return town.klaviyo.create_profile(attributes);
}

struct Wanted {
  bool bloomreach = false;
  bool klaviyo = false;
};

Result<Wanted> wanted_of(const Object& body) {
  Wanted wanted;
  if (!body.contains("platforms")) return Wanted{true, true};
  const auto* platforms = json::array(body, "platforms");
  if (platforms == nullptr) return fail(Kind::invalid_input, "platforms is a list");
  for (const auto& platform : *platforms) {
    if (platform == "bloomreach") {
      wanted.bloomreach = true;
    } else if (platform == "klaviyo") {
      wanted.klaviyo = true;
    } else {
      return fail(Kind::invalid_input, "platforms are bloomreach and klaviyo");
    }
  }
  return wanted;
}

}  // namespace

Result<Object> settle_customers(Town& town, const Object& body) {
  TB_TRY(const Wanted wanted, wanted_of(body));
  const auto* given = body.if_contains("share");
  if (given != nullptr && !given->is_number()) return fail(Kind::invalid_input, "share is 0 to 1");
  const double share = given == nullptr ? 1.0 : given->to_number<double>();
  if (!(share >= 0 && share <= 1)) return fail(Kind::invalid_input, "share is 0 to 1");

  town.klaviyo.apply_due();
  std::vector<std::size_t> settled;
  std::set<std::string> new_at_klaviyo;
  std::size_t at_bloomreach = 0, refused = 0;
  const auto& customers = town.customers.all();
  for (std::size_t i = 0; i < customers.size(); ++i) {
    // Evenly over all, so that those who come often and those who come rarely have their share.
    const double number = static_cast<double>(i);
    if (std::floor((number + 1) * share) <= std::floor(number * share)) continue;
    settled.push_back(i);
    if (wanted.bloomreach) {
      ++(put_at_bloomreach(town, customers[i].shopper) ? at_bloomreach : refused);
    }
    if (wanted.klaviyo) {
      if (const auto id = put_at_klaviyo(town, customers[i].shopper)) {
        new_at_klaviyo.insert(*id);
      } else {
        ++refused;  // there already
      }
    }
  }
  if (!new_at_klaviyo.empty()) {
    std::vector<KlaviyoProfile> stood = town.klaviyo.profiles();
    std::erase_if(stood, [&new_at_klaviyo](const KlaviyoProfile& profile) {
      return !new_at_klaviyo.contains(profile.id);
    });
    town.ledger.stood_before(stood);
  }
  if (wanted.bloomreach || wanted.klaviyo) town.till.people().are_known(settled);
  return Object{{"customers", settled.size()},
                {"bloomreach", at_bloomreach},
                {"klaviyo", new_at_klaviyo.size()},
                {"refused", refused}};
}

}  // namespace sandbox::control
