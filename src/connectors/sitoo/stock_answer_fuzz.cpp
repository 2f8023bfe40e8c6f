// Any answer about stock gives one outcome that fits, and nothing but sound levels and movements.
// Inputs are bodies, or the examples with a piece replaced.

#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "connectors/sitoo/contract_examples.h"
#include "connectors/sitoo/stock_answers.h"
#include "connectors/sitoo/stock_mapping.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::connectors::sitoo;
using Kind = Outcome::Kind;

void check(const Outcome& outcome, int status) {
  TB_ASSERT(outcome.kind != Kind::ambiguous && outcome.kind != Kind::superseded);
  TB_ASSERT(outcome.kind != Kind::delivered || status / 100 == 2);
  TB_ASSERT(outcome.kind == Kind::throttled || status != 429);
  TB_ASSERT(outcome.kind == Kind::delivered || !outcome.reason.empty());
}

void check_levels(const outbound::HttpAnswer& answer) {
  const LevelPage page = read_levels(answer, "7", 100, from_unix_seconds(1'718'200'000));
  check(page.outcome, answer.status);
  TB_ASSERT(page.levels.size() <= page.got);
  TB_ASSERT(page.got == 0 || page.outcome.kind == Kind::delivered);
  TB_ASSERT(page.unreadable.size() <= unreadable_max);
  TB_ASSERT(page.levels.size() == page.got || !page.unreadable.empty());
  for (const model::StockLevel& level : page.levels)
    TB_ASSERT(!level.sku.empty() && level.warehouse == "7");
}

void check_movements(const outbound::HttpAnswer& answer) {
  const MovementPage page = read_movements(answer, 5, 100, from_unix_seconds(1'718'200'000));
  check(page.outcome, answer.status);
  TB_ASSERT(page.movements.empty() || page.outcome.kind == Kind::delivered);
  TB_ASSERT(page.unreadable.size() <= unreadable_max);
  TB_ASSERT(!page.more || page.newest >= 5);
  for (const model::StockMovement& movement : page.movements) {
    TB_ASSERT(movement.id > 0 && movement.id <= page.newest);
    TB_ASSERT(!movement.sku.empty() && !movement.warehouse.empty());
  }
  TB_ASSERT(std::is_sorted(page.movements.begin(), page.movements.end(),
                           [](const auto& a, const auto& b) { return a.id < b.id; }));
}

void check_places(const outbound::HttpAnswer& answer) {
  const ListPage list = read_list(answer, "warehouses", from_unix_seconds(1'718'200'000));
  StoreCodes codes;
  for (const json::Value& item : list.items) add_store(codes, item);
  for (const json::Value& item : list.items) {
    const auto warehouse = to_warehouse(item, codes);
    TB_ASSERT(!warehouse || !warehouse->id.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int statuses[] = {200, 200, 200, 200, 400, 401, 404, 429, 500, 302};
  constexpr std::string_view seeds[] = {examples::levels_5_2, examples::movements_5_3,
                                        examples::warehouses_5_1, examples::stores_8};
  constexpr std::size_t head = 4;
  if (size < head) return 0;
  outbound::HttpAnswer answer;
  answer.status = statuses[data[0] % std::size(statuses)];
  answer.body.assign(reinterpret_cast<const char*>(data + head), size - head);
  if (const std::size_t seed = data[1] % (2 * std::size(seeds)); seed < std::size(seeds)) {
    std::string body(seeds[seed]);
    body.replace(data[2] * body.size() / 256, data[3] % 32, answer.body);
    answer.body = std::move(body);
  }
  check_levels(answer);
  check_movements(answer);
  check_places(answer);
  return 0;
}
