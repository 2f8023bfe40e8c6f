#include "app/order_planning.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "connectors/bloomreach/commands.h"
#include "connectors/sitoo/order_mapping.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration store_retry_pause = std::chrono::milliseconds{200};
constexpr std::size_t sku_keys_max = 20;

std::string record_key(const std::string& order_id) {
  return "order/" + order_id;
}

std::vector<std::string> search_keys(const model::Order& order) {
  std::vector<std::string> keys{"order:" + order.id};
  const auto add = [&keys](std::string_view kind, const std::string& value) {
    if (!value.empty()) keys.push_back(fmt::format("{}:{}", kind, value));
  };
  add("receipt", order.receipt_id);
  add("external", order.external_id);
  add("customer", order.customer.crm_customer_id);
  add("member", order.customer.crm_member_number);
  add("email", order.customer.email);
  add("phone", order.customer.phone);
  std::size_t skus = 0;
  for (const model::OrderLine& line : order.lines) {
    if (++skus > sku_keys_max) break;
    add("sku", line.sku);
  }
  return keys;
}

bool is_final(const model::Order& order) {
  return order.state == model::OrderState::closed || order.state == model::OrderState::cancelled;
}

}  // namespace

OrderPlanning::OrderPlanning(Loop& loop, const Clock& clock, journal::Journal& journal,
                             IdSource& ids, telemetry::Metrics& metrics, PlanningSettings settings,
                             connectors::sitoo::Client& client, engine::Courier& courier,
                             std::function<void(const journal::AddArrival&)> again)
    : loop_(loop),
      clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      client_(client),
      courier_(courier),
      again_(std::move(again)) {
  const telemetry::Labels labels{{"workspace", settings_.workspace}};
  records_ =
      metrics.counter("tillbridge_records_total", "Records stored or brought up to date", labels);
  unidentified_ =
      metrics.counter("tillbridge_records_unidentified_total", "Orders of guests", labels);
  cases_ = metrics.counter("tillbridge_cases_opened_total", "Cases opened while planning", labels);
}

Task<bool> OrderPlanning::plan(std::vector<ReleasedOrder> released) {
  auto batch = std::make_shared<Batch>();
  if (!co_await look_up(released, batch)) co_return false;
  for (const ReleasedOrder& one : released) plan_one(one, *batch);
  co_return co_await store(batch);
}

Task<bool> OrderPlanning::look_up(std::vector<ReleasedOrder> released,
                                  std::shared_ptr<Batch> into) {
  std::vector<std::string> keys;
  std::vector<std::string> original_ids;
  for (const ReleasedOrder& one : released) {
    keys.push_back(one.subject);
    if (!one.read->order) continue;
    const model::Order& order = *one.read->order;
    into->originals.try_emplace(order.id, flows::Original{order});
    if (flows::needs_original(order, settings_.flows))
      original_ids.push_back(order.original_order_id);
  }
  std::erase_if(original_ids, [&](const std::string& id) { return into->originals.contains(id); });
  std::vector<std::string> original_keys;
  original_keys.reserve(original_ids.size());
  for (const std::string& id : original_ids) original_keys.push_back(record_key(id));

  using Rows = std::vector<std::optional<journal::RecordRow>>;
  std::function<Result<std::pair<Rows, Rows>>(journal::Reader&)> query =
      [workspace = settings_.workspace, keys,
       original_keys](journal::Reader& reader) -> Result<std::pair<Rows, Rows>> {
    TB_TRY(Rows records, reader.records_by_key(workspace, keys, false));
    Rows originals;
    if (!original_keys.empty()) {
      TB_TRY(originals, reader.records_by_key(workspace, original_keys, true));
    }
    return std::pair{std::move(records), std::move(originals)};
  };
  for (;;) {
    auto query_copy = query;
    auto found = co_await journal_.read<std::pair<Rows, Rows>>(std::move(query_copy));
    if (found) {
      for (auto& row : found->first) {
        if (row) into->records.emplace(row->key, Known{row->id, row->version, row->state});
      }
      for (auto& row : found->second) {
        if (!row || row->payload.empty()) continue;
        const auto document = json::parse(row->payload);
        if (!document || !document->is_object()) continue;
        auto order = connectors::sitoo::to_order(document->get_object(), settings_.sitoo);
        if (!order) continue;
        const std::string id = order->id;
        into->originals.try_emplace(id, flows::Original{std::move(*order)});
      }
      break;
    }
    telemetry::log(telemetry::Level::error, "lookup_failed",
                   {{"workspace", settings_.workspace}, {"what", found.error().what}});
    if (stopping_) co_return false;
    co_await sleep_for(loop_, store_retry_pause);
  }
  std::erase_if(original_ids, [&](const std::string& id) { return into->originals.contains(id); });
  if (!original_ids.empty()) co_await read_originals(original_ids, into);
  co_return true;
}

