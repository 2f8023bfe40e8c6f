#include "ledger/register_writes.h"

#include "ledger/identity_text.h"

namespace sandbox {

void RegisterWrites::add(const RegisterWrite& write) {
  for (const std::string& text : {write.customer_id, write.email, write.phone})
    if (!text.empty()) known_.insert(in_lower_case(trimmed(text)));
}

bool RegisterWrites::names(const std::string& text) const {
  return !text.empty() && known_.contains(in_lower_case(trimmed(text)));
}

bool RegisterWrites::names_any_of(const boost::json::object& members) const {
  if (known_.empty()) return false;
  for (const auto& [key, value] : members) {
    if (value.is_string() && names(std::string(value.get_string()))) return true;
    const auto* list = value.if_array();
    if (list == nullptr) continue;
    for (const auto& item : *list)
      if (item.is_string() && names(std::string(item.get_string()))) return true;
  }
  return false;
}

}  // namespace sandbox
