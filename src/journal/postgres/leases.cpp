#include "journal/postgres/leases.h"

#include "journal/postgres/connection.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {
namespace {

std::vector<Lease> leases_of(const Rows& rows) {
  std::vector<Lease> leases;
  for (int at = 0; at < rows.size(); ++at) {
    auto& lease = leases.emplace_back();
    rows[at].read(lease.shard, lease.epoch);
  }
  return leases;
}

struct Columns {
  explicit Columns(const std::vector<Lease>& leases) {
    for (const auto& lease : leases) {
      shards.push_back(lease.shard);
      epochs.push_back(lease.epoch);
    }
  }
  std::vector<std::uint8_t> shards;
  std::vector<std::uint64_t> epochs;
};

}  // namespace

void Fence::hold(Lease lease) {
  const std::lock_guard lock(mutex_);
  held_[lease.shard] = lease.epoch;
}

void Fence::drop(std::uint8_t shard) {
  const std::lock_guard lock(mutex_);
  held_.erase(shard);
}

Result<std::vector<Lease>> Fence::needed(std::span<const Step> steps) const {
  std::map<std::uint8_t, std::uint64_t> needed;
  const std::lock_guard lock(mutex_);
  for (const auto& step : steps) {
    for (const auto shard : shards_of_(step)) {
      const auto at = held_.find(shard);
      if (at == held_.end()) {
        return fail(Error::Kind::unavailable,
                    "journal: shard " + std::to_string(shard) + " is not this node's");
      }
      needed.insert(*at);
    }
  }
  std::vector<Lease> leases;
  for (const auto& [shard, epoch] : needed) leases.push_back({shard, epoch});
  return leases;
}

Leases::Leases(std::string url, PostgresSettings settings)
    : url_(std::move(url)), settings_(std::move(settings)) {}

Leases::~Leases() = default;

template <typename Work>
auto Leases::asked(const Work& work) -> Result<std::invoke_result_t<Work>> {
  return guarded([&] {
    if (!connection_ || connection_->lost()) {
      connection_ = std::make_unique<Connection>(ConnectionSettings{
          url_, "tillbridge leases", settings_.connect_time_max, settings_.answer_time_max});
    }
    connection_->forget_handlers();
    return work();
  });
}

Result<void> Leases::beat(const std::string& name, const std::string& address) {
  return asked([&] { connection_->query(sql::beat, Params(settings_.node, name, address)); });
}

Result<void> Leases::forget(std::uint16_t node) {
  return asked([&] { connection_->query(sql::forget_node, Params(node)); });
}

Result<std::vector<NodeRow>> Leases::nodes() {
  return asked([&] {
    std::vector<NodeRow> nodes;
    const auto rows = connection_->query(sql::nodes);
    for (int at = 0; at < rows.size(); ++at) {
      auto& node = nodes.emplace_back();
      rows[at].read(node.number, node.name, node.address, node.silent, node.shards);
    }
    return nodes;
  });
}

Result<std::vector<LeaseRow>> Leases::all() {
  return asked([&] {
    std::vector<LeaseRow> all;
    const auto rows = connection_->query(sql::leases);
    for (int at = 0; at < rows.size(); ++at) {
      auto& row = all.emplace_back();
      rows[at].read(row.lease.shard, row.owner, row.lease.epoch, row.running);
    }
    return all;
  });
}

Result<std::vector<Lease>> Leases::acquire(const std::vector<std::uint8_t>& wanted, Duration time) {
  return asked([&] {
    return leases_of(connection_->query(sql::acquire_leases, Params(settings_.node, wanted, time)));
  });
}

Result<std::vector<Lease>> Leases::renew(const std::vector<Lease>& held, Duration time) {
  return asked([&] {
    const Columns columns(held);
    return leases_of(connection_->query(
        sql::renew_leases, Params(settings_.node, columns.shards, columns.epochs, time)));
  });
}

Result<void> Leases::end_writers_of(std::uint16_t node) {
  return asked([&] { connection_->query(sql::end_writers, Params(node)); });
}

Result<void> Leases::release(const std::vector<Lease>& held) {
  return asked([&] {
    const Columns columns(held);
    connection_->query(sql::release_leases, Params(settings_.node, columns.shards, columns.epochs));
  });
}

}  // namespace tillbridge::journal::postgres
