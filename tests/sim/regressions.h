#pragma once
// Seeds that once found something. They run first, however many seeds are asked for.

#include <array>
#include <cstdint>

namespace tillbridge::sim {

inline constexpr std::array<std::uint64_t, 10> regressions{
    4,  16,   // an order that was read waited once per slower order before it, not once
    23, 28,   // a read call refused for its only subject broke an invariant of Reads
    25, 182,  // a late failure of an older call let a second probe go beside the first
    42, 61,   // a reserved share of a burst of one kept every ordinary call out for ever
    47, 109,  // a blocked delivery that was sent again repeated the parts that were done
};

}  // namespace tillbridge::sim
