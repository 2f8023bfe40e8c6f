#include "api/accounts/accounts_fixture_for_tests.h"
#include "api/accounts/secret_text.h"

namespace tillbridge::api {
namespace {

using namespace std::chrono_literals;
using test::good;
using test::run_on;
using AccountsTest = test::AccountsFixture;

TEST_F(AccountsTest, TheFirstRunNeedsItsCodeAndHappensOnce) {
  ASSERT_TRUE(accounts->is_first_run());
  const std::string code(accounts->first_run_code()->reveal());
  EXPECT_FALSE(shelf.holds(code));
  const auto wrong =
      run_on(loop, accounts->first_run("0000-0000", "vera", "Vera", Secret{good}, "192.0.2.1"));
  EXPECT_EQ(wrong.error().kind, Error::Kind::auth);
  const auto weak =
      run_on(loop, accounts->first_run(code, "vera", "Vera", Secret{"password1234"}, "192.0.2.1"));
  EXPECT_EQ(weak.error().kind, Error::Kind::invalid_input);
  EXPECT_TRUE(accounts->is_first_run());

  std::string typed = code;
  for (char& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::toupper(c));
  const auto made =
      run_on(loop, accounts->first_run(typed, " Vera ", "Vera Ek", Secret{good}, "192.0.2.1"));
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->caller.name, "vera");
  EXPECT_EQ(made->caller.role, Role::administrator);
  EXPECT_TRUE(session(*made));
  EXPECT_FALSE(accounts->is_first_run());
  EXPECT_FALSE(accounts->first_run_code());
  const auto again =
      run_on(loop, accounts->first_run(code, "eve", "Eve", Secret{good}, "192.0.2.1"));
  EXPECT_EQ(again.error().kind, Error::Kind::not_found);
  start();
  EXPECT_FALSE(accounts->is_first_run());
}

TEST_F(AccountsTest, TwoFirstRunsAtOnceMakeOneAdministrator) {
  const std::string code(accounts->first_run_code()->reveal());
  int made = 0;
  int refused = 0;
  for (const char* name : {"vera", "eve"}) {
    boost::asio::co_spawn(loop, accounts->first_run(code, name, name, Secret{good}, "::1"),
                          [&](const std::exception_ptr&, const Result<Accounts::SignedIn>& one) {
                            one ? ++made : ++refused;
                          });
  }
  loop.restart();
  loop.run();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(accounts->users().size(), 1U);
  EXPECT_EQ(shelf.count("user/"), 1U);
}

TEST_F(AccountsTest, SignsInAndOut) {
  first();
  const auto signed_in = sign_in(" VERA", good);
  ASSERT_TRUE(signed_in);
  const auto caller = session(*signed_in);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->name, "vera");
  EXPECT_EQ(caller->display, "Vera Ek");
  EXPECT_EQ(caller->via, Caller::Via::session);
  EXPECT_TRUE(accounts->still_stands(*caller));
  const std::string secret(signed_in->session_secret.reveal());
  EXPECT_FALSE(shelf.holds(secret));
  EXPECT_TRUE(shelf.holds(digest_of(secret)));
  EXPECT_FALSE(shelf.holds(good));
  EXPECT_FALSE(run_on(loop, accounts->session("")));
  EXPECT_FALSE(run_on(loop, accounts->session(digest_of(secret))));
  EXPECT_FALSE(run_on(loop, accounts->session(caller->session_key)));
  EXPECT_FALSE(run_on(loop, accounts->token(secret)));

  ASSERT_TRUE(run_on(loop, accounts->sign_out(caller->session_key)));
  EXPECT_FALSE(session(*signed_in));
  EXPECT_FALSE(accounts->still_stands(*caller));
  EXPECT_FALSE(shelf.holds(digest_of(secret)));
  EXPECT_TRUE(run_on(loop, accounts->sign_out(caller->session_key)));
  EXPECT_TRUE(run_on(loop, accounts->sign_out("user/vera")));
  EXPECT_TRUE(shelf.holds("user/vera"));
}

TEST_F(AccountsTest, AnswersTheSameForEveryWayToBeWrong) {
  first();
  ASSERT_TRUE(add("bert", Role::viewer));
  UserChange off;
  off.disabled = true;
  ASSERT_TRUE(change("bert", off));
  const auto wrong = sign_in("vera", "wrong", "10.0.0.1");
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"nobody-here", good},
                                                        {"bert", good},
                                                        {"", ""},
                                                        {"user/vera", good},
                                                        {"vera", std::string(100'000, 'x')},
                                                        {std::string(100'000, 'x'), good}}) {
    const auto other = sign_in(name, password, "10.0.0." + std::to_string(name.size() % 250));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, wrong.error().kind);
    EXPECT_EQ(other.error().what, wrong.error().what);
  }
}

TEST_F(AccountsTest, SlowsDownGuessingWhetherTheAccountExistsOrNot) {
  first();
  for (const char* name : {"vera", "nobody-here"}) {
    for (int n = 0; n < 5; ++n) {
      EXPECT_EQ(sign_in(name, "wrong", "10.0.0." + std::to_string(n)).error().kind,
                Error::Kind::auth);
    }
    const auto refused = sign_in(name, good, "10.0.1.1");
    EXPECT_EQ(refused.error().kind, Error::Kind::rate_limited);
    EXPECT_EQ(refused.error().retry_after, Duration{2s});
    EXPECT_EQ(refused.error().what, "too many tries; try again in 2 s");
    clock.advance(1h + 1s);
  }
  EXPECT_TRUE(sign_in("vera", good));
}

TEST_F(AccountsTest, EverythingAnsweredSurvivesAKill) {
  const auto vera = first();
  ASSERT_TRUE(add("bert", Role::steward));
  const auto bert = sign_in("bert", good).value();
  TokenWish wish;
  wish.name = "export";
  wish.role = Role::operator_;
  wish.teams = {"finance"};
  const auto token = run_on(loop, accounts->add_token(wish, "vera")).value();
  json::Object preferences;
  preferences["times"] = "utc";
  ASSERT_TRUE(run_on(loop, accounts->set_preferences(bert.caller, preferences)));
  start();
  EXPECT_TRUE(session(vera));
  const auto caller = session(bert);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->role, Role::steward);
  EXPECT_EQ(caller->teams, std::vector<std::string>{"service"});
  EXPECT_EQ(accounts->user("bert")->preferences, preferences);
  EXPECT_EQ(accounts->user("bert")->last_seen_at, clock.now());
  const auto machine = run_on(loop, accounts->token(std::string(token.secret.reveal())));
  ASSERT_TRUE(machine);
  EXPECT_EQ(machine->name, "token export");
  EXPECT_EQ(machine->role, Role::operator_);
  EXPECT_EQ(accounts->tokens().at(0).by, "vera");
  EXPECT_TRUE(sign_in("bert", good));
}

