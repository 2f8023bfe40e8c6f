#pragma once
// Klaviyo's consent engine (contract 10): subscribe, unsubscribe with its list trap, double opt-in,
// suppression, and what people do themselves. Core thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "klaviyo/profile.h"

namespace sandbox::klaviyo {

class Account;

struct ConsentAct {
  std::string channel;  // "email.marketing"
  std::optional<tillbridge::Instant> consented_at;
};

struct SubscribeOrder {
  std::string list_id;  // may be empty
  std::string custom_source;
  bool historical = false;
  tillbridge::Instant accepted{};  // what Klaviyo stamps when no time was given
};

void subscribe(Account& account, Profile& profile, const ConsentAct& act,
               const SubscribeOrder& order);
// Without a list, and for those who are not on it: everywhere.
void unsubscribe(Account& account, Profile& profile, std::string_view channel,
                 const std::string& list_id, tillbridge::Instant accepted);
// False when there was nothing to do.
bool suppress(Account& account, Profile& profile);
bool unsuppress(Account& account, Profile& profile);

// By the person: method PREFERENCE_PAGE.
void decide(Account& account, Profile& profile, std::string_view channel, bool subscribes,
            tillbridge::Instant at);
void complain(Account& account, Profile& profile, tillbridge::Instant at);
void bounce(Account& account, Profile& profile);
// False when nothing waited.
bool confirm(Account& account, Profile& profile);

// The newer record of each channel wins, leaving wins a tie.
void merge_consent(Profile& destination, const Profile& source);

// Whether the channel of this order waits for a click.
bool needs_confirmation(const Account& account, const SubscribeOrder& order);

}  // namespace sandbox::klaviyo
