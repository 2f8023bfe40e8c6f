#pragma once
// What the tills ask of the hub, without HTTP: implemented by customer_desk.h, called by
// till_server.h. Core thread.

#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"
#include "crm/profile_source.h"
#include "crm/promotion.h"
#include "model/customer.h"

namespace tillbridge::crm {

// For staff, when nobody can be asked and nothing is known.
constexpr const char* unreachable =
    "The customer register cannot be reached right now. Please try again.";

// Who asks: the decoded Store-ID, Staff-ID and Register-ID; "" where absent (sitoo.md 9.1).
struct AtTill {
  std::string store, staff, cash_register;
};

struct ShownCustomer {
  model::Customer customer;
  std::vector<model::ConsentDecision> consents;  // what is known, newest per category
  std::vector<Promotion> promotions;
  // Set: the platform could not be asked in time; answered from our own index, as of then.
  std::optional<Instant> from_index;
};

struct Purchase {
  std::string order_id, receipt_id, kind;  // "sale"
  Instant at;
  std::string store;
  std::string total, currency;  // "499.00", "SEK"; signed
  struct Row {
    std::string sku, title, quantity, total;
  };
  std::vector<Row> rows;
};

struct Section {
  std::string title;
  struct Value {
    std::string title, text;
  };
  std::vector<Value> values;
};

struct RedeemAct {
  std::string customer_id;
  std::string item;     // promotion or bonus check
  std::string receipt;  // of the sale, "" unknown: makes a repeated press the same act
  bool undo = false;
};

// platform_took: how long the answer waited for platforms. Errors: not_found; invalid_input with a
// text for staff; conflict; unavailable (journal).
template <typename T>
struct Answered {
  Result<T> result;
  Duration platform_took{0};
};

class TillDesk {
 public:
  virtual ~TillDesk() = default;
  virtual Task<Answered<std::optional<ShownCustomer>>> search(Key key, AtTill at) = 0;
  virtual Task<Answered<ShownCustomer>> get(std::string customer_id, AtTill at) = 0;
  virtual Task<Answered<ShownCustomer>> add(model::CustomerChange change, AtTill at) = 0;
  virtual Task<Answered<ShownCustomer>> update(std::string customer_id,
                                               model::CustomerChange change, AtTill at) = 0;
  virtual Task<Answered<std::vector<Purchase>>> history(std::string customer_id, AtTill at) = 0;
  virtual Task<Answered<std::vector<Section>>> sections(std::string customer_id, AtTill at) = 0;
  // Single use, durable when it returns. The same item and receipt again: as the first time.
  virtual Task<Answered<Promotion>> redeem(RedeemAct act, AtTill at) = 0;
};

}  // namespace tillbridge::crm
