#include "app/backfill_plan.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::app {
namespace {

constexpr BackfillPhase phases[] = {BackfillPhase::running, BackfillPhase::paused,
                                    BackfillPhase::done, BackfillPhase::stopped};

void put_time(json::Object& into, std::string_view key, const std::optional<Instant>& at) {
  if (at) into[key] = to_unix_us(*at);
}

std::optional<Instant> time_in(const json::Object& from, std::string_view key) {
  const auto us = json::integer(from, key);
  return us ? std::optional(from_unix_us(*us)) : std::nullopt;
}

}  // namespace

std::string_view name(BackfillPhase phase) {
  switch (phase) {
    case BackfillPhase::running:
      return "running";
    case BackfillPhase::paused:
      return "paused";
    case BackfillPhase::done:
      return "done";
    case BackfillPhase::stopped:
      return "stopped";
  }
  return "";
}

bool BackfillState::contains(std::int64_t order, std::optional<Instant> ordered_at) const {
  if (order < from || order >= until) return false;
  if (!since && !before) return true;
  return ordered_at && (!since || *ordered_at >= *since) && (!before || *ordered_at < *before);
}

json::Object to_json(const BackfillState& state) {
  json::Object out;
  out["phase"] = name(state.phase);
  out["from"] = state.from;
  out["until"] = state.until;
  out["next"] = state.next;
  out["from_day"] = state.from_day;
  out["until_day"] = state.until_day;
  put_time(out, "since_us", state.since);
  put_time(out, "before_us", state.before);
  out["by"] = state.by;
  put_time(out, "started_us", state.started_at);
  put_time(out, "ended_us", state.ended_at);
  out["found"] = state.found;
  out["known"] = state.known;
  out["left"] = state.left;
  out["taken_up"] = state.taken_up;
  return out;
}

Result<BackfillState> backfill_state_of(const std::string& text) {
  TB_TRY(const json::Value parsed, json::parse(text));
  const json::Object* object = parsed.if_object();
  if (object == nullptr) return fail(Error::Kind::corrupt, "a backfill's state is not an object");
  BackfillState state;
  const std::string phase = json::text(*object, "phase").value_or("");
  const auto* const found = std::find_if(std::begin(phases), std::end(phases),
                                         [&](BackfillPhase one) { return name(one) == phase; });
  if (found == std::end(phases))
    return fail(Error::Kind::corrupt, "a backfill's state has no phase");
  state.phase = *found;
  const auto number = [&](std::string_view key) { return json::integer(*object, key).value_or(0); };
  state.from = number("from");
  state.until = number("until");
  state.next = number("next");
  state.from_day = json::text(*object, "from_day").value_or("");
  state.until_day = json::text(*object, "until_day").value_or("");
  state.since = time_in(*object, "since_us");
  state.before = time_in(*object, "before_us");
  state.by = json::text(*object, "by").value_or("");
  state.started_at = time_in(*object, "started_us").value_or(Instant{});
  state.ended_at = time_in(*object, "ended_us");
  state.found = number("found");
  state.known = number("known");
  state.left = number("left");
  state.taken_up = number("taken_up");
  return state;
}

void BackfillWalk::listed(std::vector<Listed> page, bool last) {
  TB_ASSERT(page_.empty());
  page_.assign(page.begin(), page.end());
  last_page_ = last;
}

std::vector<std::int64_t> BackfillWalk::page() const {
  std::vector<std::int64_t> numbers;
  numbers.reserve(page_.size());
  for (const Listed& one : page_) numbers.push_back(one.order);
  return numbers;
}

BackfillWalk::Decision BackfillWalk::decide(const std::vector<bool>& known, std::size_t taken_max,
                                            const Live& live, Instant now) const {
  TB_ASSERT(known.size() == page_.size());
  Decision decision;
  decision.state = state_;
  BackfillState& state = decision.state;
  for (std::size_t at = 0; at < page_.size(); ++at) {
    const Listed& one = page_[at];
    if (state.contains(one.order, one.ordered_at)) {
      const bool expected =
          one.order > live.above && one.ordered_at && *one.ordered_at >= live.not_before;
      if (known[at]) {
        ++state.known;
      } else if (expected) {
        ++state.left;
      } else if (decision.taken.size() < taken_max) {
        ++state.taken_up;
        decision.taken.push_back(one.order);
      } else {
        return decision;
      }
      ++state.found;
    }
    state.next = one.order + 1;
    ++decision.settled;
  }
  if (last_page_) {
    state.next = state.until;
    state.phase = BackfillPhase::done;
    state.ended_at = now;
  }
  return decision;
}

void BackfillWalk::apply(Decision decision) {
  page_.erase(page_.begin(), page_.begin() + static_cast<std::ptrdiff_t>(decision.settled));
  state_ = std::move(decision.state);
}

}  // namespace tillbridge::app
