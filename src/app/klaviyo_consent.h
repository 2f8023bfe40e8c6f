#pragma once
// What Klaviyo says about people's consent, as decisions that are kept in the consent book, however
// it was learned: webhook, poll or a look before an act is sent. Core thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/consent_book.h"
#include "app/klaviyo_account.h"

namespace tillbridge::app {

// The newest decision that Klaviyo holds for a channel (klaviyo.md 10.5); nullopt: none is known. A
// complaint or a suppression by hand ends marketing like leaving does; a bounce is no decision.
std::optional<ConsentEntry> said_by_klaviyo(const connectors::klaviyo::ChannelConsent& theirs);

struct KlaviyoFinding {
  std::string key;  // event_key() or state_key(): the same finding is kept once
  journal::ArrivalSource via = journal::ArrivalSource::poll;
  std::string address;  // as Klaviyo has it
  model::ConsentChannel channel = model::ConsentChannel::email;
  ConsentEntry entry;
  std::string payload;  // as received
};
std::string event_key(const std::string& event_id);
std::string state_key(const std::string& profile_id, model::ConsentChannel channel,
                      const ConsentEntry& entry);

// Stores it unless it is known already, also when it was learned in another way, and unless it
// echoes what we told Klaviyo. An address that
// cannot be right is nobody's: nothing is stored, fresh is false.
Task<Result<ConsentBook::Taken>> keep_finding(ConsentBook& book, KlaviyoFinding finding);

// Profile id -> address on this channel, of those that Klaviyo still has and that have one.
using Addresses = std::map<std::string, std::string>;
Task<Result<Addresses>> addresses_of(KlaviyoAccount& account, std::vector<std::string> profile_ids,
                                     model::ConsentChannel channel);

}  // namespace tillbridge::app
