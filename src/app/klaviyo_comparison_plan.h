#pragma once
// What follows from a comparison with Klaviyo: which parts are sent again, what becomes a case,
// what is looked at again next time. Pure: a function of what was seen.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/klaviyo_deliveries.h"
#include "app/klaviyo_profile_check.h"
#include "app/klaviyo_read_back.h"
#include "base/zone.h"
#include "engine/case_types.h"

namespace tillbridge::app {

// What of a delivery is to be looked at next time, whatever day that compares.
struct KlaviyoWatched {
  std::uint64_t parts = 0;       // bit n: part n
  std::uint64_t sent_again = 0;  // of those: were missing and have been sent again
};
using KlaviyoWatchlist = std::map<DeliveryId, KlaviyoWatched>;

struct ComparisonLook {
  TimeSpan span;
  std::string label;  // "2026-06-12"
  bool repair = false;
  Zone zone;
  Instant now;
  Duration visible_after{0};

  KlaviyoWatchlist watched;
  std::vector<KlaviyoDelivery> deliveries;  // planned in the span, and the watched ones
  std::vector<KlaviyoDelivery> later;       // planned since, in the lanes that matter
  std::vector<desk::DeliveredEvent> events;
  desk::EventComparison compared;  // of `events`
  std::vector<desk::FoundEvent> orphaned;
  std::vector<std::string> sampled;  // people's names
  ProfileFindings profiles;
};

struct ComparisonActs {
  struct Again {
    RecordId record;
    std::uint64_t parts = 0;
    std::string note;  // for the journey
  };
  std::map<DeliveryId, Again> again;  // older deliveries first
  std::uint64_t events_again = 0;     // missing ones among them
  KlaviyoWatchlist watchlist;
  struct Case {
    engine::CaseType type = engine::CaseType::missing_effect;
    std::string group, text;
    std::optional<RecordId> record = std::nullopt;
    std::optional<DeliveryId> delivery = std::nullopt;
  };
  std::vector<Case> cases;
  std::vector<std::string> clear;  // groups of this day in which nothing is wrong any more
};

ComparisonActs decide(const ComparisonLook& look);

// The lanes whose later deliveries decide() has to know, for these events and people.
std::set<std::string> lanes_that_matter(const ComparisonLook& look);

}  // namespace tillbridge::app
