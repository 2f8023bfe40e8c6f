#pragma once
// Deliveries to Klaviyo as the journal keeps them, taken apart: what each part says, so that it can
// be looked for at Klaviyo. Core thread; the work is done on the journal's readers.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/klaviyo/documents.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct KlaviyoPart {
  connectors::klaviyo::PartKind kind = connectors::klaviyo::PartKind::event;
  std::pair<std::string, std::string> key;  // the identifier it is sent under: {"email", ...}
  // Of an event:
  std::string metric, unique_id;
  Instant at;
  bool tells_person = false;  // carries properties of the person, which go out with it again
  // Of a profile write, "" : not written:
  std::string email, external_id, phone_number, first_name, last_name;
};

struct KlaviyoDelivery {
  journal::DeliveryRow row;  // without bodies and attempts
  std::vector<KlaviyoPart> parts;

  bool is_done(std::size_t part) const { return (row.parts_done >> part & 1U) != 0; }
  bool is_under_way() const {
    return row.state == journal::DeliveryState::waiting ||
           row.state == journal::DeliveryState::held;
  }
  // The person that its lane is about: "customer/<person>" and "profile/<person>".
  std::string person() const;
};

// Planned in from <= time < until, in that order; consent acts are left out. only_lanes: of these
// lanes alone, all when empty. corrupt also when bytes are past their retention.
Task<Result<std::vector<KlaviyoDelivery>>> klaviyo_deliveries(journal::Journal& journal,
                                                              std::string workspace, Instant from,
                                                              Instant until,
                                                              std::set<std::string> only_lanes);
// These, as far as they are kept.
Task<Result<std::vector<KlaviyoDelivery>>> klaviyo_deliveries(journal::Journal& journal,
                                                              std::string workspace,
                                                              std::vector<DeliveryId> ids);

// Whether a delivery of the record says this; also when its bytes are past their retention.
bool may_explain(const journal::Journey& journey, const std::string& metric,
                 const std::string& unique_id);

}  // namespace tillbridge::app
