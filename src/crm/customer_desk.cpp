#include "crm/customer_desk.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <date/date.h>
#include <fmt/format.h>

#include "crm/index_learning.h"

namespace tillbridge::crm {
namespace {

Error no_such_customer() {
  return {Error::Kind::not_found, "There is no such customer any more. Please search again."};
}

std::string day_text(Instant at) {
  return date::format("%F", date::floor<date::days>(at));
}

}  // namespace

CustomerDesk::CustomerDesk(DeskParts parts, CrmSettings settings, std::uint32_t settings_version)
    : on_(std::move(parts)),
      settings_(std::move(settings)),
      settings_version_(settings_version),
      live_(on_.loop, on_.clock, on_.source),
      people_(on_.loop) {}

std::string CustomerDesk::new_customer_id() {
  constexpr int base = 36;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 on_.ids.next<RecordId>().value, base);
  return "c-" + std::string(digits.data(), end.ptr);
}

// Not seen at the platform yet, or changed here so recently that it may not show it yet.
bool CustomerDesk::is_pending(const IndexEntry& entry) const {
  const bool own = entry.till_changed_at &&
                   on_.clock.now() - *entry.till_changed_at < settings_.own_changes_win_for;
  return own || (entry.created_at && !entry.seen_at);
}

Task<SourceAnswer> CustomerDesk::ask(Key key, Tick until, Duration& platform_took) {
  const Tick began = on_.clock.tick();
  auto answer = co_await live_.find(std::move(key), until);
  platform_took += on_.clock.tick() - began;
  co_return answer;
}

Task<CustomerDesk::Finding> CustomerDesk::look_up(Key key, Tick until, Duration& platform_took) {
  Finding finding{Seen{}, true};
  auto entries = co_await on_.index.find(key);
  if (!entries) {
    finding.seen = fail(entries.error());
    co_return finding;
  }
  std::optional<IndexEntry> known;
  if (!entries->empty()) known = std::move(entries->back());
  const std::vector<Key> questions = questions_about(key, known);
  if (questions.empty()) {
    finding.seen->from_index = known && live_.has_source();
    finding.seen->entry = std::move(known);
    co_return finding;
  }
  for (const Key& question : questions) {
    auto answer = co_await ask(question, until, platform_took);
    if (answer.outcome.kind != Outcome::Kind::delivered) {
      finding.asked = false;
      finding.seen->entry = std::move(known);
      finding.seen->from_index = true;
      co_return finding;
    }
    if (!answer.found) continue;
    auto adopted = co_await adopt(std::move(*answer.found));
    if (adopted)
      finding.seen->entry = std::move(*adopted);
    else
      finding.seen = fail(adopted.error());
    co_return finding;
  }
  if (known && is_pending(*known)) finding.seen->entry = std::move(known);
  co_return finding;
}

// What the platform is asked, in this order, until it shows somebody: not every profile carries our
// number, an address may be newer than the identifier it is searched by, and platforms merge.
std::vector<Key> CustomerDesk::questions_about(const Key& key,
                                               const std::optional<IndexEntry>& known) const {
  std::vector<Key> questions;
  if (!live_.has_source()) return questions;
  std::optional<Key> by_handle;
  if (known) {
    const auto handle = known->handles.find(live_.connection());
    if (handle != known->handles.end()) by_handle = Key{KeyType::profile, handle->second};
  }
  if (key.type == KeyType::customer_id) {
    if (by_handle) questions.push_back(*by_handle);
    if (live_.searches_by(key.type))
      questions.push_back({key.type, known ? known->customer.customer_id : key.value});
    if (known && !known->customer.email.empty() && live_.searches_by(KeyType::email))
      questions.push_back({KeyType::email, known->customer.email});
    return questions;
  }
  if (live_.searches_by(key.type)) questions.push_back(key);
  if (by_handle) questions.push_back(*by_handle);
  return questions;
}

Task<Result<IndexEntry>> CustomerDesk::known(std::string customer_id, Duration& platform_took) {
  auto entry = co_await on_.index.get(customer_id);
  if (!entry) co_return fail(entry.error());
  if (*entry) co_return std::move(**entry);
  const Key key{KeyType::customer_id, std::move(customer_id)};
  auto finding = co_await look_up(key, patience_ends(), platform_took);
  if (!finding.seen) co_return fail(finding.seen.error());
  if (finding.seen->entry) co_return std::move(*finding.seen->entry);
  if (!finding.asked) co_return fail(Error::Kind::unavailable, unreachable);
  co_return fail(no_such_customer());
}

