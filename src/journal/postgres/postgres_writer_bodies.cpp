// What apply() does for the bodies of arrivals and deliveries.

#include <algorithm>
#include <tuple>

#include "journal/postgres/batch.h"
#include "journal/postgres/row_array.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {

// In id order: ids rise, and the end of an index is found without a search.
void PostgresWriter::send_bodies(Batch& batch) {
  if (batch.bodies.empty()) return;
  std::sort(batch.bodies.begin(), batch.bodies.end(), [](const Body& a, const Body& b) {
    return std::tie(a.workspace, a.id) < std::tie(b.workspace, b.id);
  });
  RowArray payloads(types_.payload);
  for (const auto& body : batch.bodies) {
    const std::string joined = body.parts ? join_parts(*body.parts) : std::string();
    const auto stored = packer_.pack(body.parts ? joined : *body.whole);
    payloads.add(body.workspace, body.id, stored.codec, stored.checksum, Bytes{stored.bytes});
  }
  batch.bodies.clear();
  connection_->send(sql::add_payloads, payloads.params());
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
