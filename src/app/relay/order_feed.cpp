#include "app/relay/order_feed.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/desk/privacy_person.h"
#include "base/json.h"
#include "connectors/relay/document.h"
#include "connectors/relay/order_event.h"
#include "engine/case_types.h"
#include "model/identity.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* connection = "feed";
constexpr const char* record_kind = "order_event";
constexpr std::string_view bearer = "Bearer ";

http::Reply refusal(int status, std::string_view why) {
  http::Reply reply;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = json::to_text(json::Object{{"error", why}});
  return reply;
}

std::vector<std::string> search_keys(const model::OrderEvent& event) {
  std::vector<std::string> keys;
  constexpr std::size_t kinds = 5;
  keys.reserve(kinds);
  keys.push_back("order:" + event.order_number);
  const auto add = [&keys](std::string_view kind, const std::string& value) {
    if (!value.empty()) keys.emplace_back(kind).append(value);
  };
  add("receipt:", event.receipt);
  add("customer:", event.customer.number);
  add("email:", event.customer.email);
  add("phone:", event.customer.phone);
  return keys;
}

// As privacy looks for people in what became no record: "order_event/email/vera@kund.se". Where
// they are named by an address, in its one spelling.
std::string subject_of(const std::string& body, const std::string& country) {
  constexpr std::size_t bytes_max = 256;  // LIMIT: a longer one is nobody's
  const auto buyer = connectors::relay::buyer_named_in(body);
  std::string subject = record_kind;
  for (const auto& [kind, value] :
       {std::pair{"email:", buyer.email}, {"phone:", buyer.phone}, {"customer:", buyer.number}}) {
    const std::string known = model::normal_id(value).value_or("");
    if (known.size() > bytes_max) continue;
    const auto one = identifier_of_key(kind + known, country);
    if (one) subject += "/" + subject_part(*one);
  }
  return subject == record_kind ? "" : subject;
}

std::string key_of(const std::string& event_id) {
  return "order_event/" + event_id;
}

// As it is called in its lane: "c-90112".
std::string customer_of(const std::string& lane) {
  constexpr std::string_view of_customer = "customer/";
  return lane.starts_with(of_customer) ? lane.substr(of_customer.size()) : std::string();
}

}  // namespace

OrderFeed::OrderFeed(Surroundings on, const Workspace& workspace, std::uint32_t settings_version,
                     Deliver deliver)
    : on_(on),
      workspace_(workspace.name),
      country_(workspace.crm.country),
      settings_(workspace.feed),
      settings_version_(settings_version),
      deliver_(std::move(deliver)) {
  for (const RelaySettings& relay : workspace.relays)
    relays_.push_back({relay.endpoint.name, relay.mode == Mode::shadow});
  const telemetry::Labels labels{{"workspace", workspace_}, {"connection", connection}};
  events_ = on.metrics.counter("tillbridge_events_received_total",
                               "Events stored, duplicates included", labels);
  duplicates_ = on.metrics.counter("tillbridge_events_duplicate_total",
                                   "Events that were known already", labels);
  malformed_ = on.metrics.counter("tillbridge_events_malformed_total",
                                  "Events that could not be understood", labels);
  refused_ = on.metrics.counter(
      "tillbridge_events_refused_total",
      "Deliveries refused for wrong credentials: the sender drops them, so alarm on this", labels);
  overload_ =
      on.metrics.counter("tillbridge_events_put_off_total",
                         "Deliveries answered 503 because they could not be stored", labels);
}

Task<http::Reply> OrderFeed::receive(http::Request request) {
  const std::string_view given = request.header("Authorization");
  if (!given.starts_with(bearer) || !settings_.token.matches(given.substr(bearer.size()))) {
    refused_.add();
    telemetry::log(telemetry::Level::error, "events_refused",
                   {{"workspace", workspace_},
                    {"connection", connection},
                    {"peer", request.peer},
                    {"do", "compare the sender's token with workspace.feed.token"}});
    http::Reply reply = refusal(401, "the token is not the configured one");
    reply.headers.push_back({"WWW-Authenticate", "Bearer"});
    co_return reply;
  }
  if (request.body.size() > settings_.body_bytes_max) {
    co_return refusal(413,
                      fmt::format("an order event has at most {} bytes", settings_.body_bytes_max));
  }
  connectors::relay::ParsedOrderEvent parsed = connectors::relay::parse_order_event(request.body);
  if (parsed.event_id.empty()) {
    malformed_.add();
    co_return refusal(400, parsed.event.error().what);
  }
  if (!parsed.event)
    co_return co_await keep_malformed(std::move(request.body), parsed.event.error().what);
  Result<flows::RelayPlan> plan = flows::plan_for_relay(std::move(*parsed.event));
  if (!plan) co_return co_await keep_malformed(std::move(request.body), plan.error().what);
  Taken taken = take(std::move(*plan), std::move(request.body));
  const auto receipt = co_await on_.journal.commit(std::move(taken.step));
  if (receipt) co_return stored(taken, *receipt);
  if (receipt.error().kind == Error::Kind::unavailable) co_return put_off();
  co_return co_await keep_known(std::move(taken.event_id));
}

journal::AddArrival OrderFeed::arrival_of(std::string body) const {
  journal::AddArrival arrival;
  arrival.id = on_.ids.next<ArrivalId>();
  arrival.workspace = workspace_;
  arrival.connection = connection;
  arrival.received_at = arrival.due_at = on_.clock.now();
  arrival.payload = std::move(body);
  return arrival;
}

