// What administrators do with accounts and tokens, and people with their own.

#include "api/accounts/accounts_fixture_for_tests.h"

namespace tillbridge::api {
namespace {

using namespace std::chrono_literals;
using test::better;
using test::good;
using test::run_on;
using AccountsPeopleTest = test::AccountsFixture;

TEST_F(AccountsPeopleTest, TheLastAdministratorStays) {
  first();
  UserChange demote;
  demote.role = Role::steward;
  UserChange disable;
  disable.disabled = true;
  EXPECT_EQ(change("vera", demote).error().kind, Error::Kind::rejected);
  EXPECT_EQ(change("vera", disable).error().kind, Error::Kind::rejected);
  EXPECT_EQ(run_on(loop, accounts->remove_user("vera")).error().kind, Error::Kind::rejected);
  ASSERT_TRUE(add("bert", Role::administrator));
  ASSERT_TRUE(change("bert", disable));
  EXPECT_EQ(change("vera", demote).error().kind, Error::Kind::rejected);
  UserChange enable;
  enable.disabled = false;
  ASSERT_TRUE(change("bert", enable));
  // Two who take the rights from each other at the same time: one stays.
  int done = 0;
  for (const char* name : {"vera", "bert"}) {
    boost::asio::co_spawn(loop, accounts->change_user(name, demote),
                          [&](const std::exception_ptr&, const Result<std::pair<User, User>>& r) {
                            done += r ? 1 : 0;
                          });
  }
  loop.restart();
  loop.run();
  EXPECT_EQ(done, 1);
}

TEST_F(AccountsPeopleTest, ChangesOfAnAccountAreFeltAtOnce) {
  first();
  ASSERT_TRUE(add("bert", Role::viewer));
  const auto bert = sign_in("bert", good).value();
  UserChange promote;
  promote.role = Role::operator_;
  promote.teams = std::vector<std::string>{" finance ", "finance", ""};
  promote.display = "Bert B";
  promote.email = "bert@example.com";
  const auto changed = change("bert", promote);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->first.role, Role::viewer);
  EXPECT_EQ(changed->second.teams, std::vector<std::string>{"finance"});
  EXPECT_EQ(session(bert)->role, Role::operator_);
  UserChange disable;
  disable.disabled = true;
  ASSERT_TRUE(change("bert", disable));
  EXPECT_FALSE(session(bert));
  EXPECT_FALSE(sign_in("bert", good));
  UserChange enable;
  enable.disabled = false;
  ASSERT_TRUE(change("bert", enable));
  EXPECT_FALSE(session(bert));  // ended for good
  EXPECT_TRUE(sign_in("bert", good));
  EXPECT_EQ(change("carl", enable).error().kind, Error::Kind::not_found);
  UserChange odd;
  odd.email = "no address";
  EXPECT_EQ(change("bert", odd).error().kind, Error::Kind::invalid_input);
}

TEST_F(AccountsPeopleTest, ARemovedAccountLeavesNothing) {
  first();
  ASSERT_TRUE(add("bert", Role::viewer));
  const auto bert = sign_in("bert", good).value();
  shelf.entries["view/bert/mine"] = "{}";
  shelf.entries["view/bertil/his"] = "{}";
  ASSERT_TRUE(run_on(loop, accounts->remove_user("bert")));
  EXPECT_FALSE(session(bert));
  EXPECT_FALSE(shelf.holds("\"bert\""));
  EXPECT_FALSE(shelf.holds("view/bert/"));
  EXPECT_TRUE(shelf.holds("view/bertil/his"));
  // Somebody else of the same name does not get the old sessions.
  ASSERT_TRUE(add("bert", Role::administrator));
  EXPECT_FALSE(session(bert));
}

TEST_F(AccountsPeopleTest, FirstPasswordsHaveToBeChanged) {
  first();
  NewUser wish;
  wish.name = "bert";
  wish.role = Role::administrator;
  const auto added = run_on(loop, accounts->add_user(wish));
  ASSERT_TRUE(added);
  const std::string given(added->password.reveal());
  EXPECT_EQ(given.size(), 23U);
  EXPECT_FALSE(shelf.holds(given));
  const auto bert = sign_in("bert", given);
  ASSERT_TRUE(bert);
  EXPECT_TRUE(bert->caller.must_change_password);
  EXPECT_FALSE(may(bert->caller, Role::viewer));
  ASSERT_TRUE(run_on(loop, accounts->change_password(bert->caller, Secret{given}, Secret{better})));
  EXPECT_TRUE(may(*session(*bert), Role::administrator));
  EXPECT_FALSE(sign_in("bert", given));
  EXPECT_TRUE(sign_in("bert", better));

  const auto reset = run_on(loop, accounts->reset_password("bert"));
  ASSERT_TRUE(reset);
  EXPECT_FALSE(session(*bert));
  EXPECT_FALSE(sign_in("bert", better));
  EXPECT_TRUE(sign_in("bert", std::string(reset->reveal()))->caller.must_change_password);
}

TEST_F(AccountsPeopleTest, ChangingThePasswordEndsTheOtherSessions) {
  const auto here = first();
  const auto there = sign_in("vera", good).value();
  const auto wrong =
      run_on(loop, accounts->change_password(here.caller, Secret{"wrong"}, Secret{better}));
  EXPECT_EQ(wrong.error().kind, Error::Kind::auth);
  const auto weak =
      run_on(loop, accounts->change_password(here.caller, Secret{good}, Secret{"short"}));
  EXPECT_EQ(weak.error().kind, Error::Kind::invalid_input);
  const auto same =
      run_on(loop, accounts->change_password(here.caller, Secret{good}, Secret{good}));
  EXPECT_EQ(same.error().kind, Error::Kind::invalid_input);
  const auto machine =
      run_on(loop, accounts->change_password(control_caller(), Secret{good}, Secret{better}));
  EXPECT_EQ(machine.error().kind, Error::Kind::auth);
  EXPECT_TRUE(session(there));
  ASSERT_TRUE(run_on(loop, accounts->change_password(here.caller, Secret{good}, Secret{better})));
  EXPECT_TRUE(session(here));
  EXPECT_FALSE(session(there));
  start();
  EXPECT_TRUE(session(here));
  EXPECT_FALSE(session(there));
  EXPECT_FALSE(sign_in("vera", good));
  EXPECT_TRUE(sign_in("vera", better));
}

TEST_F(AccountsPeopleTest, AnOpenBrowserIsNoFasterPlaceToGuess) {
  const auto vera = first();
  for (int n = 0; n < 5; ++n) {
    EXPECT_FALSE(
        run_on(loop, accounts->change_password(vera.caller, Secret{"wrong"}, Secret{better})));
  }
  const auto refused =
      run_on(loop, accounts->change_password(vera.caller, Secret{good}, Secret{better}));
  EXPECT_EQ(refused.error().kind, Error::Kind::rate_limited);
}

TEST_F(AccountsPeopleTest, NamesAreOfOneForm) {
  first();
  EXPECT_EQ(add("VERA", Role::viewer).error().kind, Error::Kind::rejected);
  for (const char* name : {"", "me", "a b", "../x", "a/b", ".hidden", "control token", "åsa",
                           "a\n"
                           "b"}) {
    EXPECT_EQ(add(name, Role::viewer).error().kind, Error::Kind::invalid_input) << name;
  }
  EXPECT_TRUE(add("bert.b@example.com", Role::viewer));
  EXPECT_EQ(add("carl", Role::viewer, "carlcarlcarl").error().kind, Error::Kind::invalid_input);
}

TEST_F(AccountsPeopleTest, TokensExpireAndCanBeTakenBack) {
  first();
  TokenWish wish;
  wish.name = "export";
  wish.role = Role::steward;
  wish.expires_at = clock.now() + 24h;
  const auto made = run_on(loop, accounts->add_token(wish, "vera"));
  ASSERT_TRUE(made);
  const std::string secret(made->secret.reveal());
  EXPECT_TRUE(secret.starts_with("tb_"));
  EXPECT_FALSE(shelf.holds(secret));
  EXPECT_EQ(run_on(loop, accounts->add_token(wish, "vera")).error().kind, Error::Kind::rejected);
  const auto caller = run_on(loop, accounts->token(secret));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->via, Caller::Via::token);
  EXPECT_TRUE(accounts->still_stands(*caller));
  EXPECT_FALSE(run_on(loop, accounts->session(secret)));
  EXPECT_EQ(accounts->tokens().at(0).last_seen_at, clock.now());
  clock.advance(24h);
  EXPECT_FALSE(run_on(loop, accounts->token(secret)));
  EXPECT_FALSE(accounts->still_stands(*caller));
  wish.name = "late";
  EXPECT_EQ(run_on(loop, accounts->add_token(wish, "vera")).error().kind,
            Error::Kind::invalid_input);
  wish.expires_at.reset();
  const auto forever = run_on(loop, accounts->add_token(wish, "vera")).value();
  clock.advance(24h * 400);
  EXPECT_TRUE(run_on(loop, accounts->token(std::string(forever.secret.reveal()))));
  ASSERT_TRUE(run_on(loop, accounts->remove_token(forever.token.id)));
  EXPECT_FALSE(run_on(loop, accounts->token(std::string(forever.secret.reveal()))));
  EXPECT_EQ(run_on(loop, accounts->remove_token("17")).error().kind, Error::Kind::not_found);
  EXPECT_EQ(shelf.count("token/"), 1U);
}

