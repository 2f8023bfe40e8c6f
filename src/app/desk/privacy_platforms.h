#pragma once
// How the connected platforms are asked to forget a person: Klaviyo by data privacy deletion
// (klaviyo.md 13), Bloomreach by anonymising (bloomreach.md 14). Core thread.

#include <functional>

#include "app/desk/privacy.h"
#include "app/klaviyo_account.h"
#include "connectors/bloomreach/customer_client.h"
#include "flows/bloomreach_settings.h"

namespace tillbridge::app {

// sends: false while nothing may be sent (paused, shadow mode): asked later. account and what
// `sends` needs outlive the platform.
PrivacyPlatform klaviyo_privacy(KlaviyoAccount& account, std::function<bool()> sends);
PrivacyPlatform bloomreach_privacy(connectors::bloomreach::CustomerClient& client,
                                   flows::BloomreachSettings settings, std::function<bool()> sends);

// A system of the retailer's own that order events were relayed to: it cannot be asked by the hub,
// which says so in the proof.
PrivacyPlatform relay_privacy(const std::string& connection);

}  // namespace tillbridge::app
