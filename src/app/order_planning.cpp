#include "app/order_planning.h"

#include <algorithm>

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration store_retry_pause = std::chrono::milliseconds{200};
constexpr std::size_t sku_keys_max = 20;

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
                             std::vector<PlannedTarget> targets, connectors::sitoo::Client& client,
                             Deliver deliver, std::function<void(const journal::AddArrival&)> again)
    : loop_(loop),
      clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      targets_(std::move(targets)),
      client_(client),
      deliver_(std::move(deliver)),
      again_(std::move(again)) {
  const telemetry::Labels labels{{"workspace", settings_.workspace}};
  records_ =
      metrics.counter("tillbridge_records_total", "Records stored or brought up to date", labels);
  for (const PlannedTarget& planned : targets_) {
    unidentified_.push_back(metrics.counter(
        "tillbridge_records_unidentified_total", "Orders that nobody is known for",
        {{"workspace", settings_.workspace}, {"connection", planned.target->connection()}}));
  }
  cases_ = metrics.counter("tillbridge_cases_opened_total", "Cases opened while planning", labels);
}

Task<bool> OrderPlanning::plan(std::vector<ReleasedOrder> released) {
  auto batch = std::make_shared<Batch>();
  if (!co_await look_up(released, batch)) co_return false;
  std::optional<Turns::Turn> turn;
  if (learning_ != nullptr) turn.emplace(co_await learning_->take(crm::learning_turn));
  if (!co_await look_up_facts(released, batch)) co_return false;
  for (const ReleasedOrder& one : released) plan_one(one, *batch);
  co_return co_await store(batch);
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
        if (!existed && delivery.state != journal::DeliveryState::skipped)
          deliver_(delivery, batch->stores[delivery.record]);
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
  const model::Order& order = *released.read->order;
  if (read_order_ && released.source != journal::ArrivalSource::backfill) {
    if (auto fact = read_order_(order)) batch.step.facts.push_back(std::move(*fact));
  }

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
  } else if (!is_ours(order, settings_.sitoo)) {
    put.state = journal::RecordState::skipped;
    put.reason = "store " + (order.place.store_code.empty() ? "(none)" : order.place.store_code) +
                 " feeds another workspace";
  } else {
    plan_for_targets(released, order, put, batch);
  }
  known->second.version = put.version;
  known->second.state = put.state;
  batch.step.records.push_back(std::move(put));
  records_.add();

  journal::UpdateArrival resolved;
  resolved.id = released.arrival;
  resolved.workspace = settings_.workspace;
  resolved.state = journal::ArrivalState::resolved;
  resolved.record = known->second.id;
  resolved.due_at = clock_.now();
  batch.step.arrival_updates.push_back(std::move(resolved));
}

std::optional<flows::Original> OrderPlanning::original_of(const model::Order& order,
                                                          const Batch& batch) const {
  const auto found = batch.originals.find(order.original_order_id);
  if (order.original_order_id.empty() || found == batch.originals.end()) return std::nullopt;
  return found->second;
}

// Each platform has its own verdict; the record shows the one that asks most of a person.
void OrderPlanning::plan_for_targets(const ReleasedOrder& released, const model::Order& order,
                                     journal::PutRecord& put, Batch& batch) {
  using State = flows::Verdict::State;
  std::vector<flows::Verdict> verdicts;
  const bool backfilled = released.announces == announces_history;
  const bool history = announces_past(released.announces);
  for (std::size_t at = 0; at < targets_.size(); ++at) {
    const Target& target = *targets_[at].target;
    const auto changed = changed_for(target, order, released.announces, released.announced_at);
    const model::Order& seen = changed ? *changed : order;
    const flows::Verdict verdict =
        target.plan(seen, original_of(seen, batch), batch.facts[at], history);
    if (!targets_[at].learns_only) verdicts.push_back(verdict);
    if (put.customer.empty()) put.customer = verdict.customer;
    if (verdict.state == State::unidentified) unidentified_[at].add();
    add_deliveries(targets_[at], verdict, seen, put.id, backfilled, batch);
    open_cases(target.connection(), verdict, seen, put.id, batch);
    for (const flows::Fact& fact : verdict.learned) {
      batch.facts[at].learn(fact);
      batch.step.facts.push_back(
          {settings_.workspace, target.connection(), fact.key, fact.value, clock_.now()});
    }
  }
  const auto any = [&](State state) {
    return std::any_of(verdicts.begin(), verdicts.end(),
                       [state](const flows::Verdict& v) { return v.state == state; });
  };
  const bool agreed = std::all_of(verdicts.begin(), verdicts.end(), [&](const auto& verdict) {
    return verdict.reason == verdicts.front().reason;
  });
  for (std::size_t at = 0; at < verdicts.size(); ++at) {
    if (agreed && at > 0) break;
    if (at > 0) put.reason += "; ";
    if (!agreed) put.reason += targets_[at].target->connection() + ": ";
    put.reason += verdicts[at].reason;
  }
  if (any(State::wait)) {
    wait_for_completion(released, order, put.id, batch, put);
    return;
  }
  incomplete_since_.erase(released.subject);
  put.state = any(State::faulty_identity) || any(State::faulty_data) ? journal::RecordState::in_case
              : any(State::planned)                                  ? journal::RecordState::planned
              : any(State::unidentified) ? journal::RecordState::unidentified
                                         : journal::RecordState::skipped;
}

void OrderPlanning::open_cases(const std::string& connection, const flows::Verdict& verdict,
                               const model::Order& order, RecordId record, Batch& batch) {
  using State = flows::Verdict::State;
  if (verdict.state == State::faulty_identity || verdict.state == State::faulty_data) {
    add_case(
        verdict.state == State::faulty_identity ? engine::CaseType::faulty_identity
                                                : engine::CaseType::faulty_data,
        record, fmt::format("{}: {}", connection, verdict.reason),
        fmt::format("Order {}: {}. Nothing was sent to {}.", order.id, verdict.reason, connection),
        batch);
  }
  if (!verdict.conflict.empty()) {
    add_case(engine::CaseType::profile_conflict, record,
             fmt::format("{}: {}", connection, verdict.conflict),
             fmt::format("Order {}: {}. The order itself was sent.", order.id, verdict.conflict),
             batch);
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
  if (!announces_state(released.announces, order.state)) {
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

void OrderPlanning::add_deliveries(const PlannedTarget& planned, const flows::Verdict& verdict,
                                   const model::Order& order, RecordId record, bool backfilled,
                                   Batch& batch) {
  if (!verdict.plans.empty()) batch.stores[record] = order.place.store_code;
  const Instant now = clock_.now();
  for (const flows::Plan& plan : verdict.plans) {
    journal::AddDelivery delivery =
        delivery_of(planned, plan, ids_.next<DeliveryId>(), settings_.workspace);
    delivery.record = record;
    if (backfilled) delivery.priority = journal::Priority::maintenance;
    delivery.due_at = now;
    delivery.happened_at = order.ordered_at;
    delivery.settings_version = settings_.settings_version;
    if (!planned.shadow && plan.profile_only && planned.profile_window &&
        !planned.profile_window->contains(now, settings_.zone)) {
      delivery.state = journal::DeliveryState::held;
      delivery.due_at = now + planned.profile_window->until_open(now, settings_.zone);
      delivery.reason = "waits for the profile window " + planned.profile_window->to_text();
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
  update.workspace = settings_.workspace;
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
