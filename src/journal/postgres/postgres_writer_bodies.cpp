// What apply() does for the bodies of arrivals and deliveries.

#include <algorithm>
#include <tuple>

#include "journal/postgres/batch.h"
#include "journal/postgres/row_array.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {

RowArray PostgresWriter::bodies_of(const Wave& wave, const Batch& batch) {
  struct Body {
    std::string_view workspace;
    std::uint64_t id = 0;
    const AddArrival* arrival = nullptr;
    const AddDelivery* delivery = nullptr;
  };
  std::vector<Body> bodies;
  for (const auto& part : wave.arrivals) {
    const auto& a = *part.change;
    if (a.payload.empty() || a.state == ArrivalState::duplicate) continue;
    if (!batch.duplicates.contains(a.id.value)) bodies.push_back({a.workspace, a.id.value, &a});
  }
  for (const auto& part : wave.deliveries) {
    const auto& d = *part.change;
    bodies.push_back({d.workspace, d.id.value, nullptr, &d});
  }
  // Ids rise: so the end of the index is found without a search.
  std::sort(bodies.begin(), bodies.end(), [](const Body& a, const Body& b) {
    return std::tie(a.workspace, a.id) < std::tie(b.workspace, b.id);
  });
  RowArray rows(types_.payload);
  std::string joined;
  for (const auto& body : bodies) {
    if (body.delivery) joined = join_parts(body.delivery->parts);
    const auto stored = packer_.pack(body.delivery ? joined : body.arrival->payload);
    rows.add(body.workspace, body.id, stored.codec, stored.checksum, Bytes{stored.bytes});
  }
  return rows;
}

void PostgresWriter::send_parts(const Parts<ReplaceDeliveryParts>& parts) {
  ArrayRows deliveries;
  RowArray payloads(types_.payload);
  for (const auto& part : parts) {
    const auto& change = *part.change;
    check_parts(change.parts, "a change of delivery " + text_of(change.id.value));
    deliveries.add(part.workspace, change.id, change.parts.size(), change.settings_version);
    const std::string body = join_parts(change.parts);
    const auto stored = packer_.pack(body);
    payloads.add(part.workspace, change.id, stored.codec, stored.checksum, Bytes{stored.bytes});
  }
  connection_->send(sql::replace_parts, deliveries.params());
  connection_->send(sql::replace_part_payloads, payloads.params());
}

}  // namespace tillbridge::journal::postgres
