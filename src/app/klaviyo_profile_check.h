#pragma once
// A sample of a day's people, looked up at Klaviyo and held against the last profile write that it
// took for them. Says what differs; changes nothing. Core thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/klaviyo_account.h"
#include "app/klaviyo_deliveries.h"

namespace tillbridge::app {

struct KlaviyoPerson {
  std::string name;                         // as in the lanes
  std::pair<std::string, std::string> key;  // of the newest part about them
  struct Write {
    DeliveryId delivery;
    RecordId record;
    std::string effect;
    std::size_t part = 0;
    KlaviyoPart said;
  };
  std::optional<Write> write;  // the last one delivered
  bool under_way = false;      // a part about them is yet to go: not to be judged
  Instant accepted_at;         // of the newest part that is with Klaviyo
};
using KlaviyoPeople = std::map<std::string, KlaviyoPerson>;

// In the order of planning, older deliveries first.
void note_person(KlaviyoPeople& people, const KlaviyoDelivery& delivery);
// At most `most`, the same ones for the same day on every node.
std::vector<std::string> sample_of(const KlaviyoPeople& people, std::size_t most,
                                   const std::string& day);

struct ProfileFindings {
  std::uint64_t looked_at = 0;
  std::uint64_t missing = 0;
  std::uint64_t different = 0;          // of those with a profile write; whatever differs
  std::vector<KlaviyoPerson> to_write;  // no profile, or one without their number
  struct Conflict {
    KlaviyoPerson person;
    std::string profile_id, external_id;  // Klaviyo's
  };
  std::vector<Conflict> conflicts;
};
Task<Result<ProfileFindings>> check_profiles(KlaviyoAccount& account,
                                             std::vector<KlaviyoPerson> people);

}  // namespace tillbridge::app
