#pragma once
// What is known about each person's consent, per address and channel, whoever said it: the newest
// decision by its own time, leaving wins a tie (docs/flows/klaviyo.md "Consent"). Kept in the
// journal; read by the till, the journeys and the channels. Core thread.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/task_group.h"
#include "journal/journal.h"
#include "model/tracking.h"

namespace tillbridge::app {

struct ConsentEntry {
  model::ConsentState state = model::ConsentState::unknown;
  Instant decided_at;
  std::string source;  // "Till, Uppsala Centrum", "Klaviyo: PREFERENCE_PAGE"
  Instant seen_at;
};
// Whether `said` replaces what was known.
bool is_newer(const ConsentEntry& said, const std::optional<ConsentEntry>& known);

// Under which connection and key the journal keeps it.
constexpr const char* consent_shelf = "consents";
std::string consent_key(model::ConsentChannel channel, const std::string& address);
std::optional<ConsentEntry> read_consent(const std::string& value);

class ConsentBook {
 public:
  ConsentBook(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
              std::string workspace);

  struct Said {
    std::string key;  // of its record: "consent/klaviyo/4aBcDeFgHiK"; known keys are ignored
    std::string external_id;  // of its arrival
    std::string connection;   // who said it
    journal::ArrivalSource via = journal::ArrivalSource::event;
    std::string address;  // normalised e-mail or phone
    model::ConsentChannel channel = model::ConsentChannel::email;
    ConsentEntry entry;
    std::string payload;                           // as received
    std::string reason;                            // what becomes of it, for the journey
    std::vector<journal::AddDelivery> deliveries;  // what follows; their record is filled in
  };
  struct Taken {
    bool fresh = false;                         // this was not known: stored now
    bool changed = false;                       // and it is the newest
    std::vector<journal::AddDelivery> to_send;  // stored as waiting: for their lanes
  };
  // Stores it with everything that follows; one at a time. A subscription that is not the newest
  // decision is kept, but its deliveries are stored as skipped.
  Task<Result<Taken>> take(Said said);

  Task<Result<std::optional<ConsentEntry>>> of(std::string address, model::ConsentChannel channel);

  // Klaviyo stamps what we tell it with the time at which it handled it: without knowing when that
  // was told last, it looks like a later decision made there.
  Task<Result<void>> note_telling(std::string address, model::ConsentChannel channel,
                                  model::ConsentState state);
  // Whether a decision stamped so is Klaviyo's echo of what we told it.
  Task<Result<bool>> is_echo(std::string address, model::ConsentChannel channel,
                             ConsentEntry theirs);

 private:
  Task<Result<Taken>> take_alone(Said said);
  Task<Result<std::optional<std::string>>> fact(std::string key);

  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  std::string workspace_;
  Signal free_;
  bool busy_ = false;
};

}  // namespace tillbridge::app