TEST_F(AccountsPeopleTest, SingleSignOnLinksByIssuerAndSubjectOnly) {
  first();
  SignedOnPerson person;
  person.issuer = "https://id.example.com";
  person.subject = "8271";
  person.name = "Vera";  // as the administrator's: must not become her
  person.display = "Vera Other";
  person.email = "vera@example.com";
  person.role = Role::operator_;
  person.teams = {"service"};
  const auto made = run_on(loop, accounts->sign_on(person));
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->created);
  EXPECT_EQ(made->caller.name, "vera-2");
  EXPECT_EQ(made->caller.role, Role::operator_);
  start();
  person.role = Role::steward;
  person.name = "renamed";
  const auto again = run_on(loop, accounts->sign_on(person)).value();
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.caller.name, "vera-2");
  EXPECT_EQ(again.caller.role, Role::operator_);  // the console decides after the first time
  person.provider_decides = true;
  EXPECT_EQ(run_on(loop, accounts->sign_on(person))->caller.role, Role::steward);
  EXPECT_FALSE(sign_in("vera-2", ""));
  EXPECT_EQ(run_on(loop, accounts->reset_password("vera-2")).error().kind, Error::Kind::rejected);
  EXPECT_EQ(run_on(loop, accounts->change_password(again.caller, Secret{""}, Secret{better}))
                .error()
                .kind,
            Error::Kind::rejected);
  UserChange disable;
  disable.disabled = true;
  ASSERT_TRUE(change("vera-2", disable));
  EXPECT_EQ(run_on(loop, accounts->sign_on(person)).error().kind, Error::Kind::auth);
  SignedOnPerson other = person;
  other.issuer = "https://other.example.com";
  EXPECT_TRUE(run_on(loop, accounts->sign_on(other))->created);
  other.subject.clear();
  EXPECT_FALSE(run_on(loop, accounts->sign_on(other)));
}

TEST_F(AccountsPeopleTest, SingleSignOnDoesNotLockTheFirstRunOut) {
  SignedOnPerson person;
  person.issuer = "https://id.example.com";
  person.subject = "1";
  person.name = "anna";
  EXPECT_EQ(run_on(loop, accounts->sign_on(person)).error().kind, Error::Kind::rejected);
  EXPECT_TRUE(accounts->is_first_run());
  person.role = Role::administrator;
  person.provider_decides = true;
  ASSERT_TRUE(run_on(loop, accounts->sign_on(person)));
  EXPECT_FALSE(accounts->is_first_run());
  person.role = Role::viewer;
  EXPECT_EQ(run_on(loop, accounts->sign_on(person))->caller.role, Role::administrator);
}

}  // namespace
}  // namespace tillbridge::api
