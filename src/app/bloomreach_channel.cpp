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

std::optional<connectors::bloomreach::LookUp> look_up_at_head(const engine::Parcel& parcel) {
  if ((parcel.item.parts_done & 1U) != 0) return std::nullopt;
  return connectors::bloomreach::look_up_of(parcel.parts.front());
}

// As many parcels as fit, whole or in part; a parcel of which nothing fits waits for the next call.
Loading load(const std::vector<engine::Parcel>& parcels,
             const connectors::bloomreach::Config& config) {
  Loading loading;
  std::size_t bytes = 0;
  for (const engine::Parcel& parcel : parcels) {
    std::uint64_t sent = 0;
    if (look_up_at_head(parcel)) {  // goes alone, next
      loading.parts_sent.push_back(sent);
      continue;
    }
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

BloomreachChannel::BloomreachChannel(outbound::Transport& transport,
                                     connectors::bloomreach::Config config,
                                     BloomreachLookUps look_ups)
    : config_(config),
      client_(transport, look_ups.clock, std::move(config)),
      look_ups_(std::move(look_ups)) {}

Task<engine::Channel::Answer> BloomreachChannel::send(std::vector<engine::Parcel> parcels,
                                                      engine::Route /*route*/) {
  if (!aliases_.empty()) {
    for (engine::Parcel& parcel : parcels) follow_aliases(parcel);
  }
  if (auto look_up = look_up_at_head(parcels.front())) {
    const std::size_t count = parcels.size();
    co_return co_await send_looked_up(std::move(parcels.front()), std::move(*look_up), count);
  }
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

void BloomreachChannel::follow_aliases(engine::Parcel& parcel) const {
  for (std::string& part : parcel.parts) {
    if (connectors::bloomreach::look_up_of(part)) continue;
    for (const Alias& alias : aliases_) {
      part =
          connectors::bloomreach::with_first_id(std::move(part), alias.type, alias.was, alias.is);
    }
  }
}

Task<BloomreachChannel::Found> BloomreachChannel::find_other(
    connectors::bloomreach::LookUp look_up) {
  connectors::bloomreach::WhatToRead what;
  what.ids.push_back(look_up.hard_id);
  Found found;
  found.outcome.kind = Outcome::Kind::delivered;
  for (const auto& [type, id] : look_up.by) {
    constexpr bool urgent = false;
    if (auto refused = look_ups_.reads.refusal(urgent)) {
      found.outcome = std::move(*refused);
      found.outcome.connection_at_fault = true;  // it costs the delivery none of its patience
      found.asked = false;
      co_return found;
    }
    const auto read = co_await look_ups_.customers.read(type, id, what, config_.total_time_max);
    look_ups_.reads.answered(read.outcome);
    if (read.outcome.kind != Outcome::Kind::delivered) {
      found.outcome = read.outcome;
      co_return found;
    }
    if (!read.customer) continue;
    const auto hard = read.customer->ids.find(look_up.hard_id);
    if (hard == read.customer->ids.end() || hard->second.empty()) continue;
    // Their own address ends it: the identifiers after it may be shared.
    if (hard->second.front() != look_up.own) found.hard_id = hard->second.front();
    co_return found;
  }
  co_return found;
}

Task<engine::Channel::Answer> BloomreachChannel::send_looked_up(
    engine::Parcel parcel, connectors::bloomreach::LookUp look_up, std::size_t parcels) {
  Answer answer;
  answer.results.resize(parcels);
  for (engine::PartResults& results : answer.results) results.sent = false;
  engine::PartResults& results = answer.results.front();
  results.sent = true;
  results.parts_sent = 1;
  const Found found = co_await find_other(look_up);
  if (found.outcome.kind != Outcome::Kind::delivered) {
    // Where no call was made, that says nothing about how sales go.
    answer.call.kind = Outcome::Kind::delivered;
    if (found.asked) answer.call = found.outcome;
    results.outcomes.push_back(found.outcome);
    co_return answer;
  }
  std::string part = look_up.part;
  if (!found.hard_id.empty()) {
    part = connectors::bloomreach::with_first_id(std::move(part), look_up.hard_id, look_up.own,
                                                 found.hard_id);
    results.note = "somebody with these identifiers was there already: written to them";
  }
  answer.call = co_await look_ups_.customers.write(std::move(part));
  results.outcomes.push_back(answer.call);
  if (found.hard_id.empty() || answer.call.kind != Outcome::Kind::delivered) co_return answer;
  constexpr std::size_t aliases_max = 10'000;
  if (aliases_.size() >= aliases_max) aliases_.pop_front();
  aliases_.push_back({look_up.hard_id, look_up.own, found.hard_id});
  answer.facts.push_back({"", "", "alias/" + look_up.own, found.hard_id, Instant{}});
  auto opened = engine::open_case(
      look_ups_.ids.next<CaseId>(), engine::CaseType::profile_conflict, look_ups_.workspace,
      "bloomreach: added twice while it could not be asked", look_ups_.clock.now(),
      fmt::format("The customer {} was added at a till while Bloomreach could not be asked, and is "
                  "{} there already. What {} buys goes to that profile. If they are two people, "
                  "correct the e-mail or phone of one of them at the till.",
                  look_up.own, found.hard_id, look_up.own));
  opened.record = parcel.item.record;
  opened.delivery = parcel.item.id;
  answer.cases.push_back(std::move(opened));
  co_return answer;
}

}  // namespace tillbridge::app
