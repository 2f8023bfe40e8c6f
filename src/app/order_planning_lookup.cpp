// What planning has to know before it plans a batch: the records and originals of its orders, and
// the facts that the flows remember.

#include <algorithm>

#include "app/order_planning.h"
#include "base/json.h"
#include "connectors/sitoo/order_mapping.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration store_retry_pause = std::chrono::milliseconds{200};

}  // namespace

Task<bool> OrderPlanning::look_up(std::vector<ReleasedOrder> released,
                                  std::shared_ptr<Batch> into) {
  std::vector<std::string> keys;
  std::vector<std::string> original_ids;
  for (const ReleasedOrder& one : released) {
    keys.push_back(one.subject);
    if (!one.read->order) continue;
    const model::Order& order = *one.read->order;
    into->originals.try_emplace(order.id, flows::Original{order});
    const bool needed = std::any_of(targets_.begin(), targets_.end(), [&](const auto& planned) {
      const auto changed = changed_for(*planned.target, one);
      return planned.target->needs_original(changed ? *changed : order);
    });
    if (needed) original_ids.push_back(order.original_order_id);
  }
  std::erase_if(original_ids, [&](const std::string& id) { return into->originals.contains(id); });
  std::vector<std::string> original_keys;
  original_keys.reserve(original_ids.size());
  for (const std::string& id : original_ids) original_keys.push_back("order/" + id);

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

// Some facts name others: asked until nothing new is wanted.
Task<bool> OrderPlanning::look_up_facts(std::vector<ReleasedOrder> released,
                                        std::shared_ptr<Batch> into) {
  into->facts.resize(targets_.size());
  for (std::size_t at = 0; at < targets_.size(); ++at) {
    const Target& target = *targets_[at].target;
    FactTable& facts = into->facts[at];
    for (;;) {
      std::vector<std::string> wanted;
      for (const ReleasedOrder& one : released) {
        if (!one.read->order) continue;
        const auto changed = changed_for(target, one);
        const model::Order& order = changed ? *changed : *one.read->order;
        for (std::string& key : target.facts_wanted(order, original_of(order, *into), facts)) {
          if (!facts.looked_up(key)) wanted.push_back(std::move(key));
        }
      }
      std::sort(wanted.begin(), wanted.end());
      wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
      if (wanted.empty()) break;
      using Values = std::vector<std::optional<std::string>>;
      std::function<Result<Values>(journal::Reader&)> query =
          [workspace = settings_.workspace, connection = target.connection(),
           wanted](journal::Reader& reader) { return reader.facts(workspace, connection, wanted); };
      auto found = co_await journal_.read<Values>(std::move(query));
      if (!found) {
        telemetry::log(telemetry::Level::error, "lookup_failed",
                       {{"workspace", settings_.workspace}, {"what", found.error().what}});
        if (stopping_) co_return false;
        co_await sleep_for(loop_, store_retry_pause);
        continue;
      }
      for (std::size_t i = 0; i < wanted.size(); ++i)
        facts.loaded(wanted[i], std::move((*found)[i]));
    }
  }
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

}  // namespace tillbridge::app
