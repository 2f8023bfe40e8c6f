#pragma once
// Reading customers from Bloomreach's data API, and the few writes that go with it (bloomreach.md
// 7, 8, 14): one call per function call, no retries and no pacing of its own (own limit suggested:
// 10 calls/s, U8). Core thread.
//
// Outcomes of reads: delivered, also when nobody has the id; transient for trouble of key, project,
// network or an answer that is not the API's; throttled; rejected when the API key lacks a right or
// the call itself is refused. Never ambiguous: a read can be repeated. A delivered outcome has a
// reason when some of what was asked could not be read. Reasons name what to do, never values.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/json.h"
#include "base/outcome.h"
#include "connectors/bloomreach/config.h"
#include "connectors/bloomreach/tracking_client.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::bloomreach {

// Names as the project spells them (case counts); consent categories by id, not by display name.
struct WhatToRead {
  std::vector<std::string> properties, ids, consent_categories;
};

// What holds now (bloomreach.md 8): Bloomreach has already applied valid_until.
struct ConsentRead {
  bool valid = false;
  std::optional<Instant> decided_at;  // nullopt: never decided
  std::string source;                 // free text, "" unknown
};

struct CustomerRead {
  bool found = true;  // always true in answers; false is for what callers keep about unknown ids
  // Texts, numbers, bools and lists of texts. Unset and empty ones are absent, objects are left
  // out.
  std::map<std::string, json::Value> properties;
  std::map<std::string, std::vector<std::string>>
      ids;  // hard IDs have one value, soft ones several
  std::map<std::string, ConsentRead> consents;
  // "property phone", "consent newsletter": what the API key may not read.
  std::vector<std::string> denied;
  // The same for what Bloomreach refused for another reason, mostly because the project has no such
  // thing.
  std::vector<std::string> refused;
};

struct ReadAnswer {
  Outcome outcome;
  std::optional<CustomerRead> customer;  // nullopt with a delivered outcome: nobody has this id
};

struct EventRead {
  std::string type;
  Instant at;
  json::Object properties;
};
struct EventsAnswer {
  Outcome outcome;
  bool found = false;             // false with a delivered outcome: nobody has this id
  std::vector<EventRead> events;  // newest first; those without type or time are left out
};

struct ExportAnswer {
  Outcome outcome;
  std::vector<CustomerRead> customers;  // all or none
};

struct ConsentCategory {
  std::string id;
  std::map<std::string, std::string> names;  // by language; "" is the default
  bool legitimate_interest = false;
  bool private_api_allowed = false;  // whether this hub may change it; false when it is not said
};
struct CategoriesAnswer {
  Outcome outcome;
  std::vector<ConsentCategory> categories;
};

class CustomerClient {
 public:
  CustomerClient(outbound::Transport& transport, const Clock& clock, Config config);

  // within: the total time of the call, connecting included.

  // C1. The id that was asked by is always read as well: its being there is what tells a customer
  // without values from nobody (U7).
  Task<ReadAnswer> read(std::string id_type, std::string id_value, WhatToRead what,
                        Duration within);
  // C4. At least one type, 1 <= limit.
  Task<EventsAnswer> events(std::string id_type, std::string id_value,
                            std::vector<std::string> types, int limit, Duration within);
  // C2: all ids and properties, in either envelope (U7). The whole history travels with them and is
  // dropped here: not for the till.
  Task<ReadAnswer> export_one(std::string id_type, std::string id_value, Duration within);
  // C3. segmentation_id "": all customers. segment_index -1: customers outside every segment. A
  // heavy call: all of them come in one answer, within config.export_time_max and export_bytes_max.
  Task<ExportAnswer> export_segment(std::string segmentation_id, int segment_index,
                                    std::vector<std::string> ids,
                                    std::vector<std::string> properties);
  Task<CategoriesAnswer> consent_categories();  // G1

  // G2: taken, not done: it happens later. Delivered with a reason: nobody has this id, any more or
  // yet (queued writes can take hours to appear, 5.7). Ambiguous when no answer came; may be
  // repeated.
  Task<Outcome> anonymize(std::string id_type, std::string id_value);
  // One command (commands.h part_bytes) as a batch of one.
  Task<Outcome> write(std::string command_part);

 private:
  outbound::HttpRequest request(std::string method, std::string_view path) const;
  Task<Result<outbound::HttpAnswer>> post(std::string path, std::string body, Duration within,
                                          std::size_t answer_bytes_max);

  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
  TrackingClient tracking_;
};

}  // namespace tillbridge::connectors::bloomreach
