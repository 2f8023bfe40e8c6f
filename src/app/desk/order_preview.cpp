#include "app/desk/order_preview.h"

#include <algorithm>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr std::string_view order_prefix = "order/";

json::Array texts(const std::vector<std::string>& parts) {
  return json::Array(parts.begin(), parts.end());
}

const journal::DeliveryRow* stored_under(const journal::Journey& journey,
                                         const std::string& connection, const std::string& effect) {
  for (const journal::DeliveryRow& row : journey.deliveries) {
    if (row.connection == connection && row.effect == effect) return &row;
  }
  return nullptr;
}

// The arrival whose reading planned what the connection has of this record; where it has nothing,
// the one that would be acted on now.
const journal::ArrivalRow* acted_on(const journal::Journey& journey, const std::string& connection,
                                    model::OrderState state) {
  std::uint64_t planned_at = 0;
  for (const journal::DeliveryRow& row : journey.deliveries) {
    if (row.connection == connection) planned_at = std::max(planned_at, row.id.value);
  }
  const journal::ArrivalRow* found = nullptr;
  for (const journal::ArrivalRow& arrival : journey.arrivals) {
    if (arrival.state == journal::ArrivalState::duplicate) continue;
    if (!announces_state(arrival.announces, state)) continue;
    const bool too_late = planned_at != 0 && arrival.id.value > planned_at;
    if (found != nullptr && too_late) break;
    found = &arrival;
  }
  return found;
}

std::string in_words(const std::string& connection, const flows::Verdict& verdict) {
  using State = flows::Verdict::State;
  switch (verdict.state) {
    case State::planned:
      return fmt::format("{}: {}", connection, verdict.reason);
    case State::wait:
      return fmt::format("{}: not sent yet: {}", connection, verdict.reason);
    case State::faulty_identity:
    case State::faulty_data:
      return fmt::format("{}: not sent, becomes a case: {}", connection, verdict.reason);
    case State::unidentified:
    case State::skipped:
      break;
  }
  return fmt::format("{}: not sent: {}", connection, verdict.reason);
}

void add_what_is_not_planned(const journal::Journey& journey, const std::string& connection,
                             Preview& preview) {
  for (const journal::DeliveryRow& row : journey.deliveries) {
    if (row.connection != connection || preview.planned(connection, row.effect) != nullptr)
      continue;
    preview.deliveries.push_back({connection, row.flow, row.effect, row.id, row.parts, {}});
    preview.notes.push_back(fmt::format("{}: {} would not be planned now", connection, row.effect));
  }
}

}  // namespace

const PreviewedDelivery* Preview::planned(const std::string& connection,
                                          const std::string& effect) const {
  for (const PreviewedDelivery& one : deliveries) {
    if (one.connection == connection && one.effect == effect && !one.now.empty()) return &one;
  }
  return nullptr;
}

bool Preview::same() const {
  return std::all_of(deliveries.begin(), deliveries.end(),
                     [](const PreviewedDelivery& one) { return one.same(); });
}

json::Object to_json(const Preview& preview) {
  json::Array deliveries;
  for (const PreviewedDelivery& one : preview.deliveries) {
    json::Object item;
    item["connection"] = one.connection;
    item["flow"] = one.flow;
    item["effect"] = one.effect;
    item["sent"] = texts(one.sent);
    item["now"] = texts(one.now);
    item["same"] = one.same();
    deliveries.emplace_back(std::move(item));
  }
  json::Object out;
  out["deliveries"] = std::move(deliveries);
  out["notes"] = texts(preview.notes);
  return out;
}

struct OrderPreview::Seen {
  model::Order order;
  bool needs_original = false;
  bool history = false;
};

OrderPreview::OrderPreview(journal::Journal& journal, const Workspace& settings)
    : journal_(journal),
      workspace_(settings.name),
      sitoo_(settings.sitoo),
      targets_(targets_of(settings)) {}

Task<Result<Preview>> OrderPreview::preview(RecordId record) {
  using Found = std::optional<journal::Journey>;
  std::function<Result<Found>(journal::Reader&)> query = [record](journal::Reader& reader) {
    return reader.journey(record);
  };
  TB_CO_TRY(Found found, co_await journal_.read<Found>(std::move(query)));
  if (!found || found->record.workspace != workspace_) {
    co_return fail(Error::Kind::not_found,
                   fmt::format("workspace {} has no record {}", workspace_, record.value));
  }
  co_return co_await preview(std::move(*found));
}

