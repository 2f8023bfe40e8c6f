// Acts that have the source asked once more: what was read is planned with today's settings, and
// what exists already is not repeated.

#include <fmt/format.h>

#include "app/desk/record_acts.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t arrivals_looked_at = 50;
constexpr std::size_t cases_looked_at = 10'000;
constexpr std::string_view order_prefix = "order/";

std::vector<std::string> keys_of(const std::string& text) {
  return {text, std::string(order_prefix) + text};
}

std::string announces_of(const std::string& customer) {
  return customer.empty() ? std::string(announces_any) : std::string(announces_as) + customer;
}

std::string why_of(const std::string& customer) {
  return customer.empty() ? "" : ", attributed to a customer";
}

}  // namespace

Task<Result<std::string>> HubRecordActs::replay(std::string workspace, std::string key,
                                                std::string customer, std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  auto record = co_await find_record(found->name(), key);
  if (!record && record.error().kind == Error::Kind::not_found) {
    TB_CO_TRY(const Claims::Claim claim, claims_.take(found->name() + "/" + key));
    co_return co_await read_lost_again(*found, key, customer, by);
  }
  if (!record) co_return fail(std::move(record.error()));
  TB_CO_TRY(const Claims::Claim claim, claims_.take(fmt::format("record/{}", record->value)));
  TB_CO_TRY(journal::Journey journey, co_await journey_of(*found, *record));
  bool parked = false;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    parked = parked || delivery.state == journal::DeliveryState::parked ||
             delivery.state == journal::DeliveryState::blocked;
  }
  if (parked || journey.record.kind == "stock")
    co_return co_await send_same_bytes(*found, std::move(journey), by);
  co_return co_await read_record_again(*found, std::move(journey), announces_of(customer), by,
                                       why_of(customer));
}

Task<Result<RecordId>> HubRecordActs::find_record(std::string workspace, std::string key) {
  std::function<Result<RecordId>(journal::Reader&)> query =
      [workspace, key](journal::Reader& reader) -> Result<RecordId> {
    constexpr bool with_payload = false;
    TB_TRY(const auto exact, reader.records_by_key(workspace, keys_of(key), with_payload));
    for (const auto& row : exact) {
      if (row) return row->id;
    }
    TB_TRY(const auto found, reader.search(workspace, key, 2));
    if (found.size() > 1)
      return fail(Error::Kind::invalid_input,
                  "several records match; name one by its order number");
    if (found.empty())
      return fail(Error::Kind::not_found, fmt::format("no record matches '{}'", key));
    return found.front().id;
  };
  co_return co_await journal_.read<RecordId>(std::move(query));
}

// An order that was announced but never found has arrivals and a case, but no record.
Task<Result<std::string>> HubRecordActs::read_lost_again(WorkspaceRuntime& workspace,
                                                         std::string key, std::string customer,
                                                         std::string by) {
  using Found = std::pair<std::string, std::vector<journal::CaseRow>>;
  std::function<Result<Found>(journal::Reader&)> query =
      [name = workspace.name(), key](journal::Reader& reader) -> Result<Found> {
    TB_TRY(const auto arrivals, reader.search_arrivals(name, key, arrivals_looked_at));
    for (const auto& arrival : arrivals) {
      const auto keys = keys_of(key);
      if (std::find(keys.begin(), keys.end(), arrival.subject) == keys.end()) continue;
      TB_TRY(auto cases, reader.cases(name, true, cases_looked_at));
      std::erase_if(cases, [&](const journal::CaseRow& one) { return one.arrival != arrival.id; });
      return Found{arrival.subject, std::move(cases)};
    }
    return fail(Error::Kind::not_found, fmt::format("no record matches '{}'", key));
  };
  TB_CO_TRY(Found found, co_await journal_.read<Found>(std::move(query)));
  Reading reading{
      std::move(found.first), announces_of(customer), std::move(by), why_of(customer), 0,
      std::move(found.second)};
  co_return co_await read_again(workspace, std::move(reading));
}

Task<Result<std::string>> HubRecordActs::read_record_again(WorkspaceRuntime& workspace,
                                                           journal::Journey journey,
                                                           std::string announces, std::string by,
                                                           std::string why) {
  if (journey.record.kind == "consent") {
    co_return fail(Error::Kind::rejected,
                   "a consent decision is not read again; when the person decides anew, tell it "
                   "with: tillbridge consent");
  }
  if (!journey.record.key.starts_with(order_prefix)) {
    co_return fail(Error::Kind::rejected,
                   fmt::format("{} is no order and cannot be read again", journey.record.key));
  }
  // What still waits for a person keeps its case.
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (delivery.state != journal::DeliveryState::parked &&
        delivery.state != journal::DeliveryState::blocked)
      continue;
    std::erase_if(journey.cases,
                  [&](const journal::CaseRow& one) { return one.delivery == delivery.id; });
  }
  Reading reading{journey.record.key, std::move(announces),    std::move(by),
                  std::move(why),     journey.record.id.value, std::move(journey.cases)};
  co_return co_await read_again(workspace, std::move(reading));
}

Task<Result<std::string>> HubRecordActs::read_again(WorkspaceRuntime& workspace, Reading reading) {
  const Instant now = clock_.now();
  journal::Step step;
  journal::AddArrival arrival;
  arrival.id = ids_.next<ArrivalId>();
  arrival.workspace = workspace.name();
  arrival.connection = "sitoo";
  arrival.source = journal::ArrivalSource::replay;
  arrival.subject = reading.subject;
  arrival.announces = reading.announces;
  arrival.received_at = now;
  arrival.due_at = now;
  step.arrivals.push_back(arrival);
  for (const journal::CaseRow& one : reading.cases) {
    if (!one.closed_at)
      step.closed_cases.push_back({one.id, now, reading.by, "read and planned again"});
  }
  const std::uint64_t about = reading.record != 0 ? reading.record : arrival.id.value;
  step.notes.push_back(
      note(workspace.name(), about, "audit",
           fmt::format("{} had it read and planned again{}", reading.by, reading.why)));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  workspace.resolution().add(arrival);
  co_return fmt::format(
      "{}: will be read and planned again; effects that exist already are not repeated",
      reading.subject);
}

}  // namespace tillbridge::app
