// Base64, JSON, secrets, hash and entropy: the small forms of text and bytes.
#include <algorithm>
#include <array>
#include <new>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/base64.h"
#include "base/entropy.h"
#include "base/hash.h"
#include "base/json_document.h"
#include "base/secret.h"
#include "base/utf8.h"

namespace tillbridge {
namespace {

TEST(Base64, FollowsTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
      {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text).value(), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotIt) {
  for (const auto* text : {"Z", "Zg=", "Zg", "====", "Z===", "=Zg=", "Zg==Zg==", " Zg==",
                           "\nZg==\n\n\n", "Zm 9", "Zm9-", "Zm9_"})
    EXPECT_FALSE(base64_decode(text)) << text;
}

RC_GTEST_PROP(Base64, ReadsWhatItWrote, (const std::string& bytes)) {
  RC_ASSERT(base64_decode(base64_encode(bytes)).value() == bytes);
}

TEST(Json, SaysWhereItIsBroken) {
  for (const auto* text :
       {"", " ", "{", "{\"a\":}", "[1,]", "{} {}", "nul", "\"\xff\"", "{'a':1}"}) {
    const auto value = json::parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind, Error::Kind::invalid_input);
    EXPECT_NE(value.error().what.find("not JSON at byte"), std::string::npos);
  }
  EXPECT_TRUE(json::parse(" {\"a\": [1, 2.5, null]} \n"));
}

TEST(Json, RefusesDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(json::parse(nested(json::depth_max)));
  EXPECT_FALSE(json::parse(nested(json::depth_max + 1)));
  EXPECT_FALSE(json::parse(std::string(1'000'000, '[')));
}

TEST(Json, MembersAreReadLeniently) {
  const auto value = json::parse(R"({"t":"x","e":"","n":null,"i":7,"s":"12","f":3.0,"g":3.5,
    "b":true,"o":{},"a":[],"bad":"12x","big":18446744073709551615})")
                         .value();
  const auto& members = value.get_object();
  EXPECT_EQ(json::text(members, "t"), "x");
  EXPECT_EQ(json::text(members, "e"), std::nullopt);
  EXPECT_EQ(json::text(members, "n"), std::nullopt);
  EXPECT_EQ(json::text(members, "i"), std::nullopt);
  EXPECT_EQ(json::text(members, "missing"), std::nullopt);
  EXPECT_EQ(json::integer(members, "i"), 7);
  EXPECT_EQ(json::integer(members, "s"), 12);
  EXPECT_EQ(json::integer(members, "f"), 3);
  EXPECT_EQ(json::integer(members, "g"), std::nullopt);
  EXPECT_EQ(json::integer(members, "bad"), std::nullopt);
  EXPECT_EQ(json::integer(members, "e"), std::nullopt);
  EXPECT_EQ(json::integer(members, "big"), std::nullopt);
  EXPECT_EQ(json::boolean(members, "b"), true);
  EXPECT_EQ(json::boolean(members, "i"), std::nullopt);
  EXPECT_NE(json::object(members, "o"), nullptr);
  EXPECT_EQ(json::object(members, "a"), nullptr);
  EXPECT_NE(json::array(members, "a"), nullptr);
}

RC_GTEST_PROP(Json, QuotesAnyText, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  std::string quoted;
  json::append_quoted(quoted, text);
  const auto value = json::parse(quoted);
  RC_ASSERT(value.has_value());
  RC_ASSERT(std::string_view(value->get_string()) == text);
}

TEST(Json, QuotesWhatHasToBe) {
  std::string quoted = "x";
  json::append_quoted(quoted, "\"a\\b\"\n\r\t\x01\x1f\x7f\xc3\xa5");
  EXPECT_EQ(quoted, "x\"\\\"a\\\\b\\\"\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa5\"");
  quoted.clear();
  json::append_quoted(quoted, "");
  EXPECT_EQ(quoted, "\"\"");
}

