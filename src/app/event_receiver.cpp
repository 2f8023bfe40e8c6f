#include "app/event_receiver.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/order_planning.h"
#include "app/validation/sitoo_steps.h"
#include "connectors/sitoo/events.h"
#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::app {

EventReceiver::EventReceiver(const Clock& clock, journal::Journal& journal, IdSource& ids,
                             telemetry::Metrics& metrics, ReceiverSettings settings,
                             std::function<void(const journal::AddArrival&)> arrived)
    : clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      arrived_(std::move(arrived)) {
  const telemetry::Labels labels{{"workspace", settings_.workspace},
                                 {"connection", settings_.connection}};
  events_ = metrics.counter("tillbridge_events_received_total",
                            "Events stored, duplicates included", labels);
  duplicates_ = metrics.counter("tillbridge_events_duplicate_total",
                                "Events that were known already", labels);
  malformed_ = metrics.counter("tillbridge_events_malformed_total",
                               "Events that could not be understood", labels);
  refused_ = metrics.counter(
      "tillbridge_events_refused_total",
      "Deliveries refused for wrong credentials: the sender drops them, so alarm on this", labels);
  overload_ = metrics.counter("tillbridge_events_put_off_total",
                              "Deliveries answered 503 because they could not be stored", labels);
}

Task<http::Reply> EventReceiver::receive(http::Request request) {
  http::Reply reply;
  const auto credentials = http::basic_credentials(request);
  const bool known = credentials &&
                     Secret(settings_.sitoo.events_user).matches(credentials->user) &&
                     settings_.sitoo.events_password.matches(credentials->password);
  if (!known) {
    refused_.add();
    telemetry::log(
        telemetry::Level::error, "events_refused",
        {{"workspace", settings_.workspace},
         {"peer", request.peer},
         {"do",
          "compare the user and password in Sitoo's event subscription with the configuration"}});
    reply.status = 401;
    reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"tillbridge\""});
    co_return reply;
  }

  Sorted sorted = sort(request.body);
  if (sorted.step.arrivals.empty()) co_return reply;  // an empty batch
  const auto count = static_cast<double>(sorted.step.arrivals.size());
  if (!noted_) {
    sorted.step.cursors.push_back(
        {settings_.workspace, events_seen_cursor, std::to_string(to_unix_seconds(clock_.now()))});
  }
  const auto receipt = co_await journal_.commit(std::move(sorted.step));
  if (!receipt) {
    overload_.add();
    reply.status = 503;
    reply.headers.push_back({"Retry-After", "1"});
    co_return reply;
  }
  noted_ = true;
  if (events_came_) events_came_();
  events_.add(count);
  duplicates_.add(static_cast<double>(receipt->duplicate_arrivals.size()));
  malformed_.add(static_cast<double>(sorted.malformed));
  for (const journal::AddArrival& arrival : sorted.to_resolve) {
    const auto& duplicates = receipt->duplicate_arrivals;
    if (std::find(duplicates.begin(), duplicates.end(), arrival.id) == duplicates.end())
      arrived_(arrival);
  }
  co_return reply;
}

EventReceiver::Sorted EventReceiver::sort(const std::string& body) {
  Sorted sorted;
  const Instant now = clock_.now();
  for (connectors::sitoo::Event& event : connectors::sitoo::parse_events(body)) {
    journal::AddArrival arrival;
    arrival.id = ids_.next<ArrivalId>();
    arrival.workspace = settings_.workspace;
    arrival.connection = settings_.connection;
    arrival.external_id = event.event_id;
    arrival.subject = event.subject;
    arrival.announces = event.announces;
    // A counter sale is announced by its "add"; one without a state change says nothing that could
    // be waited for.
    if (arrival.announces.empty() && event.order_event_type == "add")
      arrival.announces = announces_any;
    arrival.received_at = now;
    arrival.happened_at = event.happened_at;
    arrival.due_at = now + settings_.settling;
    if (event.malformed) {
      ++sorted.malformed;
      arrival.state = journal::ArrivalState::in_case;
      arrival.external_id.clear();
      arrival.subject.clear();
      arrival.reason = event.problem;
      auto opened = engine::open_case(ids_.next<CaseId>(), engine::CaseType::malformed_event,
                                      settings_.workspace, event.problem, now,
                                      fmt::format("Sitoo sent an event that cannot be understood: "
                                                  "{}. Its text is kept with arrival {}.",
                                                  event.problem, arrival.id.value));
      opened.arrival = arrival.id;
      sorted.step.cases.push_back(std::move(opened));
    } else if (event.account_id != settings_.sitoo.account_id) {
      arrival.state = journal::ArrivalState::ignored;
      arrival.reason = fmt::format("for account {}, this workspace is account {}", event.account_id,
                                   settings_.sitoo.account_id);
    } else if (event.eshop_id != 0 && event.eshop_id != settings_.sitoo.site_id) {
      arrival.state = journal::ArrivalState::ignored;
      arrival.reason = fmt::format("for site {}, this workspace is site {}", event.eshop_id,
                                   settings_.sitoo.site_id);
    } else if (event.subject.empty()) {
      arrival.state = journal::ArrivalState::ignored;
      arrival.reason = event.stock_hint && events_came_
                           ? "a hint that stock moved: the stock itself is read"
                           : fmt::format("no flow uses events of type {}", event.event_type);
    }
    if (arrival.state == journal::ArrivalState::received) sorted.to_resolve.push_back(arrival);
    arrival.payload = std::move(event.raw);
    sorted.step.arrivals.push_back(std::move(arrival));
  }
  return sorted;
}

}  // namespace tillbridge::app
