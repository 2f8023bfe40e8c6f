#pragma once
// The account of all orders at one platform: what is expected there, what arrived, the counts. What
// differs between the platforms is in the classes derived from it. Core thread.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/expected_effects.h"
#include "ledger/ledger.h"
#include "ledger/order_check.h"
#include "ledger/phases.h"

namespace sandbox {

class PlatformBook {
 public:
  // What is passed by reference must outlive the book.
  PlatformBook(std::string platform, const Expectations& expectations, const Phases& phases);
  virtual ~PlatformBook() = default;
  PlatformBook(const PlatformBook&) = delete;
  PlatformBook& operator=(const PlatformBook&) = delete;

  const std::string& platform() const { return platform_; }
  void put(const TillOrder& order);
  void received(const ReceivedEvent& event);

  std::uint64_t received_events() const { return received_; }
  std::size_t missing_now() const { return expected_ - seen_; }
  // profiles: Klaviyo's, when they are to be judged.
  PlatformSummary summarise(const std::vector<KlaviyoProfile>* profiles) const;
  virtual void collect_cases(std::set<std::int64_t>& order_ids) const;
  const LagsByPhase& lags() const { return lags_; }

 protected:
  virtual Identity identity(const TillOrder& order) const = 0;
  virtual OrderPlan plan(const TillOrder& order, const Identity& original) const = 0;
  // The lane of the customer under whose key the order's effects arrive.
  virtual Lane& lane_of(const TillOrder& order, const OrderPlan& plan) = 0;
  virtual std::optional<Claim> claim(const ReceivedEvent& event) const = 0;
  virtual std::optional<std::string> difference(const OrderCheck& check, EffectKey key,
                                                const ReceivedEvent& event) const = 0;
  virtual std::string name(EffectKind kind) const = 0;
  // After an order was put.
  virtual void took(const TillOrder&, const OrderCheck&, const OrderPlan&) {}
  // After an effect arrived for the first time.
  virtual void saw(const OrderCheck&, std::int64_t /*order_id*/, const ReceivedEvent&) {}
  virtual void take(const ReceivedEvent& event);
  virtual void judge_rest(PlatformSummary&, const std::vector<KlaviyoProfile>*) const {}

  const Expectations& expectations() const { return expectations_; }
  const std::unordered_map<std::int64_t, OrderCheck>& orders() const { return orders_; }
  OrderCheck* find_order(std::int64_t order_id);

  void judge(OrderCheck& check, std::int64_t order_id, OrderCheck::Effect& effect,
             const ReceivedEvent& event);
  void count_absorbed() { ++counts_.absorbed; }
  void count_doubled(const std::string& what);
  void count_invented(const ReceivedEvent& event, const std::string& why);
  std::string described(std::int64_t order_id, EffectKey key) const;
  void add_finding(std::vector<std::string>& findings, const std::string& text) const;

 private:
  const std::string* interned(const std::string& key);
  Identity original_identity(const TillOrder& order) const;

  const std::string platform_;
  const Expectations& expectations_;
  const Phases& phases_;
  std::unordered_map<std::int64_t, OrderCheck> orders_;
  std::unordered_set<std::string> keys_;  // addresses are stable
  LagsByPhase lags_;
  Counts counts_;  // those that grow with each arrival
  std::uint64_t received_ = 0;
  std::uint64_t expected_ = 0;
  std::uint64_t seen_ = 0;
};

}  // namespace sandbox
