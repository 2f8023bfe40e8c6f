#pragma once
// People about whom staff wrote to the customer register at a till (CRM SPI). The hub passes such
// writes on to the platforms when it likes, beside what the orders call for: they are neither
// effects nor invented. Core thread.

#include <set>
#include <string>

#include "base/json.h"
#include "ledger/ledger.h"

namespace sandbox {

class RegisterWrites {
 public:
  void add(const RegisterWrite& write);
  // Any of the texts (a customer number, an e-mail, a phone) is of such a person.
  bool names(const std::string& text) const;
  // The same for the members of an object: texts and lists of texts.
  bool names_any_of(const boost::json::object& members) const;

 private:
  std::set<std::string> known_;
};

}  // namespace sandbox
