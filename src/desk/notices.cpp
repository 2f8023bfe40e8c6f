#include "desk/notices.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "desk/local_time.h"

namespace tillbridge::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<Duration, 4> first_pauses = {minutes{1}, minutes{5}, minutes{15}, minutes{60}};
constexpr Duration later_pause = hours{1};
constexpr Duration given_up_after = hours{24};
// LIMIT: a channel that fails in a bad week keeps the newest messages; the console has them all.
constexpr std::size_t waiting_max = 500;
constexpr std::size_t kept_max = 200;

bool takes(const Channel& channel, const Notice& notice) {
  if (notice.level < channel.level_min) return false;
  if (notice.kind == AlertKind::self_test && notice.subject == channel.name) return false;
  const std::string team = notice.team.empty() ? std::string(team_of(notice.kind)) : notice.team;
  const auto among = [](const auto& list, const auto& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  return among(channel.kinds, notice.kind) && among(channel.teams, team);
}

json::Value moment(const std::optional<Instant>& at) {
  return at ? json::Value(to_unix_us(*at)) : json::Value(nullptr);
}
std::optional<Instant> moment(const json::Object& object, std::string_view key) {
  const auto us = json::integer(object, key);
  return us ? std::optional(from_unix_us(*us)) : std::nullopt;
}
std::uint64_t number(const json::Object& object, std::string_view key) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, json::integer(object, key).value_or(0)));
}

}  // namespace

bool is_quiet(const QuietHours& quiet, Instant at) {
  const LocalTime here = local_time(at, quiet.zone);
  const auto begins_on = [&quiet](int weekday) {
    return quiet.days.empty() ||
           std::find(quiet.days.begin(), quiet.days.end(), weekday) != quiet.days.end();
  };
  const int yesterday = (here.weekday + 6) % 7;
  if (quiet.from < quiet.until)
    return begins_on(here.weekday) && here.of_day >= quiet.from && here.of_day < quiet.until;
  return (begins_on(here.weekday) && here.of_day >= quiet.from) ||
         (begins_on(yesterday) && here.of_day < quiet.until);
}

void Notices::change_settings(NoticeSettings settings) {
  settings_ = std::move(settings);
  std::erase_if(desks_, [this](const auto& desk) {
    return std::none_of(settings_.channels.begin(), settings_.channels.end(),
                        [&desk](const Channel& one) { return one.name == desk.first; });
  });
}

void Notices::add(const Notice& notice, Instant now) {
  for (const Channel& channel : settings_.channels) {
    if (!takes(channel, notice)) continue;
    Desk& desk = desks_[channel.name];
    const bool quiet = channel.quiet && is_quiet(*channel.quiet, now);
    const bool passes = notice.level == AlertLevel::critical && channel.critical_in_quiet_hours;
    // An alert of the digest that is over belongs to the digest, and one that got through does not.
    if (quiet && !passes) {
      keep(desk, notice, now);
      continue;
    }
    if (quiet) desk.kept.erase(alert_id(notice.kind, notice.subject));
    put(desk, message_of(notice, settings_.place), now);
  }
}

void Notices::put(Desk& desk, Message message, Instant now) {
  if (desk.waiting.size() >= waiting_max) {
    desk.waiting.pop_front();
    ++desk.state.given_up;
  }
  Waiting waiting;
  waiting.id = ++last_id_;
  waiting.message = std::move(message);
  waiting.made_at = now;
  waiting.next_at = now;
  desk.waiting.push_back(std::move(waiting));
}

void Notices::keep(Desk& desk, const Notice& notice, Instant now) {
  const std::string id = alert_id(notice.kind, notice.subject);
  auto line = desk.kept.find(id);
  if (line == desk.kept.end()) {
    if (desk.kept.size() >= kept_max) {
      if (notice.state == Notice::State::opened) ++desk.kept_over;
      return;
    }
    line = desk.kept.emplace(id, DigestLine{}).first;
    line->second.kind = notice.kind;
    line->second.subject = notice.subject;
    line->second.since = notice.since;
  }
  DigestLine& kept = line->second;
  kept.level = std::max(kept.level, notice.level);
  if (notice.state == Notice::State::recovered) {
    kept.recovered_at = now;
    if (kept.text.empty()) kept.text = notice.text;
    return;
  }
  kept.text = notice.text;
  kept.recovered_at.reset();
  if (notice.state == Notice::State::opened) ++kept.openings;
}

