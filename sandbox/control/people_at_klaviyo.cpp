#include "control/people_at_klaviyo.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

Result<json::Object> decide_at_klaviyo(klaviyo::Simulator& klaviyo, const json::Object& body) {
  const auto email = json::text(body, "email");
  const auto phone = json::text(body, "phone");
  if (email.has_value() == phone.has_value())
    return fail(Kind::invalid_input, "either email or phone must be given");
  const std::string person = email ? *email : *phone;
  const std::string channel = json::text(body, "channel").value_or(email ? "email" : "sms");
  if (channel != "email" && channel != "sms")
    return fail(Kind::invalid_input, "channel is email or sms");
  std::optional<tillbridge::Instant> at;
  if (body.contains("at")) {
    const auto second = json::integer(body, "at");
    if (!second || *second < 0 || *second > 253'402'300'799)  // the year 9999
      return fail(Kind::invalid_input, "at is a time in Unix seconds");
    at = tillbridge::Instant{std::chrono::seconds{*second}};
  }
  const std::string decision = json::text(body, "decision").value_or("");
  if (decision == "subscribe" || decision == "unsubscribe") {
    TB_CHECK(klaviyo.person_decides(
        person, channel == "email" ? klaviyo::Channel::email : klaviyo::Channel::sms,
        decision == "subscribe", at));
  } else if (decision == "confirm") {
    TB_CHECK(klaviyo.confirms_opt_in(person));
  } else if (decision == "spam" && email) {
    TB_CHECK(klaviyo.marks_as_spam(*email, at));
  } else {
    return fail(Kind::invalid_input,
                "decision is subscribe, unsubscribe, confirm or, by e-mail, spam");
  }
  return json::Object{{"ok", true}};
}

}  // namespace sandbox::control
