// [workspace.klaviyo]: the connection, what its flows send, consent and the comparison.
#include <algorithm>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>

#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using flows::KlaviyoSettings;
using model::IdentitySource;
using Need = TableReader::Need;

constexpr Duration second = std::chrono::seconds{1};
constexpr Duration minute = std::chrono::minutes{1};
constexpr Duration hour = std::chrono::hours{1};
constexpr std::size_t webhook_secret_bytes_min = 16;  // klaviyo.md 11.2

bool is_number(IdentitySource source) {
  return source == IdentitySource::crm_customer_id || source == IdentitySource::crm_member_number;
}

bool has_space_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

// A private key, or an app's credentials: exactly one of them (klaviyo.md 2.3, 15).
void read_credentials(TableReader& reader, connectors::klaviyo::Config& into) {
  const bool by_key = reader.take("api_key") != nullptr;
  const auto oauth = reader.below("oauth");
  if (oauth->present()) {
    oauth->text("client_id", into.oauth.client_id, Need::required);
    oauth->secret("client_secret", into.oauth.client_secret);
    oauth->secret("refresh_token", into.oauth.refresh_token);
    oauth->finish();
    if (by_key)
      reader.problem("api_key", "stands beside [workspace.klaviyo.oauth]",
                     "keep one of them: sent by key and by app, every metric exists twice");
  } else if (by_key || reader.take("oauth") == nullptr) {
    reader.secret("api_key", into.api_key);
  }
  if (by_key && !into.api_key.empty() && !into.api_key.reveal().starts_with("pk_"))
    reader.warn("api_key", "does not look like a private key, which begins with pk_",
                "take the private key from Settings, API keys; the short public key cannot write");
}

void read_revision(TableReader& reader, std::string& into) {
  reader.text("revision", into);
  constexpr std::string_view form = "dddd-dd-dd";
  const std::string_view date = std::string_view(into).substr(0, form.size());
  bool fits = date.size() == form.size();
  for (std::size_t i = 0; fits && i < form.size(); ++i)
    fits = form[i] == '-' ? date[i] == '-' : date[i] >= '0' && date[i] <= '9';
  const std::string_view suffix = std::string_view(into).substr(date.size());
  fits = fits && (suffix.empty() || (suffix.size() > 1 && suffix[0] == '.' &&
                                     std::all_of(suffix.begin() + 1, suffix.end(),
                                                 [](char c) { return c >= 'a' && c <= 'z'; })));
  if (!fits)
    reader.problem("revision", fmt::format("'{}' is not a revision", into.substr(0, 40)),
                   "write its date, such as 2026-07-15");
}

