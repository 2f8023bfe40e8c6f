#pragma once
// Who owns which of the 256 shards of the work, for nodes on the same PostgreSQL database. A lease
// runs until a time of the database's clock, so that the nodes' clocks do not matter, and has an
// epoch that rises with each new owner. An owner that was frozen past its lease may still believe
// in it: the fence keeps what it then writes out.
//
// What to own (rebalancing) is decided by the caller. Errors: unavailable; the next call connects
// again.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "journal/postgres/postgres_store.h"

namespace tillbridge::journal::postgres {

class Connection;

constexpr std::size_t shard_count = 256;

struct Lease {
  std::uint8_t shard = 0;
  std::uint64_t epoch = 0;
  friend bool operator==(const Lease&, const Lease&) = default;
};

struct LeaseRow {
  Lease lease;
  std::optional<std::uint16_t> owner;
  bool running = false;  // not past its time
};

struct NodeRow {
  std::uint16_t number = 0;
  std::string name, address;
  Duration silent{0};  // since its last beat
  std::uint32_t shards = 0;
};

// Says which leases a Writer holds. An apply() with a step of a shard that is not held here, or
// whose lease has another owner or epoch by now, is refused in its transaction as `unavailable`:
// nothing of it happened, and this node must drop the shard. Any thread.
class Fence {
 public:
  // The shards that a step is done for; none: no lease is needed (intake, the console).
  explicit Fence(std::function<std::vector<std::uint8_t>(const Step&)> shards_of)
      : shards_of_(std::move(shards_of)) {}

  void hold(Lease lease);
  void drop(std::uint8_t shard);
  // The leases these steps need, each once; nullopt with the shard that is not held.
  Result<std::vector<Lease>> needed(std::span<const Step> steps) const;

 private:
  const std::function<std::vector<std::uint8_t>(const Step&)> shards_of_;
  mutable std::mutex mutex_;
  std::map<std::uint8_t, std::uint64_t> held_;
};

// One thread each; settings.node is the owner.
class Leases {
 public:
  Leases(std::string url, PostgresSettings settings);
  ~Leases();

  Result<void> beat(const std::string& name, const std::string& address);
  Result<void> forget(std::uint16_t node);
  Result<std::vector<NodeRow>> nodes();
  Result<std::vector<LeaseRow>> all();

  // Those of the wanted ones that were free or had run out.
  Result<std::vector<Lease>> acquire(const std::vector<std::uint8_t>& wanted, Duration time);
  // Those that are still this node's; the others are lost.
  Result<std::vector<Lease>> renew(const std::vector<Lease>& held, Duration time);
  Result<void> release(const std::vector<Lease>& held);
  // Ends the sessions of a node's writers: one that stands still within a transaction keeps its
  // locks, and with them its leases, for as long as its session lives.
  Result<void> end_writers_of(std::uint16_t node);

 private:
  template <typename Work>
  auto asked(const Work& work) -> Result<std::invoke_result_t<Work>>;

  const std::string url_;
  const PostgresSettings settings_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tillbridge::journal::postgres
