#include "desk/error_rate.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/local_time.h"

namespace tillbridge::desk {

std::optional<AttemptEnd> attempt_end(Outcome::Kind outcome) {
  switch (outcome) {
    case Outcome::Kind::delivered:
    case Outcome::Kind::superseded:
      return AttemptEnd::ok;
    case Outcome::Kind::transient:
    case Outcome::Kind::ambiguous:
      return AttemptEnd::transient;
    case Outcome::Kind::rejected:
      return AttemptEnd::rejected;
    case Outcome::Kind::throttled:
      return std::nullopt;
  }
  return std::nullopt;
}

std::int64_t ErrorRates::number_of(Tick at) const {
  const auto width =
      std::max<std::int64_t>(1, settings_.window.count() / static_cast<std::int64_t>(buckets));
  return at.time_since_epoch().count() / width;
}

void ErrorRates::add(const std::string& connection, AttemptEnd end, Tick now) {
  const std::int64_t number = number_of(now);
  Bucket& bucket = connections_[connection].at(static_cast<std::size_t>(number) % buckets);
  if (bucket.number != number) bucket = Bucket{number, {}};
  ++bucket.ends.at(static_cast<std::size_t>(end));
}

std::vector<ErrorRates::Row> ErrorRates::rows(Tick now) const {
  const std::int64_t newest = number_of(now);
  std::vector<Row> out;
  for (const auto& [connection, ring] : connections_) {
    Row row;
    row.connection = connection;
    for (const Bucket& bucket : ring) {
      if (bucket.number < 0 || newest - bucket.number >= static_cast<std::int64_t>(buckets))
        continue;
      row.ok += bucket.ends[0];
      row.transient += bucket.ends[1];
      row.rejected += bucket.ends[2];
    }
    if (row.attempts() > 0)
      row.share =
          static_cast<double>(row.transient + row.rejected) / static_cast<double>(row.attempts());
    if (row.attempts() >= settings_.attempts_min) {
      if (row.share >= settings_.critical) {
        row.level = AlertLevel::critical;
      } else if (row.share >= settings_.warning) {
        row.level = AlertLevel::warning;
      }
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<Signal> ErrorRates::signals(Tick now, Instant wall) const {
  std::vector<Signal> out;
  for (const Row& row : rows(now)) {
    Signal signal;
    signal.kind = AlertKind::errors;
    signal.subject = row.connection;
    signal.level = row.level;
    signal.text = fmt::format(
        "{} of the last {} attempts at {} failed ({} may pass and are tried again, {} were "
        "refused), counted over {}.",
        row.transient + row.rejected, row.attempts(), row.connection, row.transient, row.rejected,
        duration_text(settings_.window));
    signal.measured_at = wall;
    out.push_back(std::move(signal));
  }
  return out;
}

}  // namespace tillbridge::desk
