#include "app/klaviyo_deliveries.h"

#include <algorithm>

#include "base/json.h"
#include "connectors/klaviyo/time_text.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;
using klaviyo::PartKind;
using Deliveries = std::vector<KlaviyoDelivery>;

constexpr const char* connection = "klaviyo";
constexpr const char* consent_flow = "consent_to_klaviyo";
constexpr std::size_t rows_per_page = 500;

const json::Object* at(const json::Object* object, std::initializer_list<std::string_view> steps) {
  for (const std::string_view step : steps) {
    if (object == nullptr) return nullptr;
    object = json::object(*object, step);
  }
  return object;
}

// The identifier stands first in what a part says about its person.
std::pair<std::string, std::string> first_member(const json::Object& object) {
  if (object.empty()) return {};
  const auto& first = *object.begin();
  const auto* text = first.value().if_string();
  return {std::string(first.key()), text == nullptr ? std::string{} : std::string(*text)};
}

Result<KlaviyoPart> event_part(std::string_view bytes) {
  TB_TRY(const json::Value parsed, json::parse(bytes));
  const json::Object* whole = parsed.if_object();
  const json::Object* event = at(whole, {"event"});
  const json::Object* metric = at(event, {"metric", "data", "attributes"});
  const json::Object* profile = at(whole, {"profile"});
  KlaviyoPart part;
  if (metric != nullptr) part.metric = json::text(*metric, "name").value_or("");
  if (event != nullptr) part.unique_id = json::text(*event, "unique_id").value_or("");
  const auto when = event == nullptr
                        ? std::nullopt
                        : klaviyo::time_of_text(json::text(*event, "time").value_or(""));
  if (part.metric.empty() || part.unique_id.empty() || !when || profile == nullptr)
    return fail(Error::Kind::corrupt, "an event without metric, id, time or person");
  part.at = *when;
  part.key = first_member(*profile);
  part.tells_person = json::object(*profile, "properties") != nullptr;
  return part;
}

Result<KlaviyoPart> write_part(std::string_view bytes) {
  TB_TRY(const klaviyo::ProfileWrite write, klaviyo::profile_write_of(bytes));
  KlaviyoPart part;
  part.kind = PartKind::profile_write;
  part.key = first_member(write.attributes);
  part.email = write.email;
  part.external_id = write.external_id;
  part.phone_number = write.phone_number;
  part.first_name = json::text(write.attributes, "first_name").value_or("");
  part.last_name = json::text(write.attributes, "last_name").value_or("");
  return part;
}

Result<KlaviyoPart> part_of(std::string_view bytes) {
  TB_TRY(const PartKind kind, klaviyo::kind_of(bytes));
  if (kind == PartKind::event) return event_part(bytes);
  if (kind == PartKind::profile_write) return write_part(bytes);
  return fail(Error::Kind::corrupt, "a consent act in a delivery of another flow");
}

Result<Deliveries> taken_apart(journal::Reader& reader, std::vector<journal::DeliveryRow> rows) {
  // Of people who were forgotten (journal/erasure.h): nothing is left to compare.
  std::erase_if(rows, [](const auto& row) { return row.lane.starts_with("erased/"); });
  std::vector<DeliveryId> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.id);
  TB_TRY(const auto bodies, reader.delivery_bodies(ids));
  Deliveries deliveries;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    KlaviyoDelivery delivery;
    for (const std::string& bytes : bodies[i].parts) {
      auto part = part_of(bytes);
      if (!part) {
        return fail(Error::Kind::corrupt,
                    "delivery " + std::to_string(rows[i].id.value) + ": " + part.error().what);
      }
      delivery.parts.push_back(std::move(*part));
    }
    delivery.row = std::move(rows[i]);
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

struct Page {
  Deliveries deliveries;
  DeliveryId last;
  bool more = false;
};

}  // namespace

std::string KlaviyoDelivery::person() const {
  const auto slash = row.lane.find('/');
  return slash == std::string::npos ? row.lane : row.lane.substr(slash + 1);
}

Task<Result<Deliveries>> klaviyo_deliveries(journal::Journal& journal, std::string workspace,
                                            Instant from, Instant until,
                                            std::set<std::string> only_lanes) {
  const std::uint64_t lowest = lowest_id_at(from);
  DeliveryId after{lowest == 0 ? 0 : lowest - 1};
  const DeliveryId end{lowest_id_at(until)};
  Deliveries all;
  for (bool more = true; more;) {
    std::function<Result<Page>(journal::Reader&)> query =
        [workspace, after, end, only_lanes](journal::Reader& reader) -> Result<Page> {
      TB_TRY(auto rows,
             reader.deliveries_planned(workspace, connection, after, end, rows_per_page));
      Page page;
      page.more = rows.size() == rows_per_page;
      page.last = rows.empty() ? after : rows.back().id;
      std::erase_if(rows, [&](const journal::DeliveryRow& row) {
        return row.flow == consent_flow || (!only_lanes.empty() && !only_lanes.contains(row.lane));
      });
      TB_TRY(page.deliveries, taken_apart(reader, std::move(rows)));
      return page;
    };
    auto page = co_await journal.read<Page>(std::move(query));
    if (!page) co_return fail(std::move(page.error()));
    std::move(page->deliveries.begin(), page->deliveries.end(), std::back_inserter(all));
    after = page->last;
    more = page->more;
  }
  co_return all;
}

Task<Result<Deliveries>> klaviyo_deliveries(journal::Journal& journal, std::string workspace,
                                            std::vector<DeliveryId> ids) {
  std::function<Result<Deliveries>(journal::Reader&)> query =
      [workspace, ids](journal::Reader& reader) -> Result<Deliveries> {
    std::vector<journal::DeliveryRow> rows;
    for (const DeliveryId id : ids) {
      const DeliveryId before{id.value - 1};
      const DeliveryId behind{id.value + 1};
      TB_TRY(auto found, reader.deliveries_planned(workspace, connection, before, behind, 1));
      if (!found.empty()) rows.push_back(std::move(found.front()));
    }
    return taken_apart(reader, std::move(rows));
  };
  co_return co_await journal.read<Deliveries>(std::move(query));
}

bool may_explain(const journal::Journey& journey, const std::string& metric,
                 const std::string& unique_id) {
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (delivery.connection != connection || delivery.flow == consent_flow) continue;
    if (delivery.parts.empty()) return true;
    for (const std::string& bytes : delivery.parts) {
      const auto part = part_of(bytes);
      if (part && part->metric == metric && part->unique_id == unique_id) return true;
    }
  }
  return false;
}

}  // namespace tillbridge::app
