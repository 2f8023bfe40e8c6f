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

bool announces_state(std::string_view announces, model::OrderState state) {
  if (announces == announces_any || announces_past(announces)) return true;
  if (state == model::OrderState::closed) return announces == "closed";
  return state != model::OrderState::cancelled || announces == "cancelled";
}

bool announces_past(std::string_view announces) {
  return announces == announces_history || announces.starts_with(announces_as);
}

std::optional<model::Order> changed_for(const Target& target, const model::Order& read,
                                        std::string_view announces, Instant announced_at) {
  const bool cancelled = read.state == model::OrderState::cancelled;
  const bool attributed = announces.starts_with(announces_as);
  if (!cancelled && !attributed) return std::nullopt;
  model::Order order = read;
  // A backfill cannot know when: the order's own time then, never today.
  if (cancelled && announces != announces_history) order.cancelled_at = announced_at;
  if (attributed) {
    attribute(order.customer, std::string(announces.substr(announces_as.size())),
              target.key_source());
  }
  return order;
}

bool is_ours(const model::Order& order, const connectors::sitoo::Config& sitoo) {
  return sitoo.stores.empty() || std::find(sitoo.stores.begin(), sitoo.stores.end(),
                                           order.place.store_code) != sitoo.stores.end();
}

Result<model::Order> stored_order(const journal::RecordRow& row,
                                  const connectors::sitoo::Config& sitoo) {
  if (row.payload.empty())
    return fail(Error::Kind::not_found, "the document of " + row.key + " is past its retention");
  TB_TRY(const json::Value document, json::parse(row.payload));
  if (!document.is_object())
    return fail(Error::Kind::corrupt, "the document of " + row.key + " is no object");
  return connectors::sitoo::to_order(document.get_object(), sitoo);
}

Task<Result<void>> load_facts(journal::Journal& journal, std::string workspace,
                              std::string connection, FactsWanted wanted, FactTable& into) {
  for (;;) {
    std::vector<std::string> keys = wanted(into);
    std::erase_if(keys, [&](const std::string& key) { return into.looked_up(key); });
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.empty()) co_return Result<void>{};
    using Values = std::vector<std::optional<std::string>>;
    std::function<Result<Values>(journal::Reader&)> query = [workspace, connection,
                                                             keys](journal::Reader& reader) {
      return reader.facts(workspace, connection, keys);
    };
    auto found = co_await journal.read<Values>(std::move(query));
    if (!found) co_return fail(std::move(found.error()));
    for (std::size_t i = 0; i < keys.size(); ++i) into.loaded(keys[i], std::move((*found)[i]));
  }
}

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
      const auto changed = changed_for(*planned.target, order, one.announces, one.announced_at);
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
        if (!row) continue;
        auto order = stored_order(*row, settings_.sitoo);
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

Task<bool> OrderPlanning::look_up_facts(std::vector<ReleasedOrder> released,
                                        std::shared_ptr<Batch> into) {
  into->facts.resize(targets_.size());
  for (std::size_t at = 0; at < targets_.size(); ++at) {
    const Target& target = *targets_[at].target;
    const FactsWanted wanted = [&](const FactTable& facts) {
      std::vector<std::string> keys;
      for (const ReleasedOrder& one : released) {
        if (!one.read->order) continue;
        const model::Order& read = *one.read->order;
        const auto changed = changed_for(target, read, one.announces, one.announced_at);
        const model::Order& order = changed ? *changed : read;
        for (std::string& key : target.facts_wanted(order, original_of(order, *into), facts))
          keys.push_back(std::move(key));
      }
      return keys;
    };
    for (;;) {
      FactsWanted asked = wanted;
      const auto loaded = co_await load_facts(journal_, settings_.workspace, target.connection(),
                                              std::move(asked), into->facts[at]);
      if (loaded) break;
      telemetry::log(telemetry::Level::error, "lookup_failed",
                     {{"workspace", settings_.workspace}, {"what", loaded.error().what}});
      if (stopping_) co_return false;
      co_await sleep_for(loop_, store_retry_pause);
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
