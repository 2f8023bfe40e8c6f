#pragma once
// A record that changes for years (a SKU's stock) has more deliveries than anybody reads: its
// journey holds the newest ones, so that asking for it costs the same on every day.

#include <cstddef>

namespace tillbridge::journal {

constexpr std::size_t journey_deliveries_max = 200;  // LIMIT

}  // namespace tillbridge::journal
