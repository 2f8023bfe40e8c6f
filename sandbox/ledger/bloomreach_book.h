#pragma once
// The account at Bloomreach: customer updates, which name no order, and web cookies. Core thread.

#include <unordered_map>

#include "ledger/platform_book.h"
#include "ledger/register_writes.h"

namespace sandbox {

class BloomreachBook final : public PlatformBook {
 public:
  BloomreachBook(const Expectations& expectations, const Phases& phases,
                 const RegisterWrites& register_writes)
      : PlatformBook("bloomreach", expectations, phases), register_writes_(register_writes) {}

 protected:
  Identity identity(const TillOrder& order) const override;
  OrderPlan plan(const TillOrder& order, const Identity& original) const override;
  Lane& lane_of(const TillOrder& order, const OrderPlan& plan) override;
  std::optional<Claim> claim(const ReceivedEvent& event) const override;
  std::optional<std::string> difference(const OrderCheck& check, EffectKey key,
                                        const ReceivedEvent& event) const override;
  std::string name(EffectKind kind) const override;
  void took(const TillOrder& order, const OrderCheck& check, const OrderPlan& plan) override;
  void saw(const OrderCheck& check, std::int64_t order_id, const ReceivedEvent& event) override;
  void take(const ReceivedEvent& event) override;
  void judge_rest(PlatformSummary& summary, const std::vector<KlaviyoProfile>*) const override;

 private:
  struct Candidate {
    std::int64_t order_id = 0;
    int score = 0;            // 0: nobody waits; 3: same content
    bool called_for = false;  // somebody's update belongs here, waiting or not
  };
  Candidate waiting_for(const std::string& hard_id, const ReceivedEvent& event);
  void take_update(const ReceivedEvent& event);
  bool is_of_register(const ReceivedEvent& event) const;

  const RegisterWrites& register_writes_;
  std::unordered_map<std::string, Lane> lanes_;                   // by hard id; stable addresses
  std::unordered_multimap<std::uint64_t, std::int64_t> updates_;  // customer and second -> orders
  std::unordered_map<std::int64_t, bool> cookies_;  // orders with one -> whether it arrived
};

}  // namespace sandbox
