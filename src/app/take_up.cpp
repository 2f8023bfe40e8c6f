#include "app/take_up.h"

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration again_after = std::chrono::seconds{1};

}  // namespace

TakeUp::TakeUp(Loop& loop, journal::Journal& journal,
               const std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces,
               std::uint64_t highest, std::function<void(const std::string&)> on_fatal,
               std::size_t page_rows)
    : journal_(journal),
      workspaces_(workspaces),
      stop_(loop),
      until_{highest},
      on_fatal_(std::move(on_fatal)),
      page_rows_(page_rows) {}

Task<Result<void>> TakeUp::begin() {
  TB_CO_CHECK(co_await take_pauses());
  TB_CO_CHECK(co_await take_arrivals());
  for (const auto& workspace : workspaces_) workspace->begin_take_up();
  TB_CO_TRY(const Page page, co_await next_page());
  take(page);
  co_return Result<void>{};
}

Task<void> TakeUp::run() {
  while (!all_taken_ && !stopping_) {
    const auto page = co_await next_page();
    if (stopping_) co_return;
    if (page) {
      take(*page);
      continue;
    }
    if (page.error().kind != Error::Kind::unavailable) {
      on_fatal_("work cannot be taken up: " + page.error().what);
      co_return;
    }
    telemetry::log(telemetry::Level::error, "work_not_read",
                   {{"after", taken_.value},
                    {"what", page.error().what},
                    {"do", "what is planned now waits until it can be read"}});
    co_await stop_.wait(again_after);
  }
}

void TakeUp::request_stop() {
  stopping_ = true;
  stop_.notify();
}

// Held and paused before the first one is there.
Task<Result<void>> TakeUp::take_pauses() {
  using Pauses = std::vector<journal::Pause>;
  std::function<Result<Pauses>(journal::Reader&)> query = [](journal::Reader& reader) {
    return reader.pauses();
  };
  TB_CO_TRY(const Pauses pauses, co_await journal_.read<Pauses>(std::move(query)));
  for (const auto& pause : pauses) {
    if (auto* workspace = find(pause.workspace)) (void)workspace->pause(pause.connection);
  }
  co_return Result<void>{};
}

// All of them before the first event is received: the sequencer has to know what comes before it.
Task<Result<void>> TakeUp::take_arrivals() {
  using Arrivals = std::vector<journal::OpenArrival>;
  std::function<Result<Arrivals>(journal::Reader&)> query =
      [](journal::Reader& reader) -> Result<Arrivals> {
    Arrivals arrivals;
    TB_CHECK(reader.open_arrivals(
        [&](const journal::OpenArrival& arrival) { arrivals.push_back(arrival); }));
    return arrivals;
  };
  TB_CO_TRY(const Arrivals arrivals, co_await journal_.read<Arrivals>(std::move(query)));
  for (const auto& arrival : arrivals) {
    if (auto* workspace = find(arrival.workspace)) workspace->adopt(arrival);
  }
  arrivals_ = arrivals.size();
  co_return Result<void>{};
}

Task<Result<TakeUp::Page>> TakeUp::next_page() {
  std::function<Result<Page>(journal::Reader&)> query =
      [after = taken_, until = until_, limit = page_rows_](journal::Reader& reader) {
        return reader.open_deliveries(after, until, limit);
      };
  co_return co_await journal_.read<Page>(std::move(query));
}

void TakeUp::take(const Page& page) {
  for (const journal::OpenDelivery& delivery : page) {
    if (auto* workspace = find(delivery.workspace)) workspace->adopt(delivery);
  }
  deliveries_ += page.size();
  if (!page.empty()) taken_ = page.back().id;
  if (page.size() < page_rows_) end();
}

void TakeUp::end() {
  all_taken_ = true;
  for (const auto& workspace : workspaces_) workspace->end_take_up();
  if (foreign_ > 0) {
    telemetry::log(
        telemetry::Level::warning, "work_of_unknown_workspaces",
        {{"items", foreign_},
         {"do", "put their workspaces back into the configuration; nothing of them is lost"}});
  }
  telemetry::log(telemetry::Level::info, "work_taken_up",
                 {{"arrivals", arrivals_}, {"deliveries", deliveries_}});
}

WorkspaceRuntime* TakeUp::find(const std::string& workspace) {
  for (const auto& one : workspaces_) {
    if (one->name() == workspace) return one.get();
  }
  ++foreign_;
  return nullptr;
}

}  // namespace tillbridge::app
