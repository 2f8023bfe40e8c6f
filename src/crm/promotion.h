#pragma once
// What a customer can redeem at the till (sitoo.md 9.4, 9.6). Plain values.

#include <cstdint>
#include <string>

namespace tillbridge::crm {

struct Promotion {
  std::string id;
  std::string name;
  std::string type;  // "cart_percent"
  std::int64_t value = 0;
  bool bonus_check = false;  // else a promotion
  bool redeemed = false;
};

}  // namespace tillbridge::crm
