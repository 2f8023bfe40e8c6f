#include "ledger/ledger.h"

#include <array>
#include <set>
#include <unordered_set>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/hash.h"
#include "ledger/bloomreach_book.h"
#include "ledger/klaviyo_book.h"
#include "ledger/phases.h"
#include "ledger/register_writes.h"

namespace sandbox {

struct Ledger::State {
  explicit State(Expectations wanted)
      : expectations(std::move(wanted)),
        bloomreach(expectations, phases, register_writes),
        klaviyo(expectations, phases, register_writes) {}

  Expectations expectations;
  Phases phases;
  RegisterWrites register_writes;
  BloomreachBook bloomreach;
  KlaviyoBook klaviyo;
  std::array<PlatformBook*, 2> books = {&bloomreach, &klaviyo};
  boost::unordered_flat_set<std::uint64_t> event_ids;
  std::unordered_set<std::int64_t> acknowledged_orders;

  Summary summarise(const std::vector<KlaviyoProfile>* profiles) const;
};

namespace {

void add(Counts& total, const Counts& part) {
  total.effects_expected += part.effects_expected;
  total.effects_seen += part.effects_seen;
  total.missing += part.missing;
  total.invented += part.invented;
  total.doubled += part.doubled;
  total.absorbed += part.absorbed;
  total.wrong += part.wrong;
  total.out_of_order += part.out_of_order;
  total.unidentified += part.unidentified;
  for (const auto& [kind, count] : part.by_kind) total.by_kind[kind] += count;
  total.findings.insert(total.findings.end(), part.findings.begin(), part.findings.end());
}

}  // namespace

Summary Ledger::State::summarise(const std::vector<KlaviyoProfile>* profiles) const {
  Summary summary;
  summary.acknowledged = event_ids.size();
  summary.records = acknowledged_orders.size();
  std::set<std::int64_t> cases;
  std::vector<std::int64_t> lags_us;
  for (const PlatformBook* book : books) {
    PlatformSummary platform = book->summarise(profiles);
    add(summary, platform);
    book->collect_cases(cases);
    const auto samples = all_of(book->lags());
    lags_us.insert(lags_us.end(), samples.begin(), samples.end());
    summary.platforms.emplace(book->platform(), std::move(platform));
  }
  summary.cases = cases.size();
  summary.lag_p50_ms = percentile_ms(lags_us, 0.50);
  summary.lag_p99_ms = percentile_ms(lags_us, 0.99);
  return summary;
}

Ledger::Ledger(Expectations expectations)
    : state_(std::make_unique<State>(std::move(expectations))) {}

Ledger::~Ledger() = default;

void Ledger::set_expectations(Expectations expectations) {
  state_->expectations = std::move(expectations);
}

void Ledger::put(const TillOrder& order) {
  for (PlatformBook* book : state_->books) book->put(order);
}

void Ledger::acknowledged(const std::string& event_id, std::int64_t order_id) {
  state_->event_ids.insert(tillbridge::stable_hash(event_id));
  state_->acknowledged_orders.insert(order_id);
}

void Ledger::received(const ReceivedEvent& event) {
  if (event.platform == state_->klaviyo.platform()) {
    state_->klaviyo.received(event);
  } else {
    state_->bloomreach.received(event);
  }
}

void Ledger::stood_before(const std::vector<KlaviyoProfile>& profiles) {
  state_->klaviyo.stood_before(profiles);
}

void Ledger::written_at_till(const RegisterWrite& write) {
  state_->register_writes.add(write);
}

void Ledger::mark_phase(const std::string& name, std::int64_t from_us) {
  state_->phases.mark(name, from_us);
}

std::uint64_t Ledger::received_events(const std::string& platform) const {
  std::uint64_t received = 0;
  for (const PlatformBook* book : state_->books)
    if (platform.empty() || platform == book->platform()) received += book->received_events();
  return received;
}

std::uint64_t Ledger::acknowledged_events() const {
  return state_->event_ids.size();
}

std::size_t Ledger::missing_now(const std::string& platform) const {
  std::size_t missing = 0;
  for (const PlatformBook* book : state_->books)
    if (platform.empty() || platform == book->platform()) missing += book->missing_now();
  return missing;
}

Summary Ledger::summarise() const {
  return state_->summarise(nullptr);
}

Summary Ledger::summarise(const std::vector<KlaviyoProfile>& profiles) const {
  return state_->summarise(&profiles);
}

}  // namespace sandbox
