#include "app/klaviyo_comparison_plan.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

using engine::CaseType;

constexpr std::size_t ids_in_text_max = 20;
// LIMIT: more than these in one comparison is trouble that resending does not end: cases instead.
constexpr std::size_t again_max = 10'000;
constexpr std::size_t watched_max = 5'000;  // LIMIT: beyond it, what is too young goes unwatched

std::uint64_t bit(std::size_t part) {
  return 1ULL << part;
}

std::string list_of(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ids.size(), ids_in_text_max); ++i)
    text += (i == 0 ? "" : ", ") + ids[i];
  if (ids.size() > ids_in_text_max)
    text += fmt::format(" and {} more", ids.size() - ids_in_text_max);
  return text;
}

template <typename Event>
std::string name_of(const Event& event) {
  return event.metric + ' ' + event.unique_id;
}

// What is not there, and when it was planned: that is the time to compare again.
struct Gap {
  std::vector<std::string> ids;
  DeliveryId first, last;

  void add(std::string id, DeliveryId delivery) {
    first = ids.empty() ? delivery : std::min(first, delivery);
    last = std::max(last, delivery);
    ids.push_back(std::move(id));
  }
  std::string command(const Zone& zone) const {
    const std::string from = zone.business_day(instant_of(first.value));
    if (zone.business_day(instant_of(last.value)) == from)
      return fmt::format("tillbridge compare klaviyo --day {} --repair", from);
    return fmt::format("tillbridge compare klaviyo --from {} --until {} --repair", from,
                       zone.business_day(instant_of(last.value) + std::chrono::hours{24}));
  }
};

std::string group_of(const char* kind, const std::string& day) {
  return fmt::format("klaviyo/{}/{}", kind, day);
}

class Decider {
 public:
  explicit Decider(const ComparisonLook& look) : look_(look) {
    for (const auto* list : {&look.deliveries, &look.later}) {
      for (const KlaviyoDelivery& one : *list) {
        by_id_.emplace(one.row.id, &one);
        in_lane_[one.row.lane].emplace(one.row.id, &one);
      }
    }
  }

  ComparisonActs acts() && {
    missing_events();
    orphans();
    profiles();
    watch_young();
    send_newer_people_again();
    clear_what_is_well();
    return std::move(acts_);
  }

 private:
  enum class Repair { now, later, never };

  bool was_sent_again(DeliveryId id, std::size_t part) const {
    const auto known = look_.watched.find(id);
    return known != look_.watched.end() && (known->second.sent_again & bit(part)) != 0;
  }

  // A lane goes on in its order: an older part must not follow a newer one that waits.
  bool newer_waits(const KlaviyoDelivery& delivery) const {
    const auto& lane = in_lane_.at(delivery.row.lane);
    return std::any_of(lane.upper_bound(delivery.row.id), lane.end(),
                       [](const auto& one) { return one.second->is_under_way(); });
  }

  Repair repair_of(const KlaviyoDelivery& delivery, std::size_t part) const {
    const bool in_reach = acts_.again.size() < again_max || acts_.again.contains(delivery.row.id);
    if (!look_.repair || !in_reach || was_sent_again(delivery.row.id, part) ||
        delivery.row.state != journal::DeliveryState::delivered)
      return Repair::never;
    return newer_waits(delivery) ? Repair::later : Repair::now;
  }

  void watch(DeliveryId id, std::size_t part, bool sent_again) {
    if (!acts_.watchlist.contains(id) && acts_.watchlist.size() >= watched_max && !sent_again)
      return;
    KlaviyoWatched& one = acts_.watchlist[id];
    one.parts |= bit(part);
    if (sent_again) one.sent_again |= bit(part);
  }

  void send_again(const KlaviyoDelivery& delivery, std::size_t part, const std::string& what) {
    ComparisonActs::Again& again = acts_.again[delivery.row.id];
    again.record = delivery.row.record;
    again.parts |= bit(part);
    again.note += (again.note.empty() ? "" : "; ") + what;
    watch(delivery.row.id, part, true);
  }