void Notices::start_test(Desk& desk, Instant now) {
  // A day's test replaces that of the day before, which nobody took.
  std::erase_if(desk.waiting, [](const Waiting& one) {
    return one.message.state == name(Notice::State::test) && !one.under_way;
  });
  put(desk, test_message(desk.state.channel, settings_.place, now), now);
}

void Notices::test(const std::string& channel, Instant now) {
  for (const Channel& one : settings_.channels) {
    if (one.name != channel) continue;
    Desk& desk = desks_[channel];
    desk.state.channel = channel;
    start_test(desk, now);
  }
}

void Notices::end_quiet_hours(const Channel& channel, Instant now) {
  Desk& desk = desks_[channel.name];
  if (desk.kept.empty() || (channel.quiet && is_quiet(*channel.quiet, now))) return;
  std::vector<DigestLine> lines;
  for (auto& [id, line] : desk.kept) lines.push_back(std::move(line));
  const auto place = [](const DigestLine& line) {
    return std::tuple(line.recovered_at.has_value(), line.since, line.kind, line.subject);
  };
  std::sort(lines.begin(), lines.end(),
            [place](const DigestLine& a, const DigestLine& b) { return place(a) < place(b); });
  Message digest = digest_message(lines, desk.kept_over, settings_.place, now);
  desk.kept.clear();
  desk.kept_over = 0;
  put(desk, std::move(digest), now);
}

std::vector<DueSend> Notices::due(Instant now) {
  std::vector<DueSend> out;
  for (const Channel& channel : settings_.channels) {
    Desk& desk = desks_[channel.name];
    desk.state.channel = channel.name;
    end_quiet_hours(channel, now);
    if (settings_.self_test_at &&
        settings_.place.zone.time_of_day(now) >= *settings_.self_test_at) {
      const std::string today = settings_.place.zone.business_day(now);
      if (desk.tested_day != today) start_test(desk, now);
      desk.tested_day = today;
    }
    const std::size_t before = desk.waiting.size();
    std::erase_if(desk.waiting, [now](const Waiting& one) {
      return !one.under_way && one.failures > 0 && now - one.made_at >= given_up_after;
    });
    desk.state.given_up += before - desk.waiting.size();
    for (Waiting& one : desk.waiting) {
      // A clock that was stepped back must not hold a message for longer than a pause.
      if (one.next_at > now + later_pause) one.next_at = now;
      if (one.under_way || one.next_at > now) continue;
      one.under_way = true;
      out.push_back({one.id, channel.name, channel.kind, one.message});
    }
  }
  std::sort(out.begin(), out.end(), [](const DueSend& a, const DueSend& b) { return a.id < b.id; });
  return out;
}

std::pair<Notices::Desk*, std::deque<Notices::Waiting>::iterator> Notices::find(std::uint64_t id) {
  for (auto& [channel, desk] : desks_) {
    const auto at = std::find_if(desk.waiting.begin(), desk.waiting.end(),
                                 [id](const Waiting& one) { return one.id == id; });
    if (at != desk.waiting.end()) return {&desk, at};
  }
  return {nullptr, {}};
}

void Notices::sent(std::uint64_t id, Instant now) {
  const auto [desk, at] = find(id);
  if (desk == nullptr) return;
  if (at->message.state == name(Notice::State::test)) desk->state.test_failed = false;
  desk->state.last_sent = now;
  desk->state.failing_since.reset();
  desk->state.why.clear();
  desk->state.given_up = 0;
  desk->waiting.erase(at);
}

void Notices::failed(std::uint64_t id, std::string why, Instant now) {
  const auto [desk, at] = find(id);
  if (desk == nullptr) return;
  if (at->message.state == name(Notice::State::test)) desk->state.test_failed = true;
  if (!desk->state.failing_since) desk->state.failing_since = now;
  desk->state.why = std::move(why);
  at->under_way = false;
  at->next_at =
      now + (at->failures < first_pauses.size() ? first_pauses.at(at->failures) : later_pause);
  ++at->failures;
  if (now - at->made_at < given_up_after) return;
  ++desk->state.given_up;
  desk->waiting.erase(at);
}

Instant Notices::look_again_at(Instant now) const {
  Instant next = now + minutes{1};
  for (const auto& [channel, desk] : desks_) {
    for (const Waiting& one : desk.waiting) {
      if (!one.under_way) next = std::min(next, std::max(now, one.next_at));
    }
  }
  return next;
}

