#include "crm/redemptions.h"

#include <algorithm>

#include <fmt/format.h>

#include "crm/customer_index.h"

namespace tillbridge::crm {
namespace {

constexpr const char* from_till = "till";

struct Known {
  std::optional<std::string> fact;
  std::optional<std::string> outstanding;
  std::optional<journal::RecordRow> record;
};

// Without a receipt nothing but the time tells a button pressed twice from a second use.
bool is_same_act(const Redemption& before, const RedeemAct& act, Instant now, Duration within) {
  if (!before.redeemed() || before.receipt != act.receipt) return false;
  return !act.receipt.empty() || now - *before.at < within;
}

}  // namespace

Redemptions::Redemptions(Turns& turns, const Clock& clock, journal::Journal& journal, IdSource& ids,
                         CrmSettings settings, std::uint32_t settings_version)
    : turns_(turns),
      clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      settings_version_(settings_version) {}

Task<Result<RedemptionFacts>> Redemptions::read(std::vector<std::string> keys) {
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [workspace = settings_.workspace,
                                                           keys](journal::Reader& reader) {
    return reader.facts(workspace, redemption_shelf, keys);
  };
  const auto found = co_await journal_.read<Values>(std::move(query));
  if (!found) co_return fail(found.error());
  RedemptionFacts facts;
  for (std::size_t at = 0; at < keys.size(); ++at) facts[keys[at]] = (*found)[at].value_or("");
  co_return facts;
}

Task<Result<std::vector<Promotion>>> Redemptions::of(std::string customer_id) {
  std::vector<Promotion> promotions = settings_.promotions;
  if (promotions.empty()) co_return promotions;
  std::vector<std::string> keys;
  for (const Promotion& offered : promotions)
    keys.push_back(redemption_key(customer_id, offered.id));
  auto facts = co_await read(std::move(keys));
  if (!facts) co_return fail(facts.error());
  for (Promotion& offered : promotions)
    offered.redeemed =
        read_redemption((*facts)[redemption_key(customer_id, offered.id)]).redeemed();
  co_return promotions;
}

Task<Result<std::vector<journal::PutFact>>> Redemptions::merged(std::string into,
                                                                std::string from) {
  std::vector<journal::PutFact> puts;
  if (settings_.promotions.empty()) co_return puts;
  std::vector<std::string> items;
  std::vector<std::string> keys{outstanding_key};
  for (const Promotion& offered : settings_.promotions) {
    items.push_back(offered.id);
    keys.push_back(redemption_key(into, offered.id));
    keys.push_back(redemption_key(from, offered.id));
  }
  const auto known = co_await read(std::move(keys));
  if (!known) co_return fail(known.error());
  for (auto& [key, value] : redemptions_merged(*known, into, from, items))
    puts.push_back({settings_.workspace, redemption_shelf, key, value, clock_.now()});
  co_return puts;
}

Task<Result<Promotion>> Redemptions::redeem(RedeemAct act, AtTill at) {
  const auto offered =
      std::find_if(settings_.promotions.begin(), settings_.promotions.end(),
                   [&](const Promotion& promotion) { return promotion.id == act.item; });
  if (offered == settings_.promotions.end())
    co_return fail(Error::Kind::not_found, "There is no such offer.");
  const std::string key = redemption_key(act.customer_id, act.item);
  const auto turn =
      co_await turns_.take_until(learning_turn, clock_, clock_.tick() + settings_.patience);
  if (!turn) co_return fail(Error::Kind::unavailable, unreachable);

  const std::string record_key = "redemption/" + key;
  std::function<Result<Known>(journal::Reader&)> query =
      [workspace = settings_.workspace, key, record_key](journal::Reader& reader) -> Result<Known> {
    const std::vector<std::string> facts{key, outstanding_key};
    const std::vector<std::string> records{record_key};
    TB_TRY(const auto values, reader.facts(workspace, redemption_shelf, facts));
    TB_TRY(const auto rows, reader.records_by_key(workspace, records, false));
    return Known{values.front(), values.back(), rows.front()};
  };
  const auto known = co_await journal_.read<Known>(std::move(query));
  if (!known) co_return fail(known.error());
  const Redemption before = read_redemption(known->fact.value_or(""));
  Promotion answer = *offered;
  answer.redeemed = !act.undo;
  const Instant now = clock_.now();
  // Pressed twice, or undone twice.
  const bool same =
      act.undo ? !before.redeemed() : is_same_act(before, act, now, settings_.double_press_within);
  if (same) co_return answer;
  if (!act.undo && before.redeemed())
    co_return fail(Error::Kind::rejected, "This offer has been used already.");
  const bool both_said = !act.receipt.empty() && !before.receipt.empty();
  if (act.undo && both_said && before.receipt != act.receipt)
    co_return fail(Error::Kind::rejected, "This offer was used on another receipt.");

  const RecordId record_id = known->record ? known->record->id : ids_.next<RecordId>();
  Redemption after = undone(before);
  OutstandingList outstanding = read_outstanding(known->outstanding.value_or(""));
  if (act.undo) {
    settle(outstanding, key, "it was taken back at the till");
  } else {
    after.at = now;
    after.receipt = act.receipt;
    after.source = from_till;
    wait_for_sale(outstanding, key, now, record_id);
  }
  journal::Step step;
  const auto remember = [&](const std::string& fact, std::string value) {
    step.facts.push_back({settings_.workspace, redemption_shelf, fact, std::move(value), now});
  };
  remember(key, to_text(after));
  remember(outstanding_key, to_text(outstanding));
  journal::PutRecord record;
  record.id = record_id;
  record.workspace = settings_.workspace;
  record.kind = "redemption";
  record.key = record_key;
  record.version = known->record ? known->record->version + 1 : 1;
  record.state = journal::RecordState::skipped;
  record.reason = act.undo ? "undone at the till" : "redeemed at the till";
  record.settings_version = settings_version_;
  record.happened_at = record.changed_at = now;
  record.store = at.store;
  record.customer = act.customer_id;
  record.search_keys = {"customer:" + act.customer_id, "promotion:" + act.item};
  if (!act.receipt.empty()) record.search_keys.push_back("receipt:" + act.receipt);
  journal::AddNote note;
  note.id = ids_.next<NoteId>();
  note.workspace = settings_.workspace;
  note.subject = record.id.value;
  note.at = now;
  note.kind = "till";
  note.text = fmt::format("{}: store {}, staff {}, register {}, receipt {}",
                          act.undo ? "undone" : "redeemed", at.store, at.staff, at.cash_register,
                          act.receipt.empty() ? "not said" : act.receipt);
  step.notes.push_back(std::move(note));
  step.records.push_back(std::move(record));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return answer;
}

}  // namespace tillbridge::crm
