// A customer's own decision at the till about being addressed.

#include "flows/klaviyo.h"
#include "flows/klaviyo_person.h"

namespace tillbridge::flows {

Result<ConsentPlan> plan_consent_for_klaviyo(const std::string& address, std::string_view country,
                                             model::ConsentChannel channel,
                                             model::ConsentState decision, Instant at,
                                             const std::string& source,
                                             const KlaviyoSettings& settings) {
  const bool by_email = channel == model::ConsentChannel::email;
  if (decision == model::ConsentState::unknown)
    return fail(Error::Kind::invalid_input, "a consent act is either subscribe or unsubscribe");
  const Result<std::string> normal =
      by_email ? klaviyo::sound_email(address) : model::phone_e164(address, country);
  if (!normal) return fail(normal.error());
  if (normal->empty())
    return fail(Error::Kind::invalid_input,
                by_email ? "the consent act names no e-mail" : "the consent act names no phone");
  if (const std::string nobody = by_email ? klaviyo::nobody_behind(*normal, settings) : "";
      !nobody.empty()) {
    return fail(Error::Kind::invalid_input, "the e-mail is " + nobody);
  }
  ConsentPlan plan;
  plan.flow = "consent_to_klaviyo";
  plan.effect = "consent/" + std::string(model::name(channel)) + "/" + *normal + "/" +
                std::to_string(to_unix_seconds(at));
  plan.lane = "consent/" + *normal;
  plan.act.who.ids.emplace_back(by_email ? "email" : "phone_number", *normal);
  plan.act.channel = channel;
  plan.act.decision = decision;
  plan.act.at = std::chrono::floor<std::chrono::seconds>(at);
  plan.act.source = source;
  return plan;
}

}  // namespace tillbridge::flows