void read_connection(TableReader& reader, Workspace& into) {
  auto& connection = into.klaviyo;
  reader.choice("mode", into.klaviyo_mode,
                {{"live", Mode::live}, {"shadow", Mode::shadow}, {"paused", Mode::paused}});
  reader.base_url("base_url", connection.base_url);
  read_revision(reader, connection.revision);
  read_credentials(reader, connection);
  if (reader.take("webhook_secret") != nullptr) {
    reader.secret("webhook_secret", connection.webhook_secret);
    const std::size_t bytes = connection.webhook_secret.reveal().size();
    if (bytes > 0 && bytes < webhook_secret_bytes_min)
      reader.problem("webhook_secret", "is shorter than 16 characters",
                     "Klaviyo takes at least 16; make a longer one and set it on both sides");
  }
  reader.text("list_id", connection.list_id);
  if (has_space_or_control(connection.list_id))
    reader.problem("list_id", "is not a list's id",
                   "take it from the list's settings, such as Ab12Cd");
  reader.number("quota_factor", connection.quota_factor, 0.01, 100);
  reader.whole("requests_in_flight_max", connection.requests_in_flight_max, 1, 256);
  reader.whole("events_per_job_max", connection.events_per_job_max, 1, 1'000);
  reader.whole("job_bytes_max", connection.job_bytes_max, 10'000, 5'000'000);
  reader.time("connect_time_max_s", connection.connect_time_max, second, 1, 300);
  reader.time("total_time_max_s", connection.total_time_max, second, 1, 600);
}

// "" : no external id. Without the key it follows key_from, so that events and profile have one.
void read_external_id(TableReader& reader, KlaviyoSettings& into) {
  std::optional<IdentitySource> chosen = IdentitySource::crm_customer_id;
  if (is_number(into.key_from)) chosen = into.key_from;
  reader.choice("external_id_from", chosen,
                {{"crm_customer_id", std::optional(IdentitySource::crm_customer_id)},
                 {"crm_member_number", std::optional(IdentitySource::crm_member_number)},
                 {"", std::optional<IdentitySource>()}});
  into.external_id_from = chosen;
  if (is_number(into.key_from) && chosen != into.key_from)
    reader.problem("external_id_from", "is another number than key_from",
                   "events would go to one external id and the profile to another: leave it out");
}

void read_identity(TableReader& reader, KlaviyoSettings& into) {
  read_identity_source(reader, "key_from", into.key_from);
  read_external_id(reader, into);
  reader.text("id_prefix", into.id_prefix);
  if (into.id_prefix.size() > 32 || has_space_or_control(into.id_prefix))
    reader.problem("id_prefix", "cannot begin an id",
                   "use up to 32 characters without blanks, such as sitoo:");
}

void read_test_domains(TableReader& reader, std::vector<std::string>& into) {
  reader.texts("test_domains", into);
  for (std::string& domain : into) {
    boost::algorithm::to_lower(domain, std::locale::classic());
    if (domain == "." || domain.find('@') != std::string::npos || has_space_or_control(domain))
      reader.problem("test_domains", fmt::format("'{}' is not a domain", domain.substr(0, 60)),
                     "write \"example.com\", or \".test\" for everything that ends so");
  }
}

void read_shared_addresses(TableReader& reader, std::vector<std::string>& into) {
  reader.texts("shared_addresses", into);
  for (std::string& address : into) {
    auto normal = model::normal_email(address);
    if (normal && !normal->empty())
      address = std::move(*normal);
    else
      reader.problem("shared_addresses", "holds a text that is not an e-mail address",
                     "write whole addresses: \"kassan@butik.se\"");
  }
}

void read_purchased_skus(TableReader& reader, KlaviyoSettings& into) {
  reader.text("purchased_skus_property", into.purchased_skus_property);
  const std::string& name = into.purchased_skus_property;
  if (name == "Last Store" || name == "Customer Number" || name == "Member Number")
    reader.problem("purchased_skus_property", fmt::format("'{}' is another property", name),
                   "give the list a name of its own");
  else if (name.starts_with('$') || name.size() > 100)
    reader.problem("purchased_skus_property", "cannot be a property's name",
                   "use up to 100 characters that do not begin with $");
  reader.whole("purchased_skus_max", into.purchased_skus_max, 1, 1'000);
}

void read_flows(TableReader& reader, KlaviyoSettings& into) {
  read_identity(reader, into);
  reader.choice("cancelled_metric", into.cancelled_metric,
                {{"Cancelled Order", std::string("Cancelled Order")},
                 {"Canceled Order", std::string("Canceled Order")},
                 {"", std::string()}});
  reader.choice("refund_ids", into.refund_ids,
                {{"order", KlaviyoSettings::RefundIds::order},
                 {"refund", KlaviyoSettings::RefundIds::refund},
                 {"first", KlaviyoSettings::RefundIds::first}});
  reader.choice("value", into.value,
                {{"gross", KlaviyoSettings::Value::gross}, {"net", KlaviyoSettings::Value::net}});
  reader.text("source_name", into.source_name);
  if (into.source_name.empty())
    reader.problem("source_name", "is empty", "name where the sales come from, such as POS");
  read_purchased_skus(reader, into);
  read_test_domains(reader, into.test_domains);
  read_shared_addresses(reader, into.shared_addresses);
  read_klaviyo_mapping(reader, into);
}

void read_consent(TableReader& reader, Workspace& into) {
  reader.choice("opt_in", into.klaviyo_double_opt_in, {{"single", false}, {"double", true}});
  reader.time("consent_fresh_min", into.klaviyo_consent_fresh, minute, 1, 1'440);
  reader.time("consent_poll_every_s", into.klaviyo_consent_poll_every, second, 5, 86'400);
}

void read_comparison(TableReader& reader, ComparisonSettings& into) {
  reader.time("every_h", into.every, hour, 1, 24 * 30);
  reader.whole("sample_profiles", into.sample_profiles, 0, 10'000);
  reader.flag("repair", into.repair);
  reader.time("visible_after_min", into.visible_after, minute, 0, 1'440);
  reader.finish();
}

}  // namespace

void read_klaviyo(TableReader& reader, Workspace& into) {
  into.klaviyo_connected = reader.present();
  if (!into.klaviyo_connected) return;
  read_connection(reader, into);
  read_flows(reader, into.klaviyo_flows);
  read_consent(reader, into);
  read_window(reader, "profile_window", into.klaviyo_profile_window);
  read_comparison(*reader.below("comparison"), into.klaviyo_comparison);
  reader.finish();
}

}  // namespace tillbridge::app
