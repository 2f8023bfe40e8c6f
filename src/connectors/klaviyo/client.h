#pragma once
// Klaviyo's API (klaviyo.md 2 to 14): one call per function call, no retries and no pacing of its
// own; the caller keeps the quotas (quotas.h). With OAuth, an expired token is refreshed before
// the call and once after a 401. Core thread.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "connectors/klaviyo/answer.h"
#include "connectors/klaviyo/config.h"
#include "model/customer_mapping.h"

namespace tillbridge::connectors::klaviyo {

// What Klaviyo says about one channel of a person (10.5).
struct ChannelConsent {
  model::ConsentState state = model::ConsentState::unknown;
  std::optional<Instant> changed_at;     // last_updated, else consent_timestamp, else suppression
  std::string method;                    // "PREFERENCE_PAGE", "" unknown
  bool suppressed = false;               // e-mail only: no marketing whatever the consent
  std::optional<Instant> suppressed_at;  // the newest suppression: the cursor of left_since()
  std::string suppression_reason;        // its reason: "HARD_BOUNCE", "SPAM_COMPLAINT", "" unknown
};
struct Profile {
  std::string id, email, external_id, phone_number, first_name, last_name;
  std::optional<Instant> updated;
  ChannelConsent email_consent, sms_consent;  // only when asked for
  model::TargetValues
      values;  // of find_person(): "attributes.email", "location.city", "properties.x"
};
struct Event {
  std::string id, metric_id, profile_id, unique_id, order_id, source_name;
  std::string email;  // of the profile, when included
  Instant at;
};
template <typename T>
struct Page {
  Answer answer;
  std::vector<T> items;
  std::string next;  // full URL of the next page, "" at the end
};

enum class ProfileKey { id, email, external_id, phone_number };

class Client {
 public:
  Client(outbound::Transport& transport, const Clock& clock, Config config);
  ~Client();

  // OAuth's refresh tokens are good for one use: told of each new one, so that the owner keeps it
  // for the next start. Before the first call.
  void on_refresh_token(std::function<void(const Secret& refresh_token)> keep);

  Task<Answer> create_event(std::string body);
  Task<Answer> create_events(std::string body);  // bulk job
  // At most 100 keys; those that are not found are not in the page.
  Task<Page<Profile>> find_profiles(ProfileKey key, std::vector<std::string> values,
                                    bool with_consent);
  // Whoever has this key, with consent and all values; at most this long.
  Task<Page<Profile>> find_person(ProfileKey key, std::string value, Duration within);
  // id: Klaviyo's id of the profile written ("" unless delivered).
  struct Imported {
    Answer answer;
    std::string id;
  };
  Task<Imported> import_profile(std::string body);
  Task<Answer> merge_profiles(std::string body);
  // Everybody with this address goes, with their history, some time later (13).
  Task<Answer> delete_person(std::string email);
  // The same by e-mail, phone number or Klaviyo's own id; it cannot be asked by external id.
  Task<Answer> delete_person(ProfileKey key, std::string value);
  Task<Answer> subscribe(std::string body);
  Task<Answer> unsubscribe(std::string body);
  // Whether the profile is on the list (GET /api/profiles/{id}/lists; further pages, if any, are
  // read as well).
  struct Membership {
    Answer answer;
    bool on_list = false;
  };
  Task<Membership> list_membership(std::string profile_id, std::string list_id);

  // Profiles that changed after `after`, oldest first, with consent and all values. next: continue
  // there.
  Task<Page<Profile>> changed_since(Instant after, std::string next);
  // Profiles whose e-mail suppression began after `after`, oldest first (10.5). next: continue
  // there.
  Task<Page<Profile>> left_since(Instant after, std::string next);
  // Metric name -> id of metrics of source API and Klaviyo's own, page by page. With OAuth those of
  // all sources, because the metrics' source is then the app, whose name is not known here.
  struct Metric {
    std::string id, name, integration;
  };
  Task<Page<Metric>> metrics(std::string next);
  // Events of a metric with from <= time < until, oldest first, with their profile's e-mail.
  Task<Page<Event>> events(std::string metric_id, Instant from, Instant until, std::string next);

  struct Account {
    Answer answer;
    std::string id, timezone, currency;
    bool test_account = false;
  };
  Task<Account> account();  // the connection test

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::connectors::klaviyo
