#include "app/carried_work.h"

#include <algorithm>

#include "app/bloomreach_connection.h"
#include "app/carried_settings.h"
#include "app/desk/settings_desk.h"
#include "app/journal_place.h"
#include "app/outbound_settings.h"
#include "app/pausing.h"
#include "app/relay/relay_connection.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t rows_per_page = 2'000;
constexpr Duration ends_within = std::chrono::seconds{2};
constexpr Duration again_after = std::chrono::seconds{1};

// Stock is the leading hub's.
Workspace without_stock(Workspace settings) {
  settings.stock.on = false;
  return settings;
}

}  // namespace

// Calls to the outside until it is broken off; afterwards none.
class CarriedWork::BreakableTransport final : public outbound::Transport {
 public:
  BreakableTransport(Loop& loop, telemetry::Metrics& metrics, const Config& config)
      : calls_(
            std::make_unique<outbound::CurlTransport>(loop, metrics, outbound_settings(config))) {}
  Task<Result<outbound::HttpAnswer>> send(outbound::HttpRequest request) override {
    if (!calls_) co_return fail(Error::Kind::retry, "this hub ends: another one makes the call");
    co_return co_await calls_->send(std::move(request));
  }
  void break_off() { calls_.reset(); }

 private:
  std::unique_ptr<outbound::CurlTransport> calls_;
};

CarriedWork::CarriedWorkspace::CarriedWorkspace(Surroundings on, const Workspace& settings)
    : name(settings.name), lag({settings.lag_alert, settings.lag_recover}) {
  if (settings.bloomreach_connected)
    connections.push_back(std::make_unique<BloomreachConnection>(on, without_stock(settings), lag));
  if (!settings.feed.on) return;
  for (const RelaySettings& relay : settings.relays)
    connections.push_back(std::make_unique<RelayConnection>(on, settings, relay, lag));
}

TargetConnection* CarriedWork::CarriedWorkspace::find(const std::string& connection) const {
  for (const auto& one : connections) {
    if (one->name() == connection) return one.get();
  }
  return nullptr;
}

CarriedWork::CarriedWork(Loop& loop, SystemClock& clock, telemetry::Metrics& metrics, Config config,
                         const CarryingOptions& options, Leading& leading,
                         std::function<void()> renew)
    : loop_(loop),
      clock_(clock),
      metrics_(metrics),
      config_(std::move(config)),
      options_(options),
      leading_(leading),
      renew_(std::move(renew)),
      tasks_(loop, [](const std::string& what) {
        telemetry::log(telemetry::Level::error, "task_failed", {{"what", what}});
      }) {}

CarriedWork::~CarriedWork() = default;

Task<Result<void>> CarriedWork::start() {
  TB_CO_CHECK(open());
  std::function<Result<std::uint64_t>(journal::Reader&)> highest = [](journal::Reader& reader) {
    return reader.highest_id();
  };
  const auto above = co_await journal_->read<std::uint64_t>(std::move(highest));
  if (!above) co_return fail(above.error());
  ids_ = std::make_unique<IdSource>(clock_, options_.node, *above);
  share_work();
  TB_CO_CHECK(co_await shared_->begin());
  TB_CO_CHECK(co_await apply_edited_settings(config_, options_.file, *journal_, LeftAside::leave));
  TB_CO_TRY(const auto difference, co_await difference_to_leader());
  if (difference) {
    telemetry::log(telemetry::Level::error, "does_not_carry",
                   {{"reason", *difference},
                    {"do", "give all hubs the same configuration; the others send meanwhile"}});
    leading_.carries_not(*difference);
    tasks_.start(shared_->run());  // until the settings are others
    co_return Result<void>{};
  }
  transport_ = std::make_unique<BreakableTransport>(loop_, metrics_, config_);
  for (const Workspace& workspace : config_.workspaces) {
    const Surroundings on{loop_, clock_, *journal_, *ids_, metrics_, *transport_};
    workspaces_.push_back(std::make_unique<CarriedWorkspace>(on, workspace));
    for (const auto& one : workspaces_.back()->connections) {
      one->carry({});
      one->tell_breakers([this](const engine::BreakerNews& news) { shared_->tell(news); });
    }
  }
  TB_CO_CHECK(co_await take_pauses());
  TB_CO_CHECK(co_await take_up());
  for (const auto& workspace : workspaces_)
    for (const auto& one : workspace->connections) one->start(tasks_);
  shared_->join();
  tasks_.start(shared_->run());
  telemetry::log(telemetry::Level::info, "carries");
  co_return Result<void>{};
}

// What goes by other settings here than where it is planned is left to those who know it likewise.
// A workspace that nobody has led with yet has nothing to send; when somebody does, that is told.
Task<Result<std::optional<std::string>>> CarriedWork::difference_to_leader() {
  TB_CO_TRY(const auto newest, co_await shared_->newest_settings());
  for (const auto& [name, settings] : newest) {
    std::string own;
    for (const Workspace& one : config_.workspaces) {
      if (one.name == name) own = effective_document(one);
    }
    auto difference = difference_in_what_is_carried(name, settings.document, own);
    if (difference) co_return difference;
  }
  co_return std::nullopt;
}

