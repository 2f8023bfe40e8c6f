#include "api/accounts/sign_on_documents.h"

#include <functional>

#include <gtest/gtest.h>

#include "api/accounts/sign_on_tries.h"

namespace tillbridge::api {
namespace {

using namespace std::chrono_literals;

SingleSignOnSettings right_settings() {
  SingleSignOnSettings settings;
  settings.issuer = "https://id.example.com/realms/shop";
  settings.client_id = "hub";
  settings.client_secret = Secret{"secret"};
  settings.redirect_url = "https://hub.example.com/api/v1/single-sign-on/callback";
  settings.role_of_others = Role::viewer;
  return settings;
}

bool passes(const std::function<void(SingleSignOnSettings&)>& change) {
  SingleSignOnSettings settings = right_settings();
  change(settings);
  return check_settings(settings).has_value();
}

TEST(SignOnDocuments, SettingsAreCheckedBeforeTheyAreUsed) {
  EXPECT_TRUE(passes([](auto&) {}));
  EXPECT_TRUE(passes([](auto& s) { s.issuer = "http://127.0.0.1:9000"; }));
  EXPECT_TRUE(passes([](auto& s) { s.redirect_url = "http://localhost:8082/callback"; }));
  EXPECT_FALSE(passes([](auto& s) { s.issuer = "http://id.example.com"; }));
  EXPECT_FALSE(passes([](auto& s) { s.issuer = "http://127.0.0.1.example.com"; }));
  EXPECT_FALSE(passes([](auto& s) { s.issuer = "http://localhost@example.com"; }));
  EXPECT_FALSE(passes([](auto& s) { s.issuer = "https://id.example.com?x=1"; }));
  EXPECT_FALSE(passes([](auto& s) { s.issuer = ""; }));
  EXPECT_FALSE(passes([](auto& s) { s.client_id = ""; }));
  EXPECT_FALSE(passes([](auto& s) { s.client_secret = Secret{}; }));
  EXPECT_FALSE(passes([](auto& s) { s.redirect_url = "/callback"; }));
  EXPECT_FALSE(passes([](auto& s) { s.scopes = "profile openidx"; }));
  EXPECT_FALSE(passes([](auto& s) { s.role_of_others.reset(); }));
}

TEST(SignOnDocuments, TheProvidersDescriptionHasToBeOfThisIssuerAndHttps) {
  const std::string issuer = "https://id.example.com";
  const auto document = [&](const std::string& said, const std::string& token) {
    return R"({"issuer":")" + said +
           R"(","authorization_endpoint":"https://id.example.com/auth",)" +
           R"("token_endpoint":")" + token + R"(","jwks_uri":"https://keys.example.com/k"})";
  };
  const auto found = addresses_from(document(issuer, "https://id.example.com/token"), issuer);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->keys, "https://keys.example.com/k");
  EXPECT_FALSE(addresses_from(document(issuer + "/", "https://id.example.com/token"), issuer));
  EXPECT_FALSE(addresses_from(document(issuer, "http://id.example.com/token"), issuer));
  EXPECT_FALSE(addresses_from(document(issuer, "http://127.0.0.1/token"), issuer));
  EXPECT_FALSE(addresses_from(document(issuer, "https://id.example.com/to ken"), issuer));
  EXPECT_FALSE(addresses_from(document(issuer, ""), issuer));
  EXPECT_FALSE(addresses_from("<html>", issuer));
  EXPECT_EQ(discovery_url(issuer), issuer + "/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url(issuer + "/"), issuer + "/.well-known/openid-configuration");
}

TEST(SignOnDocuments, TheHighestRoleAndAllTeamsCount) {
  SingleSignOnSettings settings = right_settings();
  settings.role_of_others.reset();
  settings.rules = {RoleRule{"admins", Role::administrator, {"it"}},
                    RoleRule{"ops", Role::operator_, {"service"}}};
  json::Object claims;
  claims["iss"] = settings.issuer;
  claims["sub"] = "1";
  claims["email"] = "anna@example.com";
  EXPECT_FALSE(person_from(claims, settings));
  claims["groups"] = json::Array{17, "ops", "x", "admins"};
  const auto both = person_from(claims, settings);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->role, Role::administrator);
  EXPECT_EQ(both->teams, (std::vector<std::string>{"it", "service"}));
  EXPECT_EQ(both->name, "anna@example.com");
  claims["groups"] = "ops";
  EXPECT_EQ(person_from(claims, settings)->role, Role::operator_);
  claims["groups"] = "ops,admins";
  EXPECT_FALSE(person_from(claims, settings));
  settings.role_of_others = Role::viewer;
  EXPECT_EQ(person_from(claims, settings)->role, Role::viewer);
}

TEST(SignOnDocuments, LinksBackStayInTheConsole) {
  EXPECT_EQ(safe_return_path("/cases?state=open"), "/cases?state=open");
  for (const char* path : {"", "cases", "//evil.example.com", "/\\evil.example.com", "/a\r\nX: y",
                           "https://evil.example.com", "/ ", "javascript:alert(1)"}) {
    EXPECT_EQ(safe_return_path(path), "/") << path;
  }
}

TEST(SignOnDocuments, WhatTheProviderAnswersIsNotRepeatedWhole) {
  const auto refused = id_token_from(400, R"({"error":"<b>secret 123</b>"})");
  EXPECT_EQ(refused.error().what.find("123"), std::string::npos);
  EXPECT_FALSE(id_token_from(200, "{}"));
  EXPECT_FALSE(id_token_from(302, ""));
  EXPECT_EQ(id_token_from(200, R"({"id_token":"a.b.c"})").value(), "a.b.c");
}

TEST(SignOnTries, AreBounded) {
  SignOnTries tries(10);
  Tick now{1s};
  std::vector<SignOnTries::Begun> begun;
  for (int n = 0; n < 30; ++n) {
    now += 1s;
    begun.push_back(tries.begin("/", now));
    EXPECT_LE(tries.size(), 10U);
  }
  EXPECT_FALSE(tries.take(begun[19].secrets.state, begun[19].browser, now));
  EXPECT_TRUE(tries.take(begun[20].secrets.state, begun[20].browser, now));
  now += 11min;
  tries.begin("/", now);
  EXPECT_EQ(tries.size(), 1U);
}

}  // namespace
}  // namespace tillbridge::api