  void missing_events() {
    std::map<std::string, Gap> for_people, stayed_away;  // by day
    const std::string on = look_.zone.local_text(look_.now);
    for (const std::size_t at : look_.compared.missing) {
      const desk::DeliveredEvent& event = look_.events[at];
      const KlaviyoDelivery& delivery = *by_id_.at(event.delivery);
      switch (repair_of(delivery, event.part)) {
        case Repair::now:
          send_again(delivery, event.part,
                     fmt::format("missing at Klaviyo on {}, sent again: {}", on, name_of(event)));
          ++acts_.events_again;
          break;
        case Repair::later:
          watch(delivery.row.id, event.part, false);
          break;
        case Repair::never:
          auto& list = was_sent_again(delivery.row.id, event.part) ? stayed_away : for_people;
          list[look_.zone.business_day(event.at)].add(name_of(event), delivery.row.id);
      }
    }
    for (const auto& [day, gap] : stayed_away) {
      acts_.cases.push_back(
          {CaseType::missing_effect, group_of("still_missing", day),
           fmt::format("{} event(s) of {} that Klaviyo accepted are not there, although they were "
                       "sent again: {}. Look at the person in Klaviyo (deleted? merged?), then "
                       "ask Klaviyo's support",
                       gap.ids.size(), day, list_of(gap.ids))});
    }
    for (const auto& [day, gap] : for_people) {
      acts_.cases.push_back(
          {CaseType::missing_effect, group_of("missing", day),
           fmt::format("{} event(s) of {} that Klaviyo accepted are not there: {}. Send them again "
                       "with: {}",
                       gap.ids.size(), day, list_of(gap.ids), gap.command(look_.zone))});
    }
  }

  void orphans() {
    std::map<std::string, std::vector<std::string>> by_day;
    for (const desk::FoundEvent& event : look_.orphaned)
      by_day[look_.zone.business_day(event.at)].push_back(name_of(event));
    for (const auto& [day, ids] : by_day) {
      acts_.cases.push_back(
          {CaseType::orphaned_effect, group_of("orphaned", day),
           fmt::format("{} event(s) of {} at Klaviyo look like Tillbridge's and no record explains "
                       "them: {}. Does another integration or an older journal write to the same "
                       "account? Klaviyo cannot delete events",
                       ids.size(), day, list_of(ids))});
    }
  }

  void profiles() {
    Gap for_people;
    for (const KlaviyoPerson& person : look_.profiles.to_write) {
      const KlaviyoPerson::Write& write = *person.write;
      const KlaviyoDelivery& delivery = *by_id_.at(write.delivery);
      switch (repair_of(delivery, write.part)) {
        case Repair::now:
          send_again(
              delivery, write.part,
              "the profile was missing at Klaviyo or had lost its customer number, sent again");
          break;
        case Repair::later:
          watch(write.delivery, write.part, false);
          break;
        case Repair::never:
          for_people.add(write.effect, write.delivery);
      }
    }
    if (!for_people.ids.empty()) {
      acts_.cases.push_back(
          {CaseType::missing_effect, group_of("profiles", look_.label),
           fmt::format("{} profile(s) that Klaviyo accepted are not there or have no customer "
                       "number, by the effect that wrote them: {}. Look at the person in Klaviyo, "
                       "then: {}",
                       for_people.ids.size(), list_of(for_people.ids),
                       for_people.command(look_.zone))});
    }
    for (const auto& conflict : look_.profiles.conflicts) {
      const KlaviyoPerson::Write& write = *conflict.person.write;
      acts_.cases.push_back(
          {CaseType::profile_conflict, "klaviyo/profile/" + conflict.profile_id,
           fmt::format("Klaviyo: the profile {} belongs to the customer number {}, but {} was "
                       "written to it. Find out who the address belongs to and correct it where it "
                       "is wrong",
                       conflict.profile_id, conflict.external_id, write.said.external_id),
           write.record, write.delivery});
    }
  }

