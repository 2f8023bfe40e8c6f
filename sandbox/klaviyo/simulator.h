#pragma once
// A simulated Klaviyo account (contract klaviyo.md, section 16): events, profiles, consent, lists,
// metrics, jobs, privacy deletion and webhooks behind the vendor's paths, checks and limits, with
// faults on demand. Every event that passes the silent drops is reported once it is stored or met
// its duplicate, also when the 202 was lost. Core thread. Must outlive the server that its handler
// serves.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "base/result.h"
#include "http/server.h"
#include "klaviyo/settings.h"
#include "ledger/ledger.h"
#include "outbound/transport.h"

namespace sandbox::klaviyo {

enum class Channel { email, sms };

class Simulator {
 public:
  // Called at the time of storing, in order of acceptance; see ReceivedEvent for the members.
  // at_us is the time of the 202. exact_copy: the key (profile, metric, unique_id) was there with
  // the same content. A key that was there with other content is reported with exact_copy = false.
  using EventStored = std::function<void(const ReceivedEvent&)>;

  // transport carries the webhooks.
  Simulator(tillbridge::Loop& loop, const tillbridge::Clock& clock,
            tillbridge::outbound::Transport& transport, tillbridge::Entropy entropy,
            EventStored stored, Settings settings = {});
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Serves everything under /api/ and /oauth/token.
  tillbridge::http::Handler handler();

  // The work behind the 202s (storing, jobs, webhooks) happens in a task of its own.
  void start();
  tillbridge::Task<void> stop();
  // Does at once what is due. Calls do so by themselves.
  void apply_due();

  const Settings& settings() const;
  // Changes the named settings (see settings.h), among them {"preset": "none"|"storm"|"down"} and
  // {"quota_factor": 10}. Nothing changes when anything in it is wrong.
  tillbridge::Result<void> change(const boost::json::object& patch);
  boost::json::object describe() const;  // the settings; secrets are left out

  // Counters: requests, by_operation, throttled (by operation), windows_exceeded, by_answer,
  // by_fault, events {accepted, waiting, stored, dropped, copies, conflicting}, bulk_jobs,
  // profiles, merges, webhooks {...}, flow_triggers.
  boost::json::object status() const;

  std::vector<KlaviyoProfile> profiles() const;
  // The profiles of one e-mail address as GET /api/profiles shows them, with subscriptions.
  boost::json::array profiles_of(std::string_view email) const;

  // What people do at Klaviyo itself. `person` is an e-mail address or an E.164 number of a known
  // profile (not_found else); `at` defaults to now. Webhooks follow from these as from calls.
  tillbridge::Result<void> person_decides(std::string_view person, Channel channel, bool subscribe,
                                          std::optional<tillbridge::Instant> at = std::nullopt);
  tillbridge::Result<void> marks_as_spam(std::string_view email,
                                         std::optional<tillbridge::Instant> at = std::nullopt);
  // A message could not be delivered for good: HARD_BOUNCE, which no subscribe call lifts.
  tillbridge::Result<void> bounces(std::string_view email);
  // Clicks the link of every confirmation message that still waits for this person.
  tillbridge::Result<void> confirms_opt_in(std::string_view person);
  // As if it had been there before: attributes as in POST /api/profiles. Answers the id.
  tillbridge::Result<std::string> create_profile(const boost::json::object& attributes);

  // The test button: one entry of every topic of the webhook.
  tillbridge::Result<void> press_webhook_test(std::string_view webhook_id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sandbox::klaviyo
