#include "control/expectations.h"

#include <algorithm>

namespace sandbox::control {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using Kind = tillbridge::Error::Kind;

namespace {

// Either text or number, as people write rates.
std::map<std::string, std::string> text_map(const Object& body, std::string_view key) {
  std::map<std::string, std::string> map;
  const Object* object = json::object(body, key);
  if (object == nullptr) return map;
  for (const auto& entry : *object) {
    map[std::string(entry.key())] = entry.value().is_string()
                                        ? std::string(entry.value().as_string())
                                        : json::to_text(entry.value());
  }
  return map;
}

// Klaviyo's settings know "" as a choice of its own, unlike json::text().
Result<void> take(const Object& body, std::string_view key, std::string& into,
                  std::initializer_list<std::string_view> choices = {}) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return {};
  if (!value->is_string())
    return fail(Kind::invalid_input, "klaviyo." + std::string(key) + " must be text");
  const std::string_view text = value->get_string();
  if (choices.size() > 0 && std::find(choices.begin(), choices.end(), text) == choices.end())
    return fail(Kind::invalid_input, "klaviyo." + std::string(key) + " has an unknown value");
  into = text;
  return {};
}

Result<void> take(const Object& body, std::string_view key, std::vector<std::string>& into) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return {};
  const auto wrong = [key] {
    return fail(Kind::invalid_input, "klaviyo." + std::string(key) + " must be a list of texts");
  };
  if (!value->is_array()) return wrong();
  std::vector<std::string> texts;
  for (const auto& entry : value->get_array()) {
    if (!entry.is_string()) return wrong();
    texts.emplace_back(entry.get_string());
  }
  into = std::move(texts);
  return {};
}

Result<KlaviyoExpectations> klaviyo_of(const Object& body) {
  KlaviyoExpectations expected;
  TB_CHECK(take(body, "key_from", expected.key_from,
                {"email", "crm_customer_id", "crm_member_number", "phone"}));
  TB_CHECK(take(body, "id_prefix", expected.id_prefix));
  TB_CHECK(take(body, "external_id_from", expected.external_id_from,
                {"", "email", "crm_customer_id", "crm_member_number", "phone"}));
  TB_CHECK(take(body, "cancelled_metric", expected.cancelled_metric,
                {"", "Cancelled Order", "Canceled Order"}));
  TB_CHECK(take(body, "refund_ids", expected.refund_ids, {"order", "refund", "first"}));
  TB_CHECK(take(body, "value", expected.value, {"gross", "net"}));
  TB_CHECK(take(body, "source_name", expected.source_name));
  TB_CHECK(take(body, "purchased_skus_property", expected.purchased_skus_property));
  TB_CHECK(take(body, "test_domains", expected.test_domains));
  TB_CHECK(take(body, "shared_addresses", expected.shared_addresses));
  if (body.contains("purchased_skus_max")) {
    const auto most = json::integer(body, "purchased_skus_max");
    if (!most || *most < 1 || *most > 4'000)
      return fail(Kind::invalid_input, "klaviyo.purchased_skus_max is 1 to 4000");
    expected.purchased_skus_max = static_cast<std::size_t>(*most);
  }
  expected.history_before_s = json::integer(body, "history_before_s").value_or(0);
  return expected;
}

}  // namespace

Result<Expectations> expectations_of(const Object& body) {
  Expectations expected;
  expected.bloomreach = json::boolean(body, "bloomreach").value_or(true);
  if (const auto text = json::text(body, "hard_id")) expected.hard_id = *text;
  if (const auto text = json::text(body, "hard_id_from")) expected.hard_id_from = *text;
  expected.soft_ids = text_map(body, "soft_ids");
  if (const auto text = json::text(body, "cookie_id")) expected.cookie_id = *text;
  if (const auto text = json::text(body, "returns")) expected.returns = *text;
  if (const auto text = json::text(body, "cancelled")) expected.cancelled = *text;
  if (const auto text = json::text(body, "reference_currency")) expected.reference_currency = *text;
  expected.rates = text_map(body, "rates");
  expected.settling_ms = json::integer(body, "settling_ms").value_or(0);
  if (expected.returns != "event" && expected.returns != "status") {
    return fail(Kind::invalid_input, "returns is event or status");
  }
  if (expected.cancelled != "status" && expected.cancelled != "event" &&
      expected.cancelled != "none") {
    return fail(Kind::invalid_input, "cancelled is status, event or none");
  }
  if (const auto* given = body.if_contains("klaviyo"); given != nullptr && !given->is_null()) {
    if (!given->is_object()) return fail(Kind::invalid_input, "klaviyo must be an object");
    TB_TRY(expected.klaviyo, klaviyo_of(given->get_object()));
  }
  return expected;
}

}  // namespace sandbox::control