// Sales from before the hub was installed. Tried for a while, because without them a guest's return
// stays a guest's; then the return goes on without, and can be replayed.
Task<void> OrderPlanning::read_originals(std::vector<std::string> order_ids,
                                         std::shared_ptr<Batch> into) {
  for (const std::string& id : order_ids) {
    telemetry::log(telemetry::Level::info, "original_read",
                   {{"workspace", settings_.workspace}, {"order", id}});
  }
  const Tick until = clock_.tick() + settings_.originals_within;
  for (;;) {
    const auto page = co_await client_.orders_by_id(order_ids);
    for (const connectors::sitoo::OrderRead& read : page.orders) {
      if (read.order) into->originals.try_emplace(read.id, flows::Original{*read.order});
    }
    const bool answered = page.outcome.kind == Outcome::Kind::delivered ||
                          page.outcome.kind == Outcome::Kind::rejected;
    if (answered || stopping_ || clock_.tick() >= until) co_return;
    co_await sleep_for(loop_, std::clamp(page.outcome.retry_after.value_or(store_retry_pause),
                                         store_retry_pause, Duration{std::chrono::seconds{5}}));
  }
}

Task<bool> OrderPlanning::store(std::shared_ptr<Batch> batch) {
  for (;;) {
    journal::Step copy = batch->step;
    const auto receipt = co_await journal_.commit(std::move(copy));
    if (receipt) {
      for (journal::AddDelivery& delivery : batch->step.deliveries) {
        // Due now, also when the wall clock stepped back while it was being stored.
        if (delivery.state == journal::DeliveryState::waiting) delivery.due_at = clock_.now();
        const bool existed =
            std::find(receipt->existing_deliveries.begin(), receipt->existing_deliveries.end(),
                      delivery.id) != receipt->existing_deliveries.end();
        if (!existed && delivery.state != journal::DeliveryState::skipped) courier_.add(delivery);
      }
      for (const journal::AddArrival& arrival : batch->again) again_(arrival);
      co_return true;
    }
    telemetry::log(telemetry::Level::error, "plan_not_stored",
                   {{"workspace", settings_.workspace}, {"what", receipt.error().what}});
    if (stopping_) co_return false;
    co_await sleep_for(loop_, store_retry_pause);
  }
}

