#include "crm/index_learning.h"

#include <algorithm>

#include "model/identity.h"

namespace tillbridge::crm {
namespace {

constexpr const char* default_source = "Default for new customers";

bool is_ours_still(const IndexEntry& entry, Instant now, Duration own_changes_win_for) {
  return entry.till_changed_at && now - *entry.till_changed_at < own_changes_win_for;
}

void add_phone(model::TextList& phones, const std::string& phone) {
  if (std::find(phones.begin(), phones.end(), phone) == phones.end()) phones.push_back(phone);
}

}  // namespace

void take_decision(IndexEntry& entry, const model::ConsentDecision& said) {
  const auto known = entry.consents.find(said.category);
  const auto before = known == entry.consents.end()
                          ? std::optional<model::ConsentDecision>{}
                          : std::optional<model::ConsentDecision>{known->second};
  if (model::replaces(said, before)) entry.consents[said.category] = said;
}

IndexEntry with_profile(IndexEntry entry, const std::string& connection, const FoundProfile& found,
                        Instant now, Duration own_changes_win_for) {
  const IndexEntry before = entry;
  const bool ours = is_ours_still(entry, now, own_changes_win_for);
  const auto learn = [&](std::string& known, const std::string& said) {
    if (!said.empty() && (known.empty() || !ours)) known = said;
  };
  for (const model::CustomerField& field : model::customer_fields()) {
    if (field.name != "customer_id") learn(entry.customer.*field.text, found.customer.*field.text);
  }
  if (!found.customer.phones.empty() && (entry.customer.phones.empty() || !ours))
    entry.customer.phones = found.customer.phones;
  for (const model::ConsentDecision& decision : found.consents) take_decision(entry, decision);
  if (!found.handle.empty()) entry.handles[connection] = found.handle;
  if (!entry.seen_at) entry.seen_at = now;
  if (!(entry == before)) entry.changed_at = now;
  return entry;
}

std::optional<IndexEntry> with_order(const std::optional<IndexEntry>& entry,
                                     const model::CustomerFacts& facts, Instant happened_at) {
  const std::string id =
      model::identity_value(facts, model::IdentitySource::crm_customer_id).value_or("");
  if (id.empty()) return std::nullopt;
  IndexEntry after = entry.value_or(IndexEntry{});
  const IndexEntry before = after;
  model::Customer& customer = after.customer;
  if (customer.customer_id.empty()) customer.customer_id = id;
  const auto fill = [](std::string& known, const std::string& said) {
    if (known.empty()) known = said;
  };
  using Source = model::IdentitySource;
  fill(customer.member_number,
       model::identity_value(facts, Source::crm_member_number).value_or(""));
  fill(customer.email, model::identity_value(facts, Source::email).value_or(""));
  const std::string phone = model::identity_value(facts, Source::phone).value_or("");
  if (!phone.empty() && customer.phones.empty()) add_phone(customer.phones, phone);
  fill(customer.first_name, facts.first_name);
  fill(customer.last_name, facts.last_name);
  fill(customer.company, facts.company);
  if (after == before) return entry;
  after.changed_at = std::max(after.changed_at, happened_at);
  return after;
}

IndexEntry with_change(const std::optional<IndexEntry>& before, const std::string& customer_id,
                       const model::CustomerChange& change, Instant now) {
  IndexEntry after = before.value_or(IndexEntry{});
  after.customer = model::changed(after.customer, change);
  after.customer.customer_id = customer_id;
  after.till_changed_at = after.changed_at = now;
  if (!before) after.created_at = now;
  return after;
}

std::vector<model::ConsentDecision> decisions_of(
    const std::optional<IndexEntry>& before, const model::CustomerChange& change,
    const std::vector<model::ConsentCategory>& categories, const std::string& source, Instant now) {
  std::vector<model::ConsentDecision> decisions;
  for (const model::ConsentCategory& category : categories) {
    const auto said = change.consents.find(category.id);
    const bool silent = said == change.consents.end();
    if (silent && (before || !category.by_default)) continue;
    const bool given = silent || said->second;
    std::optional<model::ConsentDecision> known;
    if (before) {
      const auto found = before->consents.find(category.id);
      if (found != before->consents.end()) known = found->second;
    }
    // Not given and never given before is no decision.
    if (given == (known && known->given)) continue;
    model::ConsentDecision decision;
    decision.category = category.id;
    decision.given = given;
    decision.at = std::chrono::floor<std::chrono::seconds>(now);
    decision.source = silent ? default_source : source;
    if (!model::replaces(decision, known)) continue;
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

}  // namespace tillbridge::crm