Task<Result<std::optional<IndexEntry>>> CustomerDesk::entry_of(FoundProfile found) {
  const std::string connection = live_.connection();
  Result<std::optional<IndexEntry>> known = std::optional<IndexEntry>{};
  if (!found.handle.empty()) known = co_await on_.index.by_handle(connection, found.handle);
  if (!known || *known) co_return known;
  if (!found.customer.customer_id.empty()) {
    known = co_await on_.index.get(found.customer.customer_id);
    if (!known || *known) co_return known;
  }
  // Known from a sale or added while the platform could not be asked.
  std::vector<Key> keys;
  const auto add = [&keys](KeyType type, const std::string& value) {
    if (!value.empty()) keys.push_back({type, value});
  };
  add(KeyType::email, found.customer.email);
  add(KeyType::member_number, found.customer.member_number);
  // A phone is no proof where an e-mail is known.
  if (found.customer.email.empty() && !found.customer.phones.empty())
    add(KeyType::phone, found.customer.phones.front());
  for (const Key& key : keys) {
    auto same = co_await on_.index.find(key);
    if (!same) co_return fail(same.error());
    for (auto entry = same->rbegin(); entry != same->rend(); ++entry) {
      const bool unseen = !entry->handles.contains(connection) || !entry->seen_at;
      const bool proof = key.type != KeyType::phone || entry->customer.email.empty();
      if (unseen && proof) co_return std::optional(*entry);
    }
  }
  co_return std::optional<IndexEntry>{};
}

Task<Result<IndexEntry>> CustomerDesk::adopt(FoundProfile found) {
  const auto learned = [this, &found](IndexEntry entry) {
    return with_profile(std::move(entry), live_.connection(), found, on_.clock.now(),
                        settings_.own_changes_win_for);
  };
  auto known = co_await entry_of(found);
  if (!known) co_return fail(known.error());
  // A platform that never merges still shows whom a steward has merged: nothing of that is theirs.
  if (*known && (*known)->followed) co_return **known;
  if (*known && learned(**known) == **known) co_return **known;

  // Held by whoever stores something just now: for long only when the disk does not take it.
  const auto turn = co_await on_.turns.take_until(learning_turn, on_.clock, patience_ends());
  if (!turn) co_return fail(Error::Kind::unavailable, unreachable);
  known = co_await entry_of(found);
  if (!known) co_return fail(known.error());
  if (*known && (*known)->followed) co_return **known;
  IndexEntry after = learned(known->value_or(IndexEntry{}));
  if (after.customer.customer_id.empty()) after.customer.customer_id = found.customer.customer_id;
  if (after.customer.customer_id.empty()) after.customer.customer_id = new_customer_id();
  auto facts = co_await on_.index.changes(*known, after);
  if (!facts) co_return fail(facts.error());
  journal::Step step;
  step.facts = std::move(*facts);
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return after;
}

Task<Result<IndexEntry>> CustomerDesk::with_consents(IndexEntry entry) {
  if (!on_.consents) co_return entry;
  const auto known = co_await on_.consents(entry.customer);
  if (!known) co_return fail(known.error());
  for (const model::ConsentDecision& decision : *known) take_decision(entry, decision);
  co_return entry;
}

Task<Result<void>> CustomerDesk::learn(FoundProfile found) {
  const model::Customer& customer = found.customer;
  const bool nobody = found.handle.empty() && customer.customer_id.empty() &&
                      customer.email.empty() && customer.member_number.empty() &&
                      customer.phones.empty();
  if (nobody) co_return Result<void>{};  // a visitor: could never be found again
  const auto adopted = co_await adopt(std::move(found));
  if (!adopted) co_return fail(adopted.error());
  co_return Result<void>{};
}

