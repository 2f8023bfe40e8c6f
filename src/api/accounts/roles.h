#pragma once
// Who asks, and what they may do (docs/console.md, roles). Pure; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tillbridge::api {

// Each has all the rights of those before it.
enum class Role : std::uint8_t { viewer, operator_, steward, administrator };

std::string_view name(Role role);  // "viewer", "operator", "steward", "administrator"
std::optional<Role> role_named(std::string_view text);

struct Caller {
  enum class Via : std::uint8_t { nobody, session, token, control };

  std::string name;  // as in the audit: "anna", "token nightly export", "control token"
  std::string display;
  Role role = Role::viewer;
  std::vector<std::string> teams;
  Via via = Via::nobody;
  std::string session_key;  // of a session or token; not its secret
  // Signed in with a first password: may do nothing but change it.
  bool must_change_password = false;
};

// Whoever presents the control token of the data folder.
Caller control_caller();

// Nobody may do nothing; whoever has to change the password neither.
bool may(const Caller& caller, Role needed);

// Whether the caller may act on cases of this team. Operators and stewards: of their own teams.
// Administrators and the control token: of every team, so that cases of a team without people are
// not lost.
bool may_act_for(const Caller& caller, std::string_view team);

}  // namespace tillbridge::api