// However large it is: its block grows.
TEST(Json, ADocumentHoldsWhatParseGives) {
  std::string large = "[";
  for (int i = 0; i < 5'000; ++i) large += R"({"name":"a text that needs room","n":[1,2.5,null]},)";
  large.back() = ']';
  for (const std::string& text : {std::string(R"({"a":{"b":["c"]}})"), std::string("7"), large}) {
    const json::Document document(text);
    ASSERT_TRUE(document.root());
    EXPECT_EQ(*document.root(), json::parse(text).value());
  }
}

TEST(Json, ADocumentIsRefusedAsParseRefusesIt) {
  const std::string deep(json::depth_max + 1, '[');
  for (const std::string& text :
       {std::string(), std::string("{\"a\":}"), std::string("{} {}"), deep}) {
    const json::Document document(text);
    ASSERT_FALSE(document.root());
    EXPECT_EQ(document.root().error().what, json::parse(text).error().what);
  }
}

// A copy of a part has a storage of its own.
TEST(Json, WhatIsCopiedFromADocumentStays) {
  json::Value kept;
  {
    const json::Document document(R"({"a":{"b":["a text that is not kept inside of its value"]}})");
    kept = document.root()->at("a");
  }
  EXPECT_EQ(json::to_text(kept), R"({"b":["a text that is not kept inside of its value"]})");
}

TEST(Secret, Matches) {
  const Secret secret{"s3cret"};
  EXPECT_TRUE(secret.matches("s3cret"));
  EXPECT_FALSE(secret.matches("s3cre"));
  EXPECT_FALSE(secret.matches("s3cret "));
  EXPECT_FALSE(secret.matches(""));
  EXPECT_FALSE(secret.matches("s3crets3cret"));
  EXPECT_FALSE(secret.matches("S3cret"));
  EXPECT_FALSE(Secret{"ss"}.matches("s"));
  EXPECT_FALSE(Secret{"s"}.matches("ss"));
  EXPECT_TRUE(Secret{}.matches(""));
  EXPECT_FALSE(Secret{}.matches("x"));
  EXPECT_TRUE(Secret{}.empty());
}

RC_GTEST_PROP(Secret, MatchesItselfAlone, (const std::string& text, const std::string& other)) {
  RC_ASSERT(Secret{text}.matches(text));
  RC_ASSERT(Secret{text}.matches(other) == (text == other));
}

TEST(Secret, CanBeCopiedMovedAndReplaced) {
  Secret first{"one"};
  Secret second = first;
  Secret third = std::move(first);
  EXPECT_EQ(second.reveal(), "one");
  EXPECT_EQ(third.reveal(), "one");
  second = Secret{"a much longer secret that does not fit into the object itself"};
  third = second;
  EXPECT_EQ(third.reveal(), second.reveal());
  third = std::move(second);
  EXPECT_TRUE(third.reveal().starts_with("a much longer"));
}

// A short secret lives inside its object: neither destruction nor a move may leave it there.
TEST(Secret, LeavesNothingInItsPlace) {
  const std::string_view text = "hunter2";
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> place{};
  const auto still_there = [&] {
    return std::search(place.begin(), place.end(), text.begin(), text.end()) != place.end();
  };
  auto* secret = new (place.data()) Secret{std::string(text)};
  ASSERT_TRUE(still_there());
  const Secret moved = std::move(*secret);
  EXPECT_FALSE(still_there());
  *secret = moved;
  ASSERT_TRUE(still_there());
  secret->~Secret();
  EXPECT_FALSE(still_there());
}

TEST(Hash, IsTheSameForEver) {
  // Lanes and shards are stored by it: a change of these numbers is a migration.
  EXPECT_EQ(stable_hash(""), 0xfdbdf6ac4fc52e7fULL);
  EXPECT_EQ(stable_hash("customer/c-90112"), 0xcf7aa1c4bea3141fULL);
}

TEST(Hash, SpreadsOverShards) {
  std::array<int, 256> shards{};
  for (int i = 0; i < 25'600; ++i) ++shards[stable_hash("customer/" + std::to_string(i)) % 256];
  EXPECT_GT(*std::min_element(shards.begin(), shards.end()), 50);
  EXPECT_LT(*std::max_element(shards.begin(), shards.end()), 160);
}

TEST(Entropy, SameSeedSameWay) {
  Entropy left{7};
  Entropy right{7};
  for (int i = 0; i < 100; ++i) ASSERT_EQ(left.next(), right.next());
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_LT(left.below(10), 10U);
    const double unit = left.unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
  }
  EXPECT_FALSE(left.chance(0.0));
  EXPECT_TRUE(left.chance(1.0));
}

TEST(Entropy, OfTheMachineDiffers) {
  EXPECT_NE(Entropy::from_machine().next(), Entropy::from_machine().next());
  std::array<std::byte, 32> bytes{};
  fill_secure(bytes);
  EXPECT_NE(bytes, (std::array<std::byte, 32>{}));
}

// Documents that were built here hold unsigned numbers, those that were read signed ones.
TEST(Json, AnIntegerIsReadHoweverItIsHeld) {
  const json::Object object{{"built", std::uint64_t{7}},
                            {"read", 7},
                            {"huge", std::uint64_t{18'000'000'000'000'000'000U}}};
  EXPECT_EQ(json::integer(object, "built"), 7);
  EXPECT_EQ(json::integer(object, "read"), 7);
  EXPECT_EQ(json::integer(object, "huge"), std::nullopt);
}

TEST(Utf8, ABeginningEndsWithAWholeCharacter) {
  const std::string_view text = "a\xc3\xa5\xf0\x9f\x98\x80z";  // 1, 2, 4 and 1 bytes
  const std::array<std::size_t, 10> whole{0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
  for (std::size_t most = 0; most < whole.size(); ++most)
    EXPECT_EQ(beginning_of(text, most), text.substr(0, whole[most])) << most;
}

}  // namespace
}  // namespace tillbridge
