#pragma once
// For the tests of the accounts: accounts on a shelf in memory, and what every test does with them.

#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/accounts/accounts.h"
#include "api/accounts/accounts_for_tests.h"

namespace tillbridge::api::test {

inline const std::string good = "correct horse battery";
inline const std::string better = "another staple entirely";

class AccountsFixture : public testing::Test {
 protected:
  AccountsFixture() { start(); }

  // As after a kill: nothing is left but the shelf.
  void start() {
    accounts.emplace(loop, clock, shelf, hasher, limits);
    ASSERT_TRUE(run_on(loop, accounts->load()));
  }
  Accounts::SignedIn first() {
    const auto code = accounts->first_run_code();
    auto made = run_on(loop, accounts->first_run(std::string(code->reveal()), "Vera", "Vera Ek",
                                                 Secret{good}, "::1"));
    return std::move(made.value());
  }
  Result<Accounts::SignedIn> sign_in(const std::string& name, const std::string& password,
                                     const std::string& peer = "192.0.2.1") {
    return run_on(loop, accounts->sign_in(name, Secret{password}, peer));
  }
  std::optional<Caller> session(const Accounts::SignedIn& signed_in) {
    return run_on(loop, accounts->session(std::string(signed_in.session_secret.reveal())));
  }
  Result<Accounts::UserAndPassword> add(const std::string& name, Role role,
                                        const std::string& password = good) {
    NewUser wish;
    wish.name = name;
    wish.role = role;
    wish.teams = {"service"};
    wish.password = Secret{password};
    wish.must_change_password = false;
    return run_on(loop, accounts->add_user(std::move(wish)));
  }
  Result<std::pair<User, User>> change(const std::string& name, UserChange wish) {
    return run_on(loop, accounts->change_user(name, std::move(wish)));
  }

  Loop loop;
  ManualClock clock;
  MemoryShelf shelf{loop};
  PasswordHasher hasher{loop, PasswordCost{1, 8192}};
  AccountLimits limits;
  std::optional<Accounts> accounts;
};

}  // namespace tillbridge::api::test
