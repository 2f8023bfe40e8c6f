#include "api/accounts/roles.h"

#include <algorithm>
#include <array>

namespace tillbridge::api {
namespace {

constexpr std::array<std::string_view, 4> role_names = {"viewer", "operator", "steward",
                                                        "administrator"};

}  // namespace

std::string_view name(Role role) {
  return role_names.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_named(std::string_view text) {
  const auto found = std::find(role_names.begin(), role_names.end(), text);
  if (found == role_names.end()) return std::nullopt;
  return static_cast<Role>(found - role_names.begin());
}

Caller control_caller() {
  Caller caller;
  caller.name = "control token";
  caller.display = "control token";
  caller.role = Role::administrator;
  caller.via = Caller::Via::control;
  return caller;
}

bool may(const Caller& caller, Role needed) {
  return caller.via != Caller::Via::nobody && !caller.must_change_password && caller.role >= needed;
}

bool may_act_for(const Caller& caller, std::string_view team) {
  if (!may(caller, Role::operator_)) return false;
  if (may(caller, Role::administrator)) return true;
  return std::find(caller.teams.begin(), caller.teams.end(), team) != caller.teams.end();
}

}  // namespace tillbridge::api
