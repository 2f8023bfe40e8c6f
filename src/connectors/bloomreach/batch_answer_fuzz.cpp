// Any status and body give exactly one outcome per command.

#include <cstdint>

#include "base/assert.h"
#include "connectors/bloomreach/tracking_client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  using namespace tillbridge::connectors::bloomreach;
  constexpr int statuses[] = {200, 200, 200, 400, 401, 403, 404, 413, 429, 500, 302, 201};
  if (size == 0) return 0;
  outbound::HttpAnswer answer;
  answer.status = statuses[data[0] % std::size(statuses)];
  answer.body.assign(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::vector<Command> commands = {{"c-1", "{}"}, {"c-2", "{}"}, {"c-3", "{}"}};
  const BatchAnswer batch = classify_batch(answer, commands);
  TB_ASSERT(batch.commands.size() == commands.size());
  for (const Outcome& outcome : batch.commands) {
    TB_ASSERT(outcome.kind != Outcome::Kind::delivered || answer.status / 100 == 2);
    TB_ASSERT(outcome.kind == Outcome::Kind::delivered || !outcome.reason.empty());
    TB_ASSERT(outcome.reason.size() < 400);
  }
  return 0;
}