OrderFeed::Taken OrderFeed::take(flows::RelayPlan plan, std::string body) {
  const model::OrderEvent& known = plan.order.event;
  Taken taken;
  taken.store = known.store.id;
  taken.event_id = known.event_id;
  journal::AddArrival arrival = arrival_of(std::move(body));
  arrival.external_id = known.event_id;
  arrival.announces = known.type;
  arrival.state = journal::ArrivalState::resolved;
  arrival.happened_at = known.happened_at;
  const RecordId record = on_.ids.next<RecordId>();
  arrival.record = record;

  journal::PutRecord put;
  put.id = record;
  put.workspace = workspace_;
  put.kind = record_kind;
  put.key = key_of(known.event_id);
  put.state = journal::RecordState::planned;
  put.reason = known.type;
  put.settings_version = settings_version_;
  put.happened_at = known.happened_at;
  put.changed_at = arrival.received_at;
  put.store = known.store.id;
  put.customer = customer_of(plan.lane);
  put.search_keys = search_keys(known);
  // The document is the arrival's body: it is not kept twice.

  const std::string bytes = connectors::relay::document_bytes(plan.order);
  taken.deliveries.reserve(relays_.size());
  for (const Relay& relay : relays_) {
    journal::AddDelivery delivery;
    delivery.id = on_.ids.next<DeliveryId>();
    delivery.workspace = workspace_;
    delivery.record = record;
    delivery.connection = relay.connection;
    delivery.flow = flows::order_to_relay_flow;
    delivery.effect = plan.effect;
    delivery.lane = plan.lane;
    if (relay.shadow) {
      delivery.state = journal::DeliveryState::skipped;
      delivery.reason = "shadow mode: planned, not sent";
    }
    delivery.due_at = arrival.received_at;
    delivery.happened_at = known.happened_at;
    delivery.settings_version = settings_version_;
    delivery.parts.push_back(bytes);
    taken.deliveries.push_back(std::move(delivery));
  }
  taken.step.only_if_fresh = true;
  taken.step.arrivals.push_back(std::move(arrival));
  taken.step.records.push_back(std::move(put));
  taken.step.deliveries = taken.deliveries;
  return taken;
}

http::Reply OrderFeed::stored(const Taken& taken, const journal::Receipt& receipt) {
  events_.add();
  if (!receipt.duplicate_arrivals.empty()) {
    duplicates_.add();
    return {};
  }
  for (const journal::AddDelivery& delivery : taken.deliveries) {
    const auto& existing = receipt.existing_deliveries;
    const bool fresh = std::find(existing.begin(), existing.end(), delivery.id) == existing.end();
    if (fresh && delivery.state == journal::DeliveryState::waiting) deliver_(delivery, taken.store);
  }
  return {};
}

// Retention forgets arrivals before it forgets records: an event that is told again after so long
// is known by its record. Without that, something else is wrong, and nothing may be acknowledged.
Task<http::Reply> OrderFeed::keep_known(std::string event_id) {
  using Records = std::vector<std::optional<journal::RecordRow>>;
  std::function<Result<Records>(journal::Reader&)> query =
      [workspace = workspace_, key = key_of(event_id)](journal::Reader& reader) {
        return reader.records_by_key(workspace, {{key}}, false);
      };
  const auto known = co_await on_.journal.read<Records>(std::move(query));
  if (!known || !known->front()) co_return put_off();
  journal::AddArrival arrival = arrival_of("");
  arrival.state = journal::ArrivalState::ignored;
  arrival.reason = fmt::format("event {} has its record already", event_id);
  journal::Step step;
  step.arrivals.push_back(std::move(arrival));
  const auto receipt = co_await on_.journal.commit(std::move(step));
  if (!receipt) co_return put_off();
  events_.add();
  duplicates_.add();
  co_return http::Reply{};
}

// Kept with a case. It does not take the event's id: sent again and corrected, it is a new one.
Task<http::Reply> OrderFeed::keep_malformed(std::string body, std::string problem) {
  malformed_.add();
  std::string subject = subject_of(body, country_);
  journal::AddArrival arrival = arrival_of(std::move(body));
  arrival.subject = std::move(subject);
  arrival.state = journal::ArrivalState::in_case;
  arrival.reason = problem;
  auto opened = engine::open_case(
      on_.ids.next<CaseId>(), engine::CaseType::malformed_event, workspace_, "feed: " + problem,
      arrival.received_at,
      fmt::format("The order feed was sent an event that cannot be used: {}. Its text is kept with "
                  "arrival {}; correct the sender and have it sent again.",
                  problem, arrival.id.value));
  opened.arrival = arrival.id;
  journal::Step step;
  step.cases.push_back(std::move(opened));
  step.arrivals.push_back(std::move(arrival));
  const auto receipt = co_await on_.journal.commit(std::move(step));
  if (!receipt) co_return put_off();
  events_.add();
  co_return refusal(422, problem);
}

http::Reply OrderFeed::put_off() {
  overload_.add();
  http::Reply reply = refusal(503, "it cannot be stored at the moment; send it again");
  reply.headers.push_back({"Retry-After", "1"});
  return reply;
}

}  // namespace tillbridge::app
