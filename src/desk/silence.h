#pragma once
// Stores that should be trading and send no sales. What is usual is learned from the hourly counts
// of the past weeks (journal::Tally "record/sale/<store>"): an hour of the week is one of trade if
// at least 3 of the last 4 had sales; in a store of less than two weeks, if the same hour of 3 of
// the last 5 days had (its first Saturday and Sunday are not judged).
//
// Silent: trading now, and no sale for longer than max(45 min, 4 x the usual gap between two sales
// at that hour), counted in trading time. An evening's rest counts no further the next morning
// unless the store was silent by then; hours at the edge of a day that usually sell less than their
// neighbour count for that share. A silent store stays so over its closed hours until it sells, or
// until its rhythm is forgotten (two weeks). Local days and hours: the clocks may change.
// Pure; any thread.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/zone.h"
#include "desk/alert_rules.h"

namespace tillbridge::desk {

struct HourCount {
  std::int64_t hour = 0;  // since 1970 UTC
  std::int64_t sales = 0;
};

// Learn once an hour, ask as often as wished.
class StoreRhythm {
 public:
  static StoreRhythm learn(const std::vector<HourCount>& counts, Zone zone);

  const Zone& zone() const { return zone_; }
  bool is_learning(Instant at) const;  // too new to be judged at all
  // Sales in an hour as it usually is at this local hour; 0: usually no trade.
  double usual(Instant at) const;
  double usual(std::int64_t day, int hour) const;  // of a local day; any hour, also beyond 0 to 23

 private:
  std::int64_t sales(std::int64_t day, int hour) const;
  bool any_sale(std::int64_t day) const;

  Zone zone_;
  std::int64_t first_day_ = 0;       // local day of the first sale
  std::vector<std::int64_t> hours_;  // from first_day_ on, 24 a day
};

struct StoreSilence {
  enum class State : std::uint8_t { learning, closed, selling, silent };
  State state = State::learning;
  bool is_trading = false;       // usually, at this time
  bool is_new = false;           // silent by this stretch of trade alone, not since an earlier one
  std::optional<Instant> since;  // last sale; nullopt: longer ago than is looked at
  Duration quiet{0};             // trading time without a sale
  double usual_per_hour = 0;     // at this time, or when it last traded
  std::string text;              // for people
};
StoreSilence silence_of(const std::string& store_name, const StoreRhythm& rhythm, Instant now,
                        std::optional<Instant> last_sale);

struct StoreLook {
  std::string subject;  // "store 1001"
  StoreSilence silence;
};
inline constexpr std::string_view all_stores = "all stores";

// One signal per store, and one about all of them. When most stores are silent at once (a public
// holiday, or nothing reaches us), that is the one alert: no store is raised for it, and none the
// next morning before it was silent that day. Those in `open` (subjects of open silence alerts)
// stay until they sell. `platform_answers`: the tills' own
// platform can be asked.
std::vector<Signal> silence_signals(const std::vector<StoreLook>& stores, bool platform_answers,
                                    const std::set<std::string>& open, const Zone& zone,
                                    Instant now);

}  // namespace tillbridge::desk