Task<Result<Preview>> OrderPreview::preview(journal::Journey journey) {
  const journal::RecordRow& record = journey.record;
  if (!record.key.starts_with(order_prefix)) {
    co_return fail(Error::Kind::rejected,
                   fmt::format("{} is no order: what is sent of it is not planned from a document",
                               record.key));
  }
  Preview preview;
  const auto order = stored_order(record, sitoo_);
  if (!order && order.error().kind == Error::Kind::not_found) co_return fail(order.error());
  std::string nothing;
  if (!order)
    nothing = "not sent: the order cannot be understood: " + order.error().what;
  else if (!is_ours(*order, sitoo_))
    nothing = fmt::format("not sent: store {} feeds another workspace",
                          order->place.store_code.empty() ? "(none)" : order->place.store_code);
  if (!nothing.empty()) {
    preview.notes.push_back(std::move(nothing));
    for (const PlannedTarget& planned : targets_)
      add_what_is_not_planned(journey, planned.target->connection(), preview);
    co_return preview;
  }
  std::vector<Seen> seen;
  for (const PlannedTarget& planned : targets_)
    seen.push_back(seen_by(*planned.target, *order, journey));
  std::vector<Seen> copy = seen;
  TB_CO_TRY(const auto original, co_await look_up_original(std::move(copy), preview));
  for (std::size_t at = 0; at < targets_.size(); ++at) {
    TB_CO_CHECK(co_await plan(targets_[at], std::move(seen[at]), original, journey, preview));
    add_what_is_not_planned(journey, targets_[at].target->connection(), preview);
  }
  co_return preview;
}

OrderPreview::Seen OrderPreview::seen_by(const Target& target, const model::Order& order,
                                         const journal::Journey& journey) const {
  Seen seen;
  const journal::ArrivalRow* const arrival = acted_on(journey, target.connection(), order.state);
  const std::string announces = arrival == nullptr ? std::string{} : arrival->announces;
  const Instant at = arrival == nullptr ? journey.record.changed_at
                                        : arrival->happened_at.value_or(arrival->received_at);
  seen.order = changed_for(target, order, announces, at).value_or(order);
  seen.needs_original = target.needs_original(seen.order);
  seen.history = announces_past(announces);
  return seen;
}

Task<Result<std::optional<flows::Original>>> OrderPreview::look_up_original(std::vector<Seen> seen,
                                                                            Preview& preview) {
  const auto asks =
      std::find_if(seen.begin(), seen.end(), [](const Seen& one) { return one.needs_original; });
  if (asks == seen.end()) co_return std::nullopt;
  const std::string key = std::string(order_prefix) + asks->order.original_order_id;
  using Rows = std::vector<std::optional<journal::RecordRow>>;
  std::function<Result<Rows>(journal::Reader&)> query = [workspace = workspace_,
                                                         key](journal::Reader& reader) {
    const std::vector<std::string> keys{key};
    constexpr bool with_payload = true;
    return reader.records_by_key(workspace, keys, with_payload);
  };
  TB_CO_TRY(Rows rows, co_await journal_.read<Rows>(std::move(query)));
  if (rows.front()) {
    if (auto sale = stored_order(*rows.front(), sitoo_))
      co_return flows::Original{std::move(*sale)};
  }
  preview.notes.push_back(fmt::format(
      "the original, {}, is not here: planned without it; planning it again asks Sitoo", key));
  co_return std::nullopt;
}

Task<Result<void>> OrderPreview::plan(const PlannedTarget& planned, Seen seen,
                                      std::optional<flows::Original> original,
                                      const journal::Journey& journey, Preview& preview) {
  const Target& target = *planned.target;
  const std::string connection = target.connection();
  if (seen.order.original_order_id.empty()) original.reset();
  FactTable facts;
  FactsWanted wanted = [&](const FactTable& known) {
    return target.facts_wanted(seen.order, original, known);
  };
  TB_CO_CHECK(co_await load_facts(journal_, workspace_, connection, std::move(wanted), facts));
  const flows::Verdict verdict = target.plan(seen.order, original, facts, seen.history);
  preview.notes.push_back(in_words(connection, verdict));
  if (!verdict.conflict.empty())
    preview.notes.push_back(fmt::format("{}: {}", connection, verdict.conflict));
  if (planned.shadow && !verdict.plans.empty())
    preview.notes.push_back(connection + ": shadow mode: planned, not sent");
  for (const flows::Plan& plan : verdict.plans) {
    journal::AddDelivery delivery = delivery_of(planned, plan, DeliveryId{}, workspace_);
    PreviewedDelivery one{connection, plan.flow, plan.effect, {}, {}, std::move(delivery.parts)};
    if (const auto* row = stored_under(journey, connection, plan.effect)) {
      one.stored = row->id;
      one.sent = row->parts;
      if (row->parts.empty())
        preview.notes.push_back(
            fmt::format("{}: the bytes of {} are past their retention", connection, plan.effect));
    }
    preview.deliveries.push_back(std::move(one));
  }
  co_return Result<void>{};
}

}  // namespace tillbridge::app
