#pragma once
// Ids of the things in the journal. 64 bits, rising: 41 bits of milliseconds since 2024-01-01 UTC,
// 10 bits of node, 12 bits of counter. Rising ids keep the journal's trees append-only and make
// "older than" a range of ids.

#include <compare>
#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace tillbridge {

template <typename Tag>
struct Id {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Id, Id) = default;
  explicit operator bool() const { return value != 0; }
};

using ArrivalId = Id<struct ArrivalTag>;
using RecordId = Id<struct RecordTag>;
using DeliveryId = Id<struct DeliveryTag>;
using CaseId = Id<struct CaseTag>;
using NoteId = Id<struct NoteTag>;
using CaseGroupId = Id<struct CaseGroupTag>;
using AuditId = Id<struct AuditTag>;

// Gives rising ids also when the wall clock steps back and across restarts (start it above the
// journal's highest id). Core thread only.
class IdSource {
 public:
  IdSource(const Clock& clock, std::uint16_t node, std::uint64_t above = 0)
      : clock_(clock), node_(node & 0x3ffU), last_(above) {}

  template <typename IdType>
  IdType next() {
    return IdType{next_value()};
  }

 private:
  std::uint64_t next_value();

  const Clock& clock_;
  std::uint64_t node_;
  std::uint64_t last_;
};

// The wall-clock instant that an id was made at, to the millisecond (retention cuts by it).
Instant instant_of(std::uint64_t id);
// The smallest id that an instant can have.
std::uint64_t lowest_id_at(Instant at);

}  // namespace tillbridge

template <typename Tag>
struct std::hash<tillbridge::Id<Tag>> {
  std::size_t operator()(tillbridge::Id<Tag> id) const noexcept {
    return static_cast<std::size_t>(id.value * 0x9e3779b97f4a7c15ULL);
  }
};
