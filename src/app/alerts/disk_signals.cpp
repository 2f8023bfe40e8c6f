#include "app/alerts/disk_signals.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "desk/local_time.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr double gigabyte = 1e9;
// A tenth of a large disk is plenty.
constexpr double share_counts_below_gb = 20;
constexpr Duration window = hours{1};
constexpr Duration span_min = minutes{10};  // less says nothing about growth
constexpr Duration soon = hours{24};
constexpr Duration very_soon = hours{2};

}  // namespace

std::optional<DiskSpace> disk_space(const std::string& folder) {
  struct statvfs facts{};
  if (::statvfs(folder.c_str(), &facts) != 0) return std::nullopt;
  return DiskSpace{static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize,
                   static_cast<std::uint64_t>(facts.f_blocks) * facts.f_frsize};
}

DiskSignals::DiskSignals(std::string folder, DiskLook look)
    : folder_(std::move(folder)), look_(std::move(look)) {}

void DiskSignals::take(std::optional<std::uint64_t> journal_bytes, Tick tick) {
  space_ = look_(folder_);
  if (!journal_bytes) return;
  samples_.push_back({tick, *journal_bytes});
  while (tick - samples_.front().at > window) samples_.pop_front();
}

std::optional<Duration> DiskSignals::full_in() const {
  if (!space_ || samples_.size() < 2) return std::nullopt;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  if (last.at - first.at < span_min || last.bytes <= first.bytes) return std::nullopt;
  const double per_us = static_cast<double>(last.bytes - first.bytes) /
                        static_cast<double>((last.at - first.at).count());
  const double left_us = static_cast<double>(space_->free_bytes) / per_us;
  return Duration{static_cast<std::int64_t>(
      std::min(left_us, static_cast<double>(Duration{hours{24 * 365}}.count())))};
}

desk::Signal DiskSignals::signal(const AlertThresholds& thresholds, Instant now) const {
  using desk::AlertLevel;
  desk::Signal signal;
  signal.kind = desk::AlertKind::journal;
  signal.subject = "disk";
  signal.measured_at = now;
  signal.text = "The journal has room.";
  if (!space_ || space_->total_bytes == 0) return signal;
  const double free_gb = static_cast<double>(space_->free_bytes) / gigabyte;
  const double free_percent =
      100 * static_cast<double>(space_->free_bytes) / static_cast<double>(space_->total_bytes);
  const bool little =
      free_gb < thresholds.disk_free_gb ||
      (free_percent < thresholds.disk_free_percent && free_gb < share_counts_below_gb);
  const bool hardly_any = free_gb < thresholds.disk_free_gb / 4;
  const auto full = full_in();
  const bool fills = full && *full < soon;
  if (!little && !fills) return signal;
  signal.level =
      hardly_any || (full && *full < very_soon) ? AlertLevel::critical : AlertLevel::warning;
  signal.text =
      fmt::format("{:.1f} GB ({:.0f} %) are free for the journal.", free_gb, free_percent);
  if (fills)
    signal.text +=
        fmt::format(" As it grew in the last hour it is full in {}.", desk::duration_text(*full));
  signal.text += " When it is full nothing new is taken up; make room or shorten what is kept.";
  return signal;
}

}  // namespace tillbridge::app
