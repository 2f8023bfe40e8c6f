// Rows per second of the PostgreSQL journal.
//   postgres_journal_bench [BATCHES [URL]]       the life of an order in batches of 100 steps
//   postgres_journal_bench feed BATCHES [URL]    events of the feed with their record and delivery,
//   32 in each
//                                                batch beside the outcomes of the 32 before
// Without a URL: on a throw-away cluster.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/ids.h"
#include "journal/postgres/postgres_store.h"
#include "throwaway_cluster.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::journal;

constexpr std::uint64_t steps_per_apply = 100;

std::string body(std::uint64_t n) {
  std::string text = "{\"order\":" + std::to_string(n) + ",\"rows\":[";
  while (text.size() < 1000)
    text += "{\"sku\":\"" + std::to_string(n * 7919 + text.size()) + "\",\"price\":\"129.00\"},";
  return text + "{}]}";
}

struct Ids {
  std::uint64_t next = 0;
};

Step arrive(Ids& ids, std::uint64_t first) {
  const auto name = std::to_string(first);
  const Instant now = SystemClock().now();
  AddArrival a;
  a.id = ArrivalId{first};
  a.workspace = "shop";
  a.connection = "sitoo";
  a.external_id = name;
  a.subject = "order/" + name;
  a.received_at = a.due_at = now;
  a.payload = body(first);
  ids.next = first + 10;
  return {.arrivals = {a}};
}

Step plan(std::uint64_t first) {
  const auto name = std::to_string(first);
  const Instant now = SystemClock().now();
  UpdateArrival u;
  u.id = ArrivalId{first};
  u.workspace = "shop";
  u.state = ArrivalState::resolved;
  u.record = RecordId{first + 1};
  PutRecord r;
  r.id = RecordId{first + 1};
  r.workspace = "shop";
  r.kind = "sale";
  r.key = "order/" + name;
  r.state = RecordState::planned;
  r.happened_at = r.changed_at = now;
  r.store = "S1";
  r.customer = "c-" + name;
  r.search_keys = {"order:" + name, "receipt:SII" + name, "email:person" + name + "@example.com"};
  r.payload = body(first);
  Step step{.arrival_updates = {u}, .records = {r}};
  for (std::uint64_t n = 0; n < 2; ++n) {
    AddDelivery d;
    d.id = DeliveryId{first + 2 + n};
    d.workspace = "shop";
    d.record = r.id;
    d.connection = n == 0 ? "klaviyo" : "bloomreach";
    d.flow = "sale";
    d.effect = "sale/" + name;
    d.lane = "customer/c-" + name;
    d.due_at = d.happened_at = now;
    d.parts = {body(first + n)};
    step.deliveries.push_back(d);
  }
  return step;
}

Step deliver(std::uint64_t first) {
  Step step;
  for (std::uint64_t n = 0; n < 2; ++n) {
    UpdateDelivery u;
    u.id = DeliveryId{first + 2 + n};
    u.workspace = "shop";
    u.state = DeliveryState::delivered;
    u.parts_done = 1;
    step.delivery_updates.push_back(u);
    AddAttempt a;
    a.delivery = u.id;
    a.workspace = "shop";
    a.at = SystemClock().now();
    a.outcome = "delivered";
    a.http_status = 200;
    a.parts_sent = 1;
    step.attempts.push_back(a);
  }
  return step;
}

// What the order feed makes of one event (app/relay), and what its delivery comes to.
struct Event {
  Step taken;
  Step sent;
};