  void watch_young() {
    for (const std::size_t at : look_.compared.late) {
      const desk::DeliveredEvent& event = look_.events[at];
      watch(event.delivery, event.part, was_sent_again(event.delivery, event.part));
    }
    // Profile writes that were sent again and are not with Klaviyo for long enough.
    for (const auto& [id, watched] : look_.watched) {
      const auto known = by_id_.find(id);
      if (known == by_id_.end()) continue;
      const KlaviyoDelivery& one = *known->second;
      const bool young = one.is_under_way() || look_.now - one.row.due_at <= look_.visible_after;
      for (std::size_t part = 0; young && part < one.parts.size(); ++part) {
        if ((watched.parts & bit(part)) != 0 &&
            one.parts[part].kind == connectors::klaviyo::PartKind::profile_write)
          watch(id, part, was_sent_again(id, part));
      }
    }
  }

  // An event brings what it says about the person with it, which may be older than what Klaviyo was
  // told since: the newer ones of that lane follow it. Their events are there; Klaviyo knows them
  // by their ids.
  void send_newer_people_again() {
    std::map<std::string, DeliveryId> told;  // lane, the oldest that tells again
    for (const auto& [id, again] : acts_.again) {
      const KlaviyoDelivery& delivery = *by_id_.at(id);
      for (std::size_t part = 0; part < delivery.parts.size(); ++part) {
        if ((again.parts & bit(part)) != 0 && delivery.parts[part].tells_person)
          told.emplace(delivery.row.lane, id);
      }
    }
    for (const auto& [lane, from] : told) {
      const auto& newer = in_lane_.at(lane);
      for (auto at = newer.upper_bound(from); at != newer.end(); ++at) {
        const KlaviyoDelivery& delivery = *at->second;
        if (delivery.row.state != journal::DeliveryState::delivered) continue;
        for (std::size_t part = 0; part < delivery.parts.size(); ++part) {
          if (!delivery.parts[part].tells_person || !delivery.is_done(part)) continue;
          ComparisonActs::Again& again = acts_.again[delivery.row.id];
          if ((again.parts & bit(part)) != 0) continue;
          again.record = delivery.row.record;
          again.parts |= bit(part);
          if (again.note.empty())
            again.note =
                "sent again behind an older event, so that Klaviyo keeps the newest about "
                "the person";
        }
      }
    }
  }

  void clear_what_is_well() {
    const std::string day = look_.zone.business_day(look_.span.from);
    if (day != look_.label || !acts_.watchlist.empty()) return;
    for (const char* kind : {"missing", "still_missing", "orphaned", "profiles"}) {
      const std::string group = group_of(kind, day);
      if (std::none_of(acts_.cases.begin(), acts_.cases.end(),
                       [&](const auto& one) { return one.group == group; }))
        acts_.clear.push_back(group);
    }
  }

  const ComparisonLook& look_;
  ComparisonActs acts_;
  std::unordered_map<DeliveryId, const KlaviyoDelivery*> by_id_;
  std::map<std::string, std::map<DeliveryId, const KlaviyoDelivery*>> in_lane_;
};

}  // namespace

ComparisonActs decide(const ComparisonLook& look) {
  return Decider(look).acts();
}

std::set<std::string> lanes_that_matter(const ComparisonLook& look) {
  std::set<DeliveryId> missing;
  for (const std::size_t at : look.compared.missing) missing.insert(look.events[at].delivery);
  std::set<std::string> lanes;
  for (const KlaviyoDelivery& one : look.deliveries) {
    if (missing.contains(one.row.id)) lanes.insert(one.row.lane);
  }
  for (const std::string& person : look.sampled) {
    lanes.insert("customer/" + person);
    lanes.insert("profile/" + person);
  }
  return lanes;
}

}  // namespace tillbridge::app