void OrderPlanning::plan_one(const ReleasedOrder& released, Batch& batch) {
  note_sequence(released, batch);
  if (!released.read->order) {
    plan_unreadable(released, batch);
    return;
  }
  model::Order order = *released.read->order;
  if (order.state == model::OrderState::cancelled) order.cancelled_at = released.announced_at;
  attribute(released, order);

  const auto [known, fresh] = batch.records.try_emplace(released.subject);
  if (fresh) known->second.id = ids_.next<RecordId>();

  journal::PutRecord put;
  put.id = known->second.id;
  put.workspace = settings_.workspace;
  put.kind = model::name(model::classify(order));
  put.key = released.subject;
  put.version = known->second.version + 1;
  put.settings_version = settings_.settings_version;
  put.happened_at = order.ordered_at;
  put.changed_at = clock_.now();
  put.store = order.place.store_code;
  put.search_keys = search_keys(order);
  put.payload = released.read->document;

  std::string why_not;
  if (!may_act(released, order, why_not)) {
    // Known as planned already: what is there stays; an event that announces nothing changes
    // nothing.
    put.state = known->second.state;
    put.reason = why_not;
  } else {
    const auto original = batch.originals.find(order.original_order_id);
    const bool has_original = !order.original_order_id.empty() && original != batch.originals.end();
    const auto verdict = flows::plan_for_bloomreach(
        order, has_original ? std::optional<flows::Original>(original->second) : std::nullopt,
        settings_.flows);
    put.customer = verdict.customer;
    put.reason = verdict.reason;
    switch (verdict.state) {
      case flows::Verdict::State::planned:
        incomplete_since_.erase(released.subject);
        put.state = journal::RecordState::planned;
        add_deliveries(verdict, order, put.id, batch);
        break;
      case flows::Verdict::State::wait:
        wait_for_completion(released, order, put.id, batch, put);
        break;
      case flows::Verdict::State::unidentified:
        put.state = journal::RecordState::unidentified;
        unidentified_.add();
        break;
      case flows::Verdict::State::skipped:
        put.state = journal::RecordState::skipped;
        break;
      case flows::Verdict::State::faulty_identity:
        put.state = journal::RecordState::in_case;
        add_case(engine::CaseType::faulty_identity, put.id, verdict.reason,
                 fmt::format("Order {}: {}. Nothing was sent.", order.id, verdict.reason), batch);
        break;
      case flows::Verdict::State::faulty_data:
        put.state = journal::RecordState::in_case;
        add_case(engine::CaseType::faulty_data, put.id, verdict.reason,
                 fmt::format("Order {}: {}. Nothing was sent.", order.id, verdict.reason), batch);
        break;
    }
  }
  known->second.version = put.version;
  known->second.state = put.state;
  batch.step.records.push_back(std::move(put));
  records_.add();

  journal::UpdateArrival resolved;
  resolved.id = released.arrival;
  resolved.state = journal::ArrivalState::resolved;
  resolved.record = known->second.id;
  resolved.due_at = clock_.now();
  batch.step.arrival_updates.push_back(std::move(resolved));
}

// An operator has said whose order it is; the order itself keeps saying what it says.
void OrderPlanning::attribute(const ReleasedOrder& released, model::Order& order) const {
  if (!released.announces.starts_with(announces_as)) return;
  const std::string customer = released.announces.substr(announces_as.size());
  switch (settings_.flows.hard_id_from) {
    case model::IdentitySource::crm_customer_id:
      order.customer.crm_customer_id = customer;
      break;
    case model::IdentitySource::crm_member_number:
      order.customer.crm_member_number = customer;
      break;
    case model::IdentitySource::email:
      order.customer.email = customer;
      break;
    case model::IdentitySource::phone:
      order.customer.phone = customer;
      break;
  }
}

// The place of an effect in business order is given by the event that announced it, never by a read
// that happened to see the newer state. An announcement that got lost is made good for by the
// sweep, after a grace.
bool OrderPlanning::may_act(const ReleasedOrder& released, const model::Order& order,
                            std::string& why_not) {
  if (!is_final(order)) {
    found_final_.erase(released.subject);
    return true;
  }
  const std::string_view needed = order.state == model::OrderState::closed ? "closed" : "cancelled";
  if (released.source == journal::ArrivalSource::sweep) {
    const auto [seen, first] = found_final_.try_emplace(released.subject, clock_.tick());
    if (first || clock_.tick() - seen->second < settings_.late_event_grace) {
      why_not = fmt::format("found {}, waiting for the event that announces it", needed);
      return false;
    }
    found_final_.erase(seen);
    return true;
  }
  const bool announced = released.announces == needed || released.announces == announces_any ||
                         released.announces.starts_with(announces_as);
  if (!announced) {
    why_not = fmt::format("it is {} by now; the event that announces it decides", needed);
    return false;
  }
  found_final_.erase(released.subject);
  return true;
}

