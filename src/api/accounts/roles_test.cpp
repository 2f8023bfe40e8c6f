#include "api/accounts/roles.h"

#include <gtest/gtest.h>

#include "api/accounts/cookies.h"
#include "api/accounts/secret_text.h"

namespace tillbridge::api {
namespace {

Caller with(Role role, Caller::Via via) {
  Caller caller;
  caller.role = role;
  caller.via = via;
  caller.teams = {"service"};
  return caller;
}

TEST(Roles, EachHasTheRightsOfThoseBefore) {
  const Caller steward = with(Role::steward, Caller::Via::session);
  EXPECT_TRUE(may(steward, Role::viewer));
  EXPECT_TRUE(may(steward, Role::operator_));
  EXPECT_TRUE(may(steward, Role::steward));
  EXPECT_FALSE(may(steward, Role::administrator));
  EXPECT_FALSE(may(with(Role::administrator, Caller::Via::nobody), Role::viewer));
  EXPECT_FALSE(may(Caller{}, Role::viewer));
  Caller fresh = with(Role::administrator, Caller::Via::session);
  fresh.must_change_password = true;
  EXPECT_FALSE(may(fresh, Role::viewer));
  EXPECT_TRUE(may(control_caller(), Role::administrator));
}

TEST(Roles, OperatorsActForTheirOwnTeams) {
  EXPECT_TRUE(may_act_for(with(Role::operator_, Caller::Via::session), "service"));
  EXPECT_FALSE(may_act_for(with(Role::operator_, Caller::Via::session), "finance"));
  EXPECT_FALSE(may_act_for(with(Role::steward, Caller::Via::session), "finance"));
  EXPECT_FALSE(may_act_for(with(Role::viewer, Caller::Via::session), "service"));
  EXPECT_TRUE(may_act_for(with(Role::administrator, Caller::Via::session), "finance"));
  EXPECT_TRUE(may_act_for(control_caller(), "finance"));
}

TEST(Roles, HaveTheNamesOfTheApi) {
  for (const Role role : {Role::viewer, Role::operator_, Role::steward, Role::administrator}) {
    EXPECT_EQ(role_named(name(role)), role);
  }
  EXPECT_EQ(name(Role::operator_), "operator");
  EXPECT_FALSE(role_named("Administrator"));
  EXPECT_FALSE(role_named(""));
}

TEST(Cookies, AreReadAndWritten) {
  EXPECT_EQ(set_cookie(session_cookie(true), "abc", true, std::chrono::hours{1}),
            "__Host-tillbridge=abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(set_cookie(session_cookie(false), "abc", false, std::chrono::hours{1}),
            "tillbridge=abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
  EXPECT_EQ(clear_cookie(single_sign_on_cookie(true), true),
            "__Host-tillbridge-sso=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(cookie_in("a=1; tillbridge=xyz ;b=2", "tillbridge"), "xyz");
  EXPECT_EQ(cookie_in("tillbridge=\"xyz\"", "tillbridge"), "xyz");
  EXPECT_EQ(cookie_in("xtillbridge=1;tillbridge-sso=2", "tillbridge"), std::nullopt);
  EXPECT_EQ(cookie_in("tillbridge", "tillbridge"), std::nullopt);
  EXPECT_EQ(cookie_in(";;=;", "tillbridge"), std::nullopt);
  EXPECT_EQ(cookie_in("", "tillbridge"), std::nullopt);
}

TEST(SecretText, CodesCanBeTypedByPeople) {
  const Secret code = readable_code(7, 4);
  const std::string text(code.reveal());
  EXPECT_EQ(text.size(), 34U);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz-"), std::string::npos);
  EXPECT_NE(readable_code(7, 4).reveal(), text);
  EXPECT_EQ(normal_code("  K3mZ-9oiL \n"), "k3mz9011");
  EXPECT_EQ(random_text(32).size(), 43U);
  EXPECT_NE(random_text(32), random_text(32));
}

TEST(SecretText, CsrfTokensBelongToOneSession) {
  const std::string token = csrf_token_of("session-one");
  EXPECT_EQ(token, csrf_token_of("session-one"));
  EXPECT_TRUE(csrf_token_matches("session-one", token));
  EXPECT_FALSE(csrf_token_matches("session-two", token));
  EXPECT_FALSE(csrf_token_matches("session-one", ""));
  EXPECT_FALSE(csrf_token_matches("", csrf_token_of("")));
  EXPECT_NE(token, digest_of("session-one"));
}

TEST(SecretText, Base64UrlAndTheExampleOfPkce) {
  EXPECT_EQ(base64url_encode(std::string("\xfb\xff\x00", 3)), "-_8A");
  EXPECT_EQ(base64url_decode("-_8A").value(), std::string("\xfb\xff\x00", 3));
  EXPECT_EQ(base64url_decode("").value(), "");
  EXPECT_FALSE(base64url_decode("-_8A="));
  EXPECT_FALSE(base64url_decode("+/8A"));
  EXPECT_FALSE(base64url_decode("-_8A\n"));
  EXPECT_FALSE(base64url_decode("a"));
  // RFC 7636, appendix B.
  EXPECT_EQ(sha256_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace tillbridge::api
