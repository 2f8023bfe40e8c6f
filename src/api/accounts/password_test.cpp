#include "api/accounts/password.h"

#include <ctime>

#include <gtest/gtest.h>

#include "api/accounts/accounts_for_tests.h"

namespace tillbridge::api {
namespace {

using test::run_on;
constexpr PasswordCost cheap{1, 8192};

bool taken(const std::string& password, const std::string& name = "anna") {
  const auto verdict = check_new_password(Secret{password}, name);
  if (!verdict) EXPECT_EQ(verdict.error().kind, Error::Kind::invalid_input);
  return verdict.has_value();
}

TEST(Password, NewOnesAreLongEnoughAndNotObvious) {
  EXPECT_TRUE(taken("correct horse battery"));
  EXPECT_TRUE(taken("åäöåäö-ÅÄÖ-é"));
  EXPECT_FALSE(taken("elevenchars"));
  EXPECT_FALSE(taken("åäöåäöå"));  // 14 bytes, but 7 characters
  EXPECT_TRUE(taken(std::string(98, 'x') + "one two thr" + std::string(91, 'y')));
  EXPECT_FALSE(taken(std::string(98, 'x') + "one two three" + std::string(91, 'y')));
  EXPECT_FALSE(taken("Password1234"));
  EXPECT_FALSE(taken("123456789012"));
  EXPECT_FALSE(taken("ABCDEFGHIJKL"));
  EXPECT_FALSE(taken("lkjihgfedcba"));
  EXPECT_FALSE(taken("xyxyxyxyxyxyxy"));
  EXPECT_FALSE(taken("line\nbreak in it"));
  EXPECT_FALSE(taken("anna.andersson", "Anna.Andersson"));
  EXPECT_FALSE(taken("anna.andersson2026", "anna.andersson"));
  EXPECT_FALSE(taken("annaannaannaanna"));
  EXPECT_TRUE(taken("anna and 12 apples"));
}

TEST(Password, HashesAndVerifies) {
  Loop loop;
  PasswordHasher hasher(loop, cheap);
  const auto hash = run_on(loop, hasher.hash(Secret{"correct horse"}));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_NE(*hash, run_on(loop, hasher.hash(Secret{"correct horse"})).value());
  EXPECT_TRUE(run_on(loop, hasher.verify(*hash, Secret{"correct horse"}))->right);
  EXPECT_FALSE(run_on(loop, hasher.verify(*hash, Secret{"correct horsf"}))->right);
  EXPECT_FALSE(run_on(loop, hasher.verify(*hash, Secret{""}))->right);
  EXPECT_FALSE(run_on(loop, hasher.verify("", Secret{""}))->right);
  EXPECT_FALSE(run_on(loop, hasher.verify("not a hash", Secret{"x"}))->right);
}

TEST(Password, SaysWhenAHashWasMadeWithAnotherCost) {
  Loop loop;
  PasswordHasher before(loop, cheap);
  PasswordHasher after(loop, PasswordCost{2, 16384});
  const std::string hash = run_on(loop, before.hash(Secret{"correct horse"})).value();
  EXPECT_FALSE(run_on(loop, before.verify(hash, Secret{"correct horse"}))->outdated);
  const auto verdict = run_on(loop, after.verify(hash, Secret{"correct horse"}));
  EXPECT_TRUE(verdict->right);
  EXPECT_TRUE(verdict->outdated);
  EXPECT_FALSE(run_on(loop, after.verify(hash, Secret{"wrong"}))->outdated);
}

TEST(Password, IsHashedWithTheDocumentedCost) {
  Loop loop;
  PasswordHasher hasher(loop);
  const std::string hash = run_on(loop, hasher.hash(Secret{"correct horse"})).value();
  EXPECT_NE(hash.find("$m=65536,t=3,p=1$"), std::string::npos) << hash;
}

// Unknown accounts must not answer faster: measured in work, not on a clock that others load too.
TEST(Password, NobodysPasswordCostsAsMuch) {
  Loop loop;
  PasswordHasher hasher(loop, PasswordCost{4, 32 * 1024 * 1024});
  const std::string hash = run_on(loop, hasher.hash(Secret{"correct horse"})).value();
  const auto cpu_ms = [&](const std::string& known) {
    const auto began = std::clock();
    EXPECT_FALSE(run_on(loop, hasher.verify(known, Secret{"wrong"}))->right);
    return 1'000.0 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  };
  cpu_ms("");
  const double somebody = std::min(cpu_ms(hash), cpu_ms(hash));
  const double nobody = std::min(cpu_ms(""), cpu_ms(""));
  EXPECT_GT(somebody, 5);
  EXPECT_LT(nobody, somebody * 2);
  EXPECT_GT(nobody, somebody / 2);
}

TEST(Password, RefusesWhenTooManyWait) {
  Loop loop;
  PasswordHasher hasher(loop, PasswordCost{3, 16 * 1024 * 1024}, 4);
  int done = 0;
  int refused = 0;
  for (int n = 0; n < 40; ++n) {
    boost::asio::co_spawn(loop, hasher.verify("", Secret{"wrong"}),
                          [&](const std::exception_ptr&, const Result<PasswordHasher::Verdict>& v) {
                            ++done;
                            if (!v) {
                              EXPECT_EQ(v.error().kind, Error::Kind::unavailable);
                              ++refused;
                            }
                          });
  }
  loop.run();
  EXPECT_EQ(done, 40);
  EXPECT_GE(refused, 30);
  EXPECT_LE(refused, 36);
}

TEST(Password, AnswersWhoeverWaitsWhenItStops) {
  Loop loop;
  std::optional<PasswordHasher> hasher;
  hasher.emplace(loop, PasswordCost{3, 16 * 1024 * 1024});
  int done = 0;
  for (int n = 0; n < 10; ++n) {
    boost::asio::co_spawn(loop, hasher->hash(Secret{"correct horse"}),
                          [&](const std::exception_ptr&, const Result<std::string>&) { ++done; });
  }
  loop.poll();
  hasher.reset();
  loop.run();
  EXPECT_EQ(done, 10);
}

}  // namespace
}  // namespace tillbridge::api