Task<Result<ShownCustomer>> CustomerDesk::show(IndexEntry known, bool from_index) {
  auto with_all = co_await with_consents(std::move(known));
  if (!with_all) co_return fail(with_all.error());
  IndexEntry& entry = *with_all;
  ShownCustomer shown;
  for (const auto& [category, decision] : entry.consents) shown.consents.push_back(decision);
  if (from_index) shown.from_index = entry.changed_at;
  if (!settings_.promotions.empty()) {
    auto promotions = co_await on_.redemptions.of(entry.customer.customer_id);
    if (!promotions) co_return fail(promotions.error());
    shown.promotions = std::move(*promotions);
  }
  shown.customer = std::move(entry.customer);
  co_return shown;
}

Task<Answered<std::optional<ShownCustomer>>> CustomerDesk::search(Key key, AtTill /*at*/) {
  Answered<std::optional<ShownCustomer>> answered{std::optional<ShownCustomer>{}};
  auto finding = co_await look_up(std::move(key), patience_ends(), answered.platform_took);
  if (!finding.seen) {
    answered.result = fail(finding.seen.error());
  } else if (finding.seen->entry) {
    auto shown = co_await show(std::move(*finding.seen->entry), finding.seen->from_index);
    if (shown)
      answered.result = std::optional(std::move(*shown));
    else
      answered.result = fail(shown.error());
  } else if (!finding.asked && settings_.unknown_while_down_is_error) {
    answered.result = fail(Error::Kind::unavailable, unreachable);
  }
  co_return answered;
}

Task<Answered<ShownCustomer>> CustomerDesk::get(std::string customer_id, AtTill /*at*/) {
  Answered<ShownCustomer> answered{ShownCustomer{}};
  const Key key{KeyType::customer_id, std::move(customer_id)};
  auto finding = co_await look_up(key, patience_ends(), answered.platform_took);
  if (!finding.seen) {
    answered.result = fail(finding.seen.error());
  } else if (finding.seen->entry) {
    answered.result = co_await show(std::move(*finding.seen->entry), finding.seen->from_index);
  } else if (finding.asked) {
    answered.result = fail(no_such_customer());
  } else {
    answered.result = fail(Error::Kind::unavailable, unreachable);
  }
  co_return answered;
}

Task<Answered<std::vector<Purchase>>> CustomerDesk::history(std::string customer_id,
                                                            AtTill /*at*/) {
  Answered<std::vector<Purchase>> answered{std::vector<Purchase>{}};
  const auto entry = co_await known(std::move(customer_id), answered.platform_took);
  if (entry)
    answered.result = co_await on_.purchases(entry->customer, settings_.history_max);
  else
    answered.result = fail(entry.error());
  co_return answered;
}

Task<Answered<std::vector<Section>>> CustomerDesk::sections(std::string customer_id,
                                                            AtTill /*at*/) {
  Answered<std::vector<Section>> answered{std::vector<Section>{}};
  auto found = co_await known(std::move(customer_id), answered.platform_took);
  if (found) found = co_await with_consents(std::move(*found));
  if (!found) {
    answered.result = fail(found.error());
    co_return answered;
  }
  const IndexEntry& entry = *found;
  Section member{"Membership", {{"Customer number", entry.customer.customer_id}}};
  const auto add = [&member](const char* title, const std::string& text) {
    if (!text.empty()) member.values.push_back({title, text});
  };
  add("Member number", entry.customer.member_number);
  add("Home store", entry.customer.home_store);
  if (entry.created_at) add("Member since", day_text(*entry.created_at));
  Section marketing{"Marketing", {}};
  for (const model::ConsentCategory& category : settings_.categories) {
    const auto said = entry.consents.find(category.id);
    marketing.values.push_back(
        {category.label, said == entry.consents.end()
                             ? "not asked yet"
                             : fmt::format("{}, {} ({})", said->second.given ? "yes" : "no",
                                           day_text(said->second.at), said->second.source)});
  }
  answered.result->push_back(std::move(member));
  if (!marketing.values.empty()) answered.result->push_back(std::move(marketing));
  co_return answered;
}

Task<Answered<Promotion>> CustomerDesk::redeem(RedeemAct act, AtTill at) {
  Answered<Promotion> answered{Promotion{}};
  const auto entry = co_await known(act.customer_id, answered.platform_took);
  if (!entry) {
    answered.result = fail(entry.error());
    co_return answered;
  }
  act.customer_id = entry->customer.customer_id;
  answered.result = co_await on_.redemptions.redeem(std::move(act), std::move(at));
  co_return answered;
}

}  // namespace tillbridge::crm
