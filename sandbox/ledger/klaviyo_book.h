#pragma once
// The account at Klaviyo: ids of refunds, people and their profiles. Core thread.

#include <unordered_map>

#include "ledger/klaviyo_people.h"
#include "ledger/klaviyo_profiles.h"
#include "ledger/platform_book.h"
#include "ledger/register_writes.h"

namespace sandbox {

class KlaviyoBook final : public PlatformBook {
 public:
  KlaviyoBook(const Expectations& expectations, const Phases& phases,
              const RegisterWrites& register_writes)
      : PlatformBook("klaviyo", expectations, phases), register_writes_(register_writes) {}

  void stood_before(const std::vector<KlaviyoProfile>& profiles);
  void collect_cases(std::set<std::int64_t>& order_ids) const override;

 protected:
  Identity identity(const TillOrder& order) const override;
  OrderPlan plan(const TillOrder& order, const Identity& original) const override;
  Lane& lane_of(const TillOrder& order, const OrderPlan& plan) override;
  std::optional<Claim> claim(const ReceivedEvent& event) const override;
  std::optional<std::string> difference(const OrderCheck& check, EffectKey key,
                                        const ReceivedEvent& event) const override;
  std::string name(EffectKind kind) const override;
  void took(const TillOrder& order, const OrderCheck& check, const OrderPlan& plan) override;
  void judge_rest(PlatformSummary& summary,
                  const std::vector<KlaviyoProfile>* profiles) const override;

 private:
  const KlaviyoExpectations& settings() const;
  void note_refund(const TillOrder& order, const OrderCheck& check);

  const RegisterWrites& register_writes_;
  KlaviyoPeople people_;
  ProfilesBefore before_;
  std::unordered_map<std::int64_t, Person*> person_of_order_;
  // Original -> the refund that takes its id: the first of those that are due.
  struct FirstRefund {
    std::uint64_t final_sequence = 0;
    std::int64_t order_id = 0;
  };
  std::unordered_map<std::int64_t, FirstRefund> first_refunds_;
};

}  // namespace sandbox
