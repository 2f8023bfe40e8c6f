#pragma once
// What an order would be sent as, by today's settings or by others that somebody wants to try: the
// same planning as order_planning.h, from the document as it was read and without any writing.
// Core thread.
//
// It is planned against what is remembered now, not as it was then. What the order itself has
// taught is taken into account by the flows: the newest order of a person is planned as if for the
// first time. For an older one, what a platform is told about the person (profile write, "Purchased
// SKUs") is that of today, or nothing; effects that exist and would not be planned now are listed
// with no bytes and named in the notes. An original sale is looked up in the journal only, not at
// Sitoo.

#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/order_planning.h"
#include "base/json.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct PreviewedDelivery {
  std::string connection, flow, effect;
  std::optional<DeliveryId> stored;  // nullopt: would be new
  std::vector<std::string> sent;     // its bytes as stored; empty: new, or past retention
  std::vector<std::string> now;      // empty: would not be planned
  bool same() const { return sent == now; }
};

struct Preview {
  // Those that would be planned in that order, then stored ones that would not be, per connection.
  std::vector<PreviewedDelivery> deliveries;
  std::vector<std::string> notes;
  // Nullptr: no delivery of this effect would be planned.
  const PreviewedDelivery* planned(const std::string& connection, const std::string& effect) const;
  bool same() const;
};
json::Object to_json(const Preview& preview);  // "preview" of docs/console.md

class OrderPreview {
 public:
  // settings need not outlive the call; the journal outlives this.
  OrderPreview(journal::Journal& journal, const Workspace& settings);

  // not_found: no such record in this workspace, or its document is past retention. rejected: it is
  // no order, nothing is planned from its document. This outlives the call.
  Task<Result<Preview>> preview(RecordId record);
  Task<Result<Preview>> preview(journal::Journey journey);

 private:
  struct Seen;  // by one target
  Seen seen_by(const Target& target, const model::Order& order,
               const journal::Journey& journey) const;
  Task<Result<std::optional<flows::Original>>> look_up_original(std::vector<Seen> seen,
                                                                Preview& preview);
  Task<Result<void>> plan(const PlannedTarget& planned, Seen seen,
                          std::optional<flows::Original> original, const journal::Journey& journey,
                          Preview& preview);

  journal::Journal& journal_;
  std::string workspace_;
  connectors::sitoo::Config sitoo_;
  std::vector<PlannedTarget> targets_;
};

}  // namespace tillbridge::app
