#pragma once
// One apply() or retire() of the memory store. Internal to journal/memory.

#include <cstdint>
#include <string>
#include <vector>

#include "journal/erasure.h"
#include "journal/memory/data.h"

namespace tillbridge::journal::memory {

inline tl::unexpected<Error> corrupt(const std::string& what) {
  return fail(Error::Kind::corrupt, "journal: " + what);
}

inline std::string text_of(std::uint64_t id) {
  return std::to_string(id);
}

constexpr std::size_t parts_max = 64;  // parts_done is a bit per part

// All of its changes, taken back unless committed. The mutex of the data is held by the caller.
class Transaction {
 public:
  explicit Transaction(Data& data) : data_(data) {}

  Result<Receipt> apply(const Step& step);
  std::uint64_t retire(const Retention& retention, Instant now, std::uint64_t rows_max);
  void commit();

 private:
  Result<void> add_body(std::uint64_t id, std::vector<std::string> parts);
  void mark_unfinished(const StoredArrival& a);
  Result<void> add(const AddArrival& a, Receipt& receipt);
  Result<void> update(const UpdateArrival& u);
  Result<void> put(const PutRecord& r);
  Result<void> add(const AddDelivery& d, Receipt& receipt);
  Result<void> update(const UpdateDelivery& u);
  Result<void> add(const AddAttempt& a);
  Result<void> open(const OpenCase& c);
  Result<void> close(const CloseCase& c);
  void close(std::uint64_t id, const CloseCase& c);
  Result<void> update(const UpdateCaseGroup& u);
  Result<void> add(const AddAudit& a);
  Result<void> replace(const ReplaceDeliveryParts& r);
  void erase(const EraseRecord& e);
  void erase_arrivals(std::uint64_t record, const ErasedPerson& person);
  void rename(std::uint64_t arrival, const std::string& external_id, const std::string& subject);
  void erase_deliveries(std::uint64_t record, const ErasedPerson& person);

  template <typename Of>
  bool has_open_case(const Of& of) const {
    for (const auto id : data_.open_cases) {
      if (of(data_.cases.at(id).row)) return true;
    }
    return false;
  }
  bool is_needed(const StoredArrival& a) const {
    return is_unfinished(a.row.state) ||
           has_open_case([&](const CaseRow& c) { return c.arrival == a.row.id; });
  }
  bool is_needed(const StoredDelivery& d) const {
    return is_unfinished(d.row.state) ||
           has_open_case([&](const CaseRow& c) { return c.delivery == d.row.id; });
  }
  bool is_needed(const RecordRow& r) const {
    return r.state == RecordState::open || r.kind == "stock" ||
           has_open_case([&](const CaseRow& c) { return c.record == r.id; });
  }
  template <typename Set>
  static bool any_of(const Set& set, std::uint64_t first) {
    const auto at = set.lower_bound({first, 0});
    return at != set.end() && at->first == first;
  }

  bool body_is_needed(std::uint64_t id) const;
  template <typename Map, typename Remove>
  void retire_from(const Map& map, std::uint64_t below, const Remove& remove);
  void retire_rows(std::uint64_t metadata);
  void retire_desk(std::uint64_t metadata, std::uint64_t audit, const Retention& retention,
                   Instant now);
  Data& data_;
  Changes changes_;
  CounterChanges counters_;
  TallyChanges tallies_;
  std::uint64_t left_ = 0;  // rows that retire() may still take
};

}  // namespace tillbridge::journal::memory