void CarriedWork::share_work() {
  SharedWork::Parts parts;
  parts.carry = [this](const engine::ShardSet& shards) {
    for (const auto& workspace : workspaces_)
      for (const auto& one : workspace->connections) one->carry(shards);
  };
  parts.under_way_in = [this](const engine::ShardSet& shards) {
    return std::any_of(workspaces_.begin(), workspaces_.end(), [&](const auto& workspace) {
      return std::any_of(workspace->connections.begin(), workspace->connections.end(),
                         [&](const auto& one) { return one->under_way_in(shards); });
    });
  };
  parts.changed = [this](const journal::OpenDelivery& delivery) {
    changed(delivery);
    return true;
  };
  parts.ordered = [this](bool pauses, bool settings) {
    if (settings) renew_();
    if (!pauses) return;
    pauses_changed_ = true;
    if (!follows_pauses_) tasks_.start(follow_pauses());
  };
  parts.heard = [this](const engine::BreakerNews& news) {
    for (const auto& workspace : workspaces_) {
      if (workspace->name != news.workspace) continue;
      for (const auto& one : workspace->connections) one->heard(news);
    }
  };
  shared_ = std::make_unique<SharedWork>(loop_, clock_, *journal_, leading_, config_.journal.url,
                                         options_.node, std::move(parts));
}

Result<void> CarriedWork::open() {
  JournalPlace place = journal_place(config_);
  place.allow_volatile = options_.allow_volatile;
  place.node = options_.node;
  place.fence = leading_.fence();
  place.carries_only = true;
  TB_TRY(journal_, start_journal(loop_, clock_, metrics_, config_, place));
  return {};
}

// All that waits, also for other hubs: a shard changes hands without being read again.
Task<Result<void>> CarriedWork::take_up() {
  using Page = std::vector<journal::OpenDelivery>;
  DeliveryId after;
  for (;;) {
    std::function<Result<Page>(journal::Reader&)> query = [after](journal::Reader& reader) {
      constexpr DeliveryId all{std::numeric_limits<std::int64_t>::max()};
      return reader.open_deliveries(after, all, rows_per_page);
    };
    TB_CO_TRY(const Page page, co_await journal_->read<Page>(std::move(query)));
    for (const journal::OpenDelivery& delivery : page) changed(delivery);
    if (page.size() < rows_per_page) co_return Result<void>{};
    after = page.back().id;
  }
}

void CarriedWork::changed(const journal::OpenDelivery& delivery) {
  constexpr bool adds_here = false;
  for (const auto& workspace : workspaces_) {
    if (workspace->name != delivery.workspace) continue;
    if (TargetConnection* const found = workspace->find(delivery.connection);
        found != nullptr && found->carries(delivery.flow))
      found->changed_elsewhere(delivery, adds_here);
  }
}

Task<Result<void>> CarriedWork::take_pauses() {
  using Pauses = std::vector<journal::Pause>;
  std::function<Result<Pauses>(journal::Reader&)> query = [](journal::Reader& reader) {
    return reader.pauses();
  };
  TB_CO_TRY(const Pauses pauses, co_await journal_->read<Pauses>(std::move(query)));
  for (const auto& workspace : workspaces_) {
    std::set<std::string> paused;
    for (const journal::Pause& one : pauses) {
      if (one.workspace == workspace->name) paused.insert(one.connection);
    }
    for (const std::string& what : paused) (void)pause_named(workspace->connections, what, true);
    for (const std::string& what : workspace->paused) {
      if (!paused.contains(what)) (void)pause_named(workspace->connections, what, false);
    }
    workspace->paused = std::move(paused);
  }
  co_return Result<void>{};
}

// One reading after the other: an older one must not be applied over a newer one.
Task<void> CarriedWork::follow_pauses() {
  follows_pauses_ = true;
  while (pauses_changed_ && !tasks_.stopping()) {
    pauses_changed_ = false;
    if (co_await take_pauses()) continue;
    pauses_changed_ = true;
    co_await sleep_for(loop_, again_after);
  }
  follows_pauses_ = false;
}

Task<void> CarriedWork::stop() {
  if (shared_) shared_->request_stop();
  for (const auto& workspace : workspaces_)
    for (const auto& one : workspace->connections) one->request_stop();
  tasks_.request_stop();
  const Tick until = clock_.tick() + ends_within;
  while (tasks_.running() > 0 && clock_.tick() < until)
    co_await sleep_for(loop_, std::chrono::milliseconds{20});
  if (transport_) transport_->break_off();  // ends what is under way still
  co_await tasks_.join();
  shared_.reset();
  if (journal_) journal_->stop();
}

}  // namespace tillbridge::app
