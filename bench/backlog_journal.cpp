// Fills a new SQLite journal with a mountain of work: each record with its finished arrival and one
// delivery to Bloomreach that waits, as after a day on which the platform was away. For measuring a
// start with it (harness/backlog.py). Prints one JSON object.
//
//   backlog_journal --file FILE [--records N] [--customers N] [--hours H]
//
// Each delivery is a purchase that says whose it is and the how-manieth of theirs: "customer" and
// "turn", from 1 without a gap, in the order of the lane.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "filled_journal.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::bench;

constexpr const char* hub_workspace = "demo";  // of the configuration in harness/servers.py
constexpr std::size_t store_count = 60;

struct Options {
  std::string file;
  std::size_t records = 1'000'000;
  std::size_t customers = 400'000;
  int hours = 24;
};

class BacklogJournal {
 public:
  explicit BacklogJournal(const Options& options) : options_(options), ids_(clock_, 0) {
    journal::sqlite::SqliteSettings settings;
    settings.file = options.file;
    auto store = must(journal::sqlite::open(settings, true));
    auto writer = must(store->open_writer());
    const SystemClock machine;
    const Duration span = std::chrono::hours{options.hours};
    clock_.step_wall(machine.now() - span - clock_.now());
    const Duration gap = span / static_cast<std::int64_t>(options.records);
    for (std::size_t done = 0; done < options.records; done += records_per_commit) {
      std::vector<journal::Step> steps;
      for (std::size_t i = 0; i < records_per_commit && done + i < options.records; ++i) {
        add(steps.emplace_back(), done + i);
        clock_.advance(gap);
      }
      must(writer->apply(steps));
      writer->maintain();
    }
  }

 private:
  void add(journal::Step& step, std::size_t n) {
    const Named named(n);
    // Not in turn: lanes that follow each other are not neighbours in the journal.
    const std::size_t customer = n * 2'654'435'761U % options_.customers;
    const std::string who = fmt::format("c-{:07}", customer);
    journal::AddArrival arrival;
    arrival.id = ids_.next<ArrivalId>();
    arrival.workspace = hub_workspace;
    arrival.connection = "sitoo";
    arrival.external_id = fmt::format("{:032x}", n);
    arrival.subject = "order/" + named.order;
    arrival.announces = "closed";
    arrival.received_at = arrival.due_at = clock_.now();
    arrival.payload = fmt::format(R"({{"order_id":{}}})", named.order);
    journal::PutRecord record;
    record.id = ids_.next<RecordId>();
    record.workspace = hub_workspace;
    record.kind = "sale";
    record.key = "order/" + named.order;
    record.state = journal::RecordState::planned;
    record.happened_at = record.changed_at = clock_.now();
    record.store = fmt::format("STO-{:02}", n % store_count);
    record.customer = who;
    record.search_keys = {"order:" + named.order, "receipt:" + named.receipt, "customer:" + who,
                          "email:" + named.email, "sku:" + named.sku};
    record.payload = fmt::format(
        R"({{"order_id":{},"email":"{}","rows":[{{"sku":"{}","quantity":1,"price":"129.00"}}]}})",
        named.order, named.email, named.sku);
    journal::UpdateArrival resolved;
    resolved.id = arrival.id;
    resolved.workspace = hub_workspace;
    resolved.state = journal::ArrivalState::resolved;
    resolved.record = record.id;
    resolved.due_at = clock_.now();
    step.deliveries.push_back(delivery(n, record.id, named, who, n / options_.customers + 1));
    step.arrivals.push_back(std::move(arrival));
    step.records.push_back(std::move(record));
    step.arrival_updates.push_back(std::move(resolved));
  }

  journal::AddDelivery delivery(std::size_t n, RecordId record, const Named& named,
                                const std::string& who, std::size_t turn) {
    journal::AddDelivery made;
    made.id = ids_.next<DeliveryId>();
    made.workspace = hub_workspace;
    made.record = record;
    made.connection = "bloomreach";
    made.flow = "sale_to_bloomreach";
    made.effect = "sale/" + named.order;
    made.lane = "customer/" + who;
    made.due_at = made.happened_at = clock_.now();
    made.parts = {fmt::format(
        R"({{"name":"customers/events","data":{{"customer_ids":{{"registered":"{}"}},)"
        R"("event_type":"purchase","timestamp":{},"properties":{{"purchase_id":"{}",)"
        R"("customer":"{}","turn":{},"total_price":129.00,"currency":"SEK","store":"STO-{:02}",)"
        R"("product_ids":["{}"],"receipt":"{}","purchase_source_type":"pos"}}}}}})",
        who, to_unix_us(clock_.now()) / 1'000'000, named.order, who, turn, n % store_count,
        named.sku, named.receipt)};
    return made;
  }

  const Options options_;
  ManualClock clock_;
  IdSource ids_;
};

}  // namespace

int main(int count, char** arguments) {
  Options options;
  CLI::App app("Fills a journal with deliveries that wait");
  app.add_option("--file", options.file, "The new journal")->required();
  app.add_option("--records", options.records, "Records, and deliveries that wait");
  app.add_option("--customers", options.customers, "Whose they are: lanes")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--hours", options.hours, "Spread over so many hours until now")
      ->check(CLI::Range(1, 1'000));
  CLI11_PARSE(app, count, arguments);
  try {
    const SystemClock machine;
    const Tick began = machine.tick();
    const BacklogJournal filled(options);
    const double seconds = std::chrono::duration<double>(machine.tick() - began).count();
    fmt::print(
        "{{\"records\":{},\"deliveries_waiting\":{},\"customers\":{},\"bytes\":{},"
        "\"seconds\":{:.1f}}}\n",
        options.records, options.records, std::min(options.customers, options.records),
        std::filesystem::file_size(options.file), seconds);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "backlog_journal: %s\n", failure.what());
    return 1;
  }
}