Event event(IdSource& ids, std::uint64_t n) {
  const Instant now = SystemClock().now();
  const std::string number = std::to_string(1'000'000 + n);
  const std::string name = "00000000000000000000000000" + number.substr(1);
  AddArrival a;
  a.id = ids.next<ArrivalId>();
  a.workspace = "demo";
  a.connection = "feed";
  a.external_id = name;
  a.announces = "order.closed";
  a.state = ArrivalState::resolved;
  a.received_at = a.due_at = now;
  a.happened_at = now;
  a.record = ids.next<RecordId>();
  a.payload = body(n);
  PutRecord r;
  r.id = *a.record;
  r.workspace = "demo";
  r.kind = "order_event";
  r.key = "order_event/" + name;
  r.state = RecordState::planned;
  r.reason = a.announces;
  r.happened_at = r.changed_at = now;
  r.store = "7";
  r.customer = "C-" + std::to_string(100'000 + n * 7'919 % 6'400);
  r.search_keys = {"order:W-" + name.substr(20), "customer:" + r.customer};
  AddDelivery d;
  d.id = ids.next<DeliveryId>();
  d.workspace = "demo";
  d.record = r.id;
  d.connection = "sink";
  d.flow = "order_to_relay";
  d.effect = r.key;
  d.lane = "customer/" + r.customer;
  d.due_at = d.happened_at = now;
  d.parts = {body(n + 1)};
  UpdateDelivery u;
  u.id = d.id;
  u.workspace = "demo";
  u.state = DeliveryState::delivered;
  u.due_at = now;
  u.attempts = 1;
  u.parts_done = 1;
  AddAttempt t;
  t.delivery = d.id;
  t.workspace = "demo";
  t.at = now;
  t.took = std::chrono::milliseconds{3};
  t.outcome = "delivered";
  t.http_status = 200;
  t.parts_sent = 1;
  return {{.arrivals = {a}, .records = {r}, .deliveries = {d}, .only_if_fresh = true},
          {.delivery_updates = {u}, .attempts = {t}}};
}

double seconds_of(Writer& writer, const std::vector<Step>& steps) {
  const auto began = std::chrono::steady_clock::now();
  const auto receipts = writer.apply(steps);
  if (!receipts) {
    std::fprintf(stderr, "%s\n", receipts.error().what.c_str());
    std::exit(1);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

int feed(Writer& writer, std::uint64_t batches) {
  constexpr std::uint64_t events_per_apply = 32;
  SystemClock clock;
  IdSource ids(clock, 0);
  std::vector<Step> outcomes;
  double seconds = 0;
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    auto steps = std::move(outcomes);
    outcomes.clear();
    for (std::uint64_t at = 0; at < events_per_apply; ++at) {
      auto made = event(ids, batch * events_per_apply + at);
      steps.push_back(std::move(made.taken));
      outcomes.push_back(std::move(made.sent));
    }
    seconds += seconds_of(writer, steps);
  }
  const double events = static_cast<double>(batches * events_per_apply);
  std::printf("feed    %8.0f events/s (%.0f events)\n", events / seconds, events);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool of_feed = argc > 1 && std::string_view(argv[1]) == "feed";
  if (of_feed) {
    --argc;
    ++argv;
  }
  const std::uint64_t batches = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200;
  const std::string url = argc > 2 ? argv[2] : ThrowawayCluster::of_program().url_of_new_schema();
  auto store = postgres::open_postgres_store(url);
  auto writer = store ? (*store)->open_writer() : fail(store.error());
  if (!writer) {
    std::fprintf(stderr, "%s\n", writer.error().what.c_str());
    return 1;
  }
  if (of_feed) return feed(**writer, batches);
  double arriving = 0;
  double planning = 0;
  double delivering = 0;
  Ids ids{lowest_id_at(SystemClock().now())};
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    std::vector<Step> arrivals, plans, deliveries;
    for (std::uint64_t n = 0; n < steps_per_apply; ++n) {
      const auto first = ids.next;
      arrivals.push_back(arrive(ids, first));
      plans.push_back(plan(first));
      deliveries.push_back(deliver(first));
    }
    arriving += seconds_of(**writer, arrivals);
    planning += seconds_of(**writer, plans);
    delivering += seconds_of(**writer, deliveries);
  }
  const double orders = static_cast<double>(batches * steps_per_apply);
  // arrival, event, payload; update, record, payload, 2 deliveries, 2 payloads; 2 updates, 2
  // attempts
  std::printf("arrive  %8.0f steps/s  %8.0f rows/s\n", orders / arriving, 3 * orders / arriving);
  std::printf("plan    %8.0f steps/s  %8.0f rows/s\n", orders / planning, 7 * orders / planning);
  std::printf("deliver %8.0f steps/s  %8.0f rows/s\n", orders / delivering,
              4 * orders / delivering);
  const double all = arriving + planning + delivering;
  std::printf("life    %8.0f orders/s %8.0f rows/s (%llu orders)\n", orders / all,
              14 * orders / all, static_cast<unsigned long long>(orders));
  return 0;
}