TEST_F(AccountsTest, NothingChangesWhenTheShelfIsFull) {
  const auto vera = first();
  ASSERT_TRUE(add("bert", Role::viewer));
  shelf.full = true;
  EXPECT_EQ(sign_in("vera", good).error().kind, Error::Kind::unavailable);
  EXPECT_FALSE(add("carl", Role::viewer));
  UserChange wish;
  wish.role = Role::administrator;
  EXPECT_FALSE(change("bert", wish));
  EXPECT_FALSE(run_on(loop, accounts->remove_user("bert")));
  EXPECT_FALSE(run_on(loop, accounts->reset_password("bert")));
  EXPECT_FALSE(run_on(loop, accounts->sign_out(vera.caller.session_key)));
  EXPECT_EQ(accounts->user("bert")->role, Role::viewer);
  EXPECT_EQ(accounts->users().size(), 2U);
  clock.advance(6min);
  EXPECT_TRUE(session(vera));  // that it was seen cannot be noted: no reason to refuse
  shelf.full = false;
  EXPECT_TRUE(sign_in("bert", good));
}

TEST_F(AccountsTest, SessionsEndWhenIdleAndWhenOld) {
  const auto idle = first();
  clock.advance(12h - 1s);
  EXPECT_TRUE(session(idle));
  clock.advance(12h);
  EXPECT_FALSE(session(idle));
  EXPECT_FALSE(accounts->still_stands(idle.caller));

  const auto busy = sign_in("vera", good).value();
  EXPECT_EQ(shelf.count("session/"), 1U);  // the ended one went
  for (int hour = 0; hour < 7 * 24 - 1; ++hour) {
    clock.advance(1h);
    ASSERT_TRUE(session(busy)) << hour;
  }
  start();
  EXPECT_TRUE(session(busy));
  clock.advance(1h);
  EXPECT_FALSE(session(busy));
  start();
  EXPECT_EQ(shelf.count("session/"), 0U);
}

TEST_F(AccountsTest, WritesWhenSomebodyWasSeenAtMostEveryFiveMinutes) {
  const auto vera = first();
  const int before = shelf.puts;
  for (int second = 0; second < 299; ++second) {
    clock.advance(1s);
    ASSERT_TRUE(session(vera));
  }
  EXPECT_EQ(shelf.puts, before);
  clock.advance(1s);
  ASSERT_TRUE(session(vera));
  ASSERT_TRUE(session(vera));
  EXPECT_EQ(shelf.puts, before + 1);
  start();
  EXPECT_EQ(accounts->user("vera")->last_seen_at, clock.now());
}

TEST_F(AccountsTest, ASessionThatIsLeftUnusedLongestMakesRoom) {
  std::vector<Accounts::SignedIn> sessions = {first()};
  for (int n = 0; n < 20; ++n) {
    clock.advance(1s);
    sessions.push_back(sign_in("vera", good).value());
  }
  EXPECT_EQ(shelf.count("session/"), 20U);
  EXPECT_FALSE(session(sessions.at(0)));
  EXPECT_TRUE(session(sessions.at(1)));
  EXPECT_TRUE(session(sessions.at(20)));
}

TEST_F(AccountsTest, AnAccountThatCannotBeReadDoesNotOpenTheFirstRun) {
  shelf.entries["user/vera"] = "{broken";
  Accounts other(loop, clock, shelf, hasher, limits);
  const auto loaded = run_on(loop, other.load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, Error::Kind::corrupt);
  EXPECT_NE(loaded.error().what.find("user/vera"), std::string::npos);
  EXPECT_FALSE(other.first_run_code() && !other.first_run_code()->empty());
}

TEST_F(AccountsTest, HashesOfAnOlderCostAreMadeAnewAtSignIn) {
  first();
  PasswordHasher costlier(loop, PasswordCost{2, 16384});
  const std::string before = shelf.entries.at("user/vera");
  Accounts later(loop, clock, shelf, costlier, limits);
  ASSERT_TRUE(run_on(loop, later.load()));
  ASSERT_TRUE(run_on(loop, later.sign_in("vera", Secret{good}, "::1")));
  EXPECT_NE(before.find("m=8,t=1"), std::string::npos);
  EXPECT_NE(shelf.entries.at("user/vera").find("m=16,t=2"), std::string::npos);
  EXPECT_TRUE(run_on(loop, later.sign_in("vera", Secret{good}, "::1")));
}

}  // namespace
}  // namespace tillbridge::api
