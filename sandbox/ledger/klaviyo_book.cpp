#include "ledger/klaviyo_book.h"

#include "ledger/expected_klaviyo.h"

namespace sandbox {

const KlaviyoExpectations& KlaviyoBook::settings() const {
  // Whatever is read without a connection never becomes an effect.
  static const KlaviyoExpectations defaults;
  return expectations().klaviyo ? *expectations().klaviyo : defaults;
}

Identity KlaviyoBook::identity(const TillOrder& order) const {
  return identity_for_klaviyo(order, settings());
}

OrderPlan KlaviyoBook::plan(const TillOrder& order, const Identity& original) const {
  if (expectations().klaviyo) return plan_for_klaviyo(order, original, settings());
  OrderPlan none;
  none.why = "Klaviyo is not connected";
  return none;
}

Lane& KlaviyoBook::lane_of(const TillOrder& order, const OrderPlan& plan) {
  Person& person = people_.person_of(plan.key, person_order_of(order, plan, settings()).number);
  Person*& known = person_of_order_[order.order_id];
  if (known != nullptr && known != &person) KlaviyoPeople::remove(*known, order.order_id);
  known = &person;
  return person;
}

std::optional<Claim> KlaviyoBook::claim(const ReceivedEvent& event) const {
  return claim_at_klaviyo(event, settings());
}

std::optional<std::string> KlaviyoBook::difference(const OrderCheck& check, EffectKey key,
                                                   const ReceivedEvent& event) const {
  const TillOrder& order = *check.record();
  bool takes_originals_id = false;
  if (order.original_order_id) {
    const auto first = first_refunds_.find(*order.original_order_id);
    takes_originals_id = first != first_refunds_.end() && first->second.order_id == order.order_id;
  }
  return klaviyo_difference(
      content_for_klaviyo(order, key, *check.key(), takes_originals_id, settings()), event,
      settings());
}

std::string KlaviyoBook::name(EffectKind kind) const {
  return klaviyo_name(kind, settings());
}

void KlaviyoBook::note_refund(const TillOrder& order, const OrderCheck& check) {
  const OrderCheck::Effect* refund = check.find({EffectKind::return_header});
  if (refund == nullptr || !order.original_order_id) return;
  const auto [first, added] = first_refunds_.try_emplace(
      *order.original_order_id, FirstRefund{order.final_sequence, order.order_id});
  if (added || order.final_sequence >= first->second.final_sequence) return;
  // One that arrived under the original's id keeps it.
  const OrderCheck::Effect* holder =
      orders().at(first->second.order_id).find({EffectKind::return_header});
  if (holder == nullptr || !holder->seen) first->second = {order.final_sequence, order.order_id};
}

void KlaviyoBook::took(const TillOrder& order, const OrderCheck& check, const OrderPlan& plan) {
  if (check.effects().empty()) {
    const auto known = person_of_order_.find(order.order_id);
    if (known == person_of_order_.end()) return;
    KlaviyoPeople::remove(*known->second, order.order_id);
    person_of_order_.erase(known);
    return;
  }
  note_refund(order, check);
  people_.put(*person_of_order_.at(order.order_id), person_order_of(order, plan, settings()),
              settings());
}

void KlaviyoBook::stood_before(const std::vector<KlaviyoProfile>& profiles) {
  for (const KlaviyoProfile& profile : profiles) before_[profile.id] = profile;
}

void KlaviyoBook::collect_cases(std::set<std::int64_t>& order_ids) const {
  PlatformBook::collect_cases(order_ids);
  people_.collect_conflicts(order_ids);
}

void KlaviyoBook::judge_rest(PlatformSummary& summary,
                             const std::vector<KlaviyoProfile>* profiles) const {
  if (profiles == nullptr || !expectations().klaviyo) return;
  std::unordered_set<const Lane*> waiting;
  for (const auto& [order_id, check] : orders())
    if (check.is_waiting()) waiting.insert(check.lane());
  const ProfileVerdict verdict =
      judge_profiles({people_, waiting, before_, register_writes_, settings()}, *profiles);
  summary.missing += verdict.missing;
  summary.invented += verdict.invented;
  summary.wrong += verdict.wrong;
  for (const std::string& finding : verdict.findings) add_finding(summary.findings, finding);
}

}  // namespace sandbox
