#pragma once
// A journal as a busy shop's after two months, for benchmarks: each record with its event, two
// deliveries and their attempts; one in a hundred refused, in cases. One thread.

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/ids.h"
#include "journal/sqlite/sqlite_store.h"

namespace tillbridge::bench {

inline constexpr std::size_t records_per_commit = 1'000;
inline constexpr std::size_t records_per_case = 100;
inline constexpr std::size_t group_count = 5'000;
inline constexpr std::size_t sku_count = 8'000;
inline constexpr const char* workspace = "shop";

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  return std::move(*result);
}
inline void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().what);
}

// What can be asked about record number n; the same for filling and asking.
struct Named {
  explicit Named(std::size_t n)
      : order(fmt::format("{}", 1'000'000 + n)),
        receipt(fmt::format("SII0000001500{:07}", n)),
        email(fmt::format("{}.{}{}@kund.example", first(n), last(n), n)),
        sku(fmt::format("SKU-{:05}", n * 2'654'435'761U % sku_count)) {}

  static const char* first(std::size_t n) {
    constexpr std::array names{"vera", "nils", "astrid", "oskar", "maja", "ebba", "sten", "hugo"};
    return names.at(n % names.size());
  }
  static const char* last(std::size_t n) {
    constexpr std::array names{"lind", "berg", "dahl", "holm", "ek", "strand", "sjo"};
    return names.at(n % names.size());
  }

  std::string order, receipt, email, sku;
};

// Fills a new file; the ids of the records, oldest first, afterwards.
class FilledJournal {
 public:
  FilledJournal(const std::string& file, std::size_t records, std::string shop = workspace)
      : shop_(std::move(shop)), ids_(clock_, 0) {
    journal::sqlite::SqliteSettings settings;
    settings.file = file;
    store_ = must(journal::sqlite::open(settings, true));
    writer_ = must(store_->open_writer());
    const SystemClock machine;
    const Instant begin = machine.now() - std::chrono::hours{24 * 60};
    clock_.step_wall(begin - clock_.now());
    const Duration gap = std::chrono::hours{24 * 60} / static_cast<std::int64_t>(records);
    for (std::size_t done = 0; done < records; done += records_per_commit) {
      std::vector<journal::Step> steps;
      for (std::size_t i = 0; i < records_per_commit && done + i < records; ++i) {
        add(steps.emplace_back(), done + i);
        clock_.advance(gap);
      }
      must(writer_->apply(steps));
      writer_->maintain();
    }
  }

  const std::vector<RecordId>& record_ids() const { return record_ids_; }

 private:
  void add(journal::Step& step, std::size_t n) {
    const Named named(n);
    journal::AddArrival arrival;
    arrival.id = ids_.next<ArrivalId>();
    arrival.workspace = shop_;
    arrival.connection = "sitoo";
    arrival.external_id = fmt::format("{:032x}", n);
    arrival.subject = "order/" + named.order;
    arrival.received_at = arrival.due_at = clock_.now();
    arrival.payload = fmt::format(R"({{"order_id":{}}})", named.order);
    const RecordId record = add_record(step, n, named);
    journal::UpdateArrival resolved;
    resolved.id = arrival.id;
    resolved.state = journal::ArrivalState::resolved;
    resolved.record = record;
    resolved.due_at = clock_.now();
    step.arrivals.push_back(std::move(arrival));
    step.arrival_updates.push_back(std::move(resolved));
    const bool refused = n % records_per_case == 0;
    add_delivery(step, record, named, "bloomreach", false);
    const DeliveryId second = add_delivery(step, record, named, "klaviyo", refused);
    if (refused) add_case(step, n, record, second);
  }

  RecordId add_record(journal::Step& step, std::size_t n, const Named& named) {
    journal::PutRecord record;
    record.id = ids_.next<RecordId>();
    record.workspace = shop_;
    record.kind = n % 20 == 0 ? "return" : "sale";
    record.key = "order/" + named.order;
    record.state = journal::RecordState::planned;
    record.happened_at = record.changed_at = clock_.now();
    record.store = fmt::format("STO-{:02}", n % 60);
    record.customer = fmt::format("c-{}", n % 400'000);
    record.search_keys = {"order:" + named.order,
                          "receipt:" + named.receipt,
                          "customer:" + record.customer,
                          "email:" + named.email,
                          fmt::format("phone:+4670{:07}", n % 400'000),
                          "sku:" + named.sku};
    record.payload = fmt::format(
        R"({{"order_id":{},"email":"{}","rows":[{{"sku":"{}","quantity":1,"price":"129.00"}}]}})",
        named.order, named.email, named.sku);
    step.records.push_back(record);
    record_ids_.push_back(record.id);
    return record.id;
  }

  DeliveryId add_delivery(journal::Step& step, RecordId record, const Named& named,
                          const std::string& connection, bool refused) {
    journal::AddDelivery delivery;
    delivery.id = ids_.next<DeliveryId>();
    delivery.workspace = shop_;
    delivery.record = record;
    delivery.connection = connection;
    delivery.flow = "sale_to_" + connection;
    delivery.effect = "sale/" + named.order;
    delivery.lane = "customer/" + named.email;
    delivery.due_at = delivery.happened_at = clock_.now();
    delivery.parts = {fmt::format(R"({{"name":"purchase","email":"{}"}})", named.email)};
    journal::UpdateDelivery ended;
    ended.id = delivery.id;
    ended.state = refused ? journal::DeliveryState::parked : journal::DeliveryState::delivered;
    ended.reason = refused ? "the platform refused it: a property is not known" : "";
    ended.due_at = clock_.now();
    ended.attempts = 1;
    ended.parts_done = refused ? 0 : 1;
    journal::AddAttempt attempt;
    attempt.delivery = delivery.id;
    attempt.at = clock_.now();
    attempt.took = std::chrono::milliseconds{80};
    attempt.outcome = refused ? "rejected" : "delivered";
    attempt.http_status = refused ? 400 : 200;
    attempt.parts_sent = 1;
    step.deliveries.push_back(delivery);
    step.delivery_updates.push_back(std::move(ended));
    step.attempts.push_back(std::move(attempt));
    return delivery.id;
  }

  void add_case(journal::Step& step, std::size_t n, RecordId record, DeliveryId delivery) {
    journal::OpenCase opened;
    opened.id = ids_.next<CaseId>();
    opened.workspace = shop_;
    opened.type = "rejected_delivery";
    opened.group = fmt::format("klaviyo/{}", n / records_per_case % group_count);
    opened.owner = n / records_per_case % 2 == 0 ? "marketing" : "integration";
    opened.record = record;
    opened.delivery = delivery;
    opened.opened_at = clock_.now();
    opened.due_at = clock_.now() + std::chrono::hours{24};
    opened.reason = "Klaviyo refused it";
    step.cases.push_back(std::move(opened));
  }

  std::string shop_;
  ManualClock clock_;
  IdSource ids_;
  std::unique_ptr<journal::Store> store_;
  std::unique_ptr<journal::Writer> writer_;
  std::vector<RecordId> record_ids_;
};

}  // namespace tillbridge::bench
