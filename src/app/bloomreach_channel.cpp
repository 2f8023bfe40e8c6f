#include "app/bloomreach_channel.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

using connectors::bloomreach::Command;

constexpr std::size_t command_overhead_bytes =
    48;  // command_id member and separators around a part

struct Loading {
  std::vector<Command> commands;
  std::vector<std::uint64_t> parts_sent;  // per parcel
};

// As many parcels as fit, whole or in part; a parcel of which nothing fits waits for the next call.
Loading load(const std::vector<engine::Parcel>& parcels,
             const connectors::bloomreach::Config& config) {
  Loading loading;
  std::size_t bytes = 0;
  for (const engine::Parcel& parcel : parcels) {
    std::uint64_t sent = 0;
    for (std::size_t part = 0; part < parcel.parts.size(); ++part) {
      if ((parcel.item.parts_done >> part & 1U) != 0) continue;
      const std::size_t size = parcel.parts[part].size() + command_overhead_bytes;
      const bool full = loading.commands.size() >= config.commands_per_batch_max ||
                        (!loading.commands.empty() && bytes + size > config.batch_bytes_max);
      if (full) break;
      bytes += size;
      sent |= 1ULL << part;
      loading.commands.push_back(
          Command{fmt::format("{}.{}", parcel.item.id.value, part), parcel.parts[part]});
    }
    loading.parts_sent.push_back(sent);
  }
  return loading;
}

}  // namespace

BloomreachChannel::BloomreachChannel(outbound::Transport& transport, const Clock& clock,
                                     connectors::bloomreach::Config config)
    : config_(config), client_(transport, clock, std::move(config)) {}

Task<engine::Channel::Answer> BloomreachChannel::send(std::vector<engine::Parcel> parcels,
                                                      engine::Route /*route*/) {
  Loading loading = load(parcels, config_);
  const auto batch = co_await client_.send_batch(loading.commands);
  Answer answer;
  answer.call = batch.call;
  std::size_t next = 0;
  for (const std::uint64_t sent : loading.parts_sent) {
    engine::PartResults results;
    results.sent = sent != 0;
    results.parts_sent = sent;
    const auto count = static_cast<std::size_t>(__builtin_popcountll(sent));
    for (std::size_t i = 0; i < count; ++i) results.outcomes.push_back(batch.commands[next++]);
    answer.results.push_back(std::move(results));
  }
  co_return answer;
}

}  // namespace tillbridge::app