void OrderPlanning::wait_for_completion(const ReleasedOrder& released, const model::Order& order,
                                        RecordId record, Batch& batch, journal::PutRecord& put) {
  put.state = journal::RecordState::open;
  if (order.state != model::OrderState::closed) return;  // an open order: the sweep reads it again
  const Instant now = clock_.now();
  const auto since = incomplete_since_.try_emplace(released.subject, clock_.tick()).first;
  if (clock_.tick() - since->second > settings_.complete_within) {
    incomplete_since_.erase(since);
    put.state = journal::RecordState::in_case;
    add_case(
        engine::CaseType::incomplete_order, record, put.reason,
        fmt::format("Order {} is closed but not complete: {}. Correct it in Sitoo, then replay it.",
                    order.id, put.reason),
        batch);
    return;
  }
  journal::AddArrival again;
  again.id = ids_.next<ArrivalId>();
  again.workspace = settings_.workspace;
  again.connection = settings_.source;
  again.source = journal::ArrivalSource::poll;  // what was announced stays announced
  again.subject = released.subject;
  again.announces = released.announces;
  again.received_at = now;
  again.due_at = now + settings_.incomplete_again;
  batch.again.push_back(again);
  batch.step.arrivals.push_back(std::move(again));
}

void OrderPlanning::add_deliveries(const flows::Verdict& verdict, const model::Order& order,
                                   RecordId record, Batch& batch) {
  const Instant now = clock_.now();
  for (const flows::Plan& plan : verdict.plans) {
    journal::AddDelivery delivery;
    delivery.id = ids_.next<DeliveryId>();
    delivery.workspace = settings_.workspace;
    delivery.record = record;
    delivery.connection = settings_.target;
    delivery.flow = plan.flow;
    delivery.effect = plan.effect;
    delivery.lane = plan.lane;
    delivery.priority = plan.profile_only ? journal::Priority::profile : journal::Priority::sale;
    delivery.due_at = now;
    delivery.happened_at = order.ordered_at;
    delivery.settings_version = settings_.settings_version;
    if (settings_.shadow) {
      delivery.state = journal::DeliveryState::skipped;
      delivery.reason = "shadow mode: planned, not sent";
    } else if (plan.profile_only && settings_.profile_window &&
               !settings_.profile_window->contains(now, settings_.zone)) {
      delivery.state = journal::DeliveryState::held;
      delivery.due_at = now + settings_.profile_window->until_open(now, settings_.zone);
      delivery.reason = "waits for the profile window " + settings_.profile_window->to_text();
    }
    for (const model::TrackedEffect& effect : plan.parts) {
      delivery.parts.push_back(connectors::bloomreach::part_bytes(effect));
    }
    batch.step.deliveries.push_back(std::move(delivery));
  }
}

void OrderPlanning::plan_unreadable(const ReleasedOrder& released, Batch& batch) {
  const std::string& what = released.read->order.error().what;
  auto opened = engine::open_case(
      ids_.next<CaseId>(), engine::CaseType::unreadable_order, settings_.workspace, what,
      clock_.now(),
      fmt::format("{} was read but cannot be understood: {}", released.subject, what));
  opened.arrival = released.arrival;
  batch.step.cases.push_back(std::move(opened));
  cases_.add();
  journal::UpdateArrival update;
  update.id = released.arrival;
  update.state = journal::ArrivalState::in_case;
  update.reason = what;
  update.due_at = clock_.now();
  batch.step.arrival_updates.push_back(std::move(update));
}

void OrderPlanning::note_sequence(const ReleasedOrder& released, Batch& batch) {
  const auto note = [&](std::uint64_t subject, std::string text) {
    journal::AddNote added;
    added.id = ids_.next<NoteId>();
    added.workspace = settings_.workspace;
    added.subject = subject;
    added.at = clock_.now();
    added.kind = "sequencer_moved_on";
    added.text = std::move(text);
    batch.step.notes.push_back(std::move(added));
  };
  for (const ArrivalId passed : released.moved_past) {
    note(released.arrival.value,
         fmt::format("went on without arrival {}, which was still being read", passed.value));
    note(passed.value,
         fmt::format("was not waited for any longer: arrival {} went on", released.arrival.value));
  }
}

void OrderPlanning::add_case(engine::CaseType type, RecordId record, const std::string& group,
                             std::string reason, Batch& batch) {
  auto opened = engine::open_case(ids_.next<CaseId>(), type, settings_.workspace, group,
                                  clock_.now(), std::move(reason));
  opened.record = record;
  batch.step.cases.push_back(std::move(opened));
  cases_.add();
}

}  // namespace tillbridge::app