std::vector<ChannelState> Notices::states() const {
  std::vector<ChannelState> out;
  for (const Channel& channel : settings_.channels) {
    ChannelState state;
    if (const auto known = desks_.find(channel.name); known != desks_.end()) {
      state = known->second.state;
      state.waiting = known->second.waiting.size();
      state.kept = known->second.kept.size() + known->second.kept_over;
    }
    state.channel = channel.name;
    out.push_back(std::move(state));
  }
  return out;
}

std::vector<Signal> Notices::signals(Instant now) const {
  std::vector<Signal> out;
  for (const ChannelState& state : states()) {
    Signal signal;
    signal.kind = AlertKind::self_test;
    signal.subject = state.channel;
    signal.level = state.test_failed ? AlertLevel::warning : AlertLevel::ok;
    signal.text =
        state.test_failed
            ? "The channel " + state.channel +
                  " did not take its test, so notices do not reach its readers: " + state.why
            : "The channel " + state.channel + " works.";
    signal.measured_at = now;
    out.push_back(std::move(signal));
  }
  return out;
}

json::Object Notices::to_json() const {
  json::Array channels;
  for (const auto& [channel, desk] : desks_) {
    json::Array waiting;
    for (const Waiting& one : desk.waiting) {
      waiting.push_back(json::Object{{"id", one.id},
                                     {"message", desk::to_json(one.message)},
                                     {"made_at", to_unix_us(one.made_at)},
                                     {"next_at", to_unix_us(one.next_at)},
                                     {"failures", one.failures}});
    }
    json::Array kept;
    for (const auto& [id, line] : desk.kept) kept.push_back(desk::to_json(line));
    channels.push_back(json::Object{{"channel", channel},
                                    {"waiting", std::move(waiting)},
                                    {"kept", std::move(kept)},
                                    {"kept_over", desk.kept_over},
                                    {"tested_day", desk.tested_day},
                                    {"last_sent", moment(desk.state.last_sent)},
                                    {"failing_since", moment(desk.state.failing_since)},
                                    {"why", desk.state.why},
                                    {"given_up", desk.state.given_up},
                                    {"test_failed", desk.state.test_failed}});
  }
  return {{"last_id", last_id_}, {"channels", std::move(channels)}};
}

Result<Notices> Notices::from_json(NoticeSettings settings, const json::Object& document) {
  Notices notices(NoticeSettings{});
  notices.last_id_ = number(document, "last_id");
  const json::Array* channels = json::array(document, "channels");
  if (channels == nullptr)
    return fail(Error::Kind::invalid_input, "the state of notices has no list 'channels'");
  for (const json::Value& value : *channels) {
    const json::Object* one = value.if_object();
    if (one == nullptr)
      return fail(Error::Kind::invalid_input, "a channel in the state of notices is no object");
    const std::string channel = json::text(*one, "channel").value_or("");
    Desk& desk = notices.desks_[channel];
    desk.state.channel = channel;
    desk.state.last_sent = moment(*one, "last_sent");
    desk.state.failing_since = moment(*one, "failing_since");
    desk.state.why = json::text(*one, "why").value_or("");
    desk.state.given_up = number(*one, "given_up");
    desk.state.test_failed = json::boolean(*one, "test_failed").value_or(false);
    desk.tested_day = json::text(*one, "tested_day").value_or("");
    desk.kept_over = number(*one, "kept_over");
    if (const json::Array* kept = json::array(*one, "kept")) {
      for (const json::Value& item : *kept) {
        const json::Object* line = item.if_object();
        if (auto read = line ? digest_line_from_json(*line) : std::nullopt)
          desk.kept.insert_or_assign(alert_id(read->kind, read->subject), std::move(*read));
      }
    }
    const json::Array* waiting = json::array(*one, "waiting");
    for (std::size_t at = 0; waiting != nullptr && at < waiting->size(); ++at) {
      const json::Object* item = (*waiting)[at].if_object();
      const json::Object* message = item ? json::object(*item, "message") : nullptr;
      if (message == nullptr) continue;
      Waiting put;
      put.id = number(*item, "id");
      put.message = message_from_json(*message);
      put.made_at = moment(*item, "made_at").value_or(Instant{});
      put.next_at = moment(*item, "next_at").value_or(Instant{});
      put.failures =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(number(*item, "failures"), 1'000));
      notices.last_id_ = std::max(notices.last_id_, put.id);
      desk.waiting.push_back(std::move(put));
    }
  }
  notices.change_settings(std::move(settings));
  return notices;
}

}  // namespace tillbridge::desk
