#pragma once
// What the handlers work with. Everything outlives the servers. Core thread.

#include <string>
#include <vector>

#include "api/accounts/accounts.h"
#include "api/accounts/single_sign_on.h"
#include "api/alert_desk.h"
#include "api/bulk_acts.h"
#include "api/live_feed.h"
#include "api/operations.h"
#include "api/privacy_desk.h"
#include "api/record_acts.h"
#include "api/settings_desk.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/turns.h"
#include "base/zone.h"
#include "desk/handbook.h"
#include "journal/journal.h"
#include "telemetry/metrics.h"

namespace tillbridge::api {

struct Rooms {
  Operations& operations;
  journal::Journal& journal;
  telemetry::Metrics& metrics;
  const Clock& clock;
  IdSource& ids;
  Accounts& accounts;
  SingleSignOn* single_sign_on;  // nullptr: not set up
  LiveFeed& live;
  Turns& turns;  // of acts on cases and settings
  const desk::Handbook& handbook;
  RecordActs& record_acts;
  BulkActs& bulk;
  AlertDesk& alerts;
  SettingsDesk& settings;
  PrivacyDesk& privacy;
  bool demo = false;
};

}  // namespace tillbridge::api
