#include "desk/search_text.h"

#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using Kind = SearchKind;

std::vector<SearchGuess> guess(std::string_view typed) {
  return guess_search(typed, "SE",
                      {{"1001", "Uppsala Centrum"}, {"1002", "Oslo City"}, {"7", "Umeå"}});
}
SearchGuess first(std::string_view typed) {
  const auto guesses = guess(typed);
  return guesses.empty() ? SearchGuess{} : guesses.front();
}
bool has(std::string_view typed, Kind kind, const std::string& text) {
  for (const SearchGuess& one : guess(typed)) {
    if (one.kind == kind && one.text == text) return true;
  }
  return false;
}

TEST(SearchText, KnowsWhatWasTyped) {
  struct Case {
    std::string_view typed;
    Kind kind;
    std::string text;
  };
  const std::vector<Case> cases = {
      {" 20417 ", Kind::order, "20417"},
      {"#20417", Kind::order, "20417"},
      {"# 20417", Kind::order, "20417"},
      {"sii00000015000074812", Kind::receipt, "SII00000015000074812"},
      {"SII 0000 0015 0000 74812", Kind::receipt, "SII00000015000074812"},
      {"Vera.Lind@Kund.SE", Kind::email, "vera.lind@kund.se"},
      {"mailto:vera@kund.se", Kind::email, "vera@kund.se"},
      {"+46 70 174 06 01", Kind::phone, "701740601"},
      {"070-174 06 01", Kind::phone, "701740601"},
      {"0701740601", Kind::phone, "701740601"},
      {"0046701740601", Kind::phone, "701740601"},
      {"+47 401 23 456", Kind::phone, "+4740123456"},
      {"7300000000011", Kind::barcode, "7300000000011"},
      {"0A4C1F6E-2B7D-4C0F-9A51-C3D7E8F90B12", Kind::event, "0a4c1f6e2b7d4c0f9a51c3d7e8f90b12"},
      {"1001", Kind::store, "1001"},
      {"uppsala", Kind::store, "1001"},
      {"Umeå", Kind::store, "7"},
      {"CAP-BLK", Kind::article, "CAP-BLK"},
      {"c-90112", Kind::customer, "c-90112"},
      {"receipt:SII1", Kind::receipt, "receipt:SII1"},
      {"order/20417", Kind::order, "order:20417"},
  };
  for (const Case& one : cases) {
    const SearchGuess found = first(one.typed);
    EXPECT_EQ(words(found.kind), words(one.kind)) << one.typed;
    EXPECT_EQ(found.text, one.text) << one.typed;
  }
  EXPECT_EQ(first("070-174 06 01").shown, "+46701740601");
  EXPECT_EQ(first("uppsala").shown, "Uppsala Centrum (1001)");
}

TEST(SearchText, LessLikelyGuessesFollow) {
  EXPECT_TRUE(has("1001", Kind::order, "1001"));
  EXPECT_TRUE(has("70015", Kind::customer, "70015"));
  EXPECT_TRUE(has("7300000000011", Kind::article, "7300000000011"));
  EXPECT_TRUE(has("WEB-1001", Kind::order, "WEB-1001"));
  EXPECT_EQ(guess("vera lind").back().kind, Kind::anything);
  EXPECT_EQ(guess("vera lind").back().text, "vera lind");
}

TEST(SearchText, NothingIsNothingAndMuchIsCut) {
  EXPECT_TRUE(guess("").empty());
  EXPECT_TRUE(guess(" \t\"\"").empty());
  const auto much = guess(std::string(5'000, 'a'));
  EXPECT_EQ(much.back().text.size(), search_bytes_max);
  std::string umlauts;
  for (int at = 0; at < 200; ++at) umlauts += "å";
  EXPECT_EQ(guess("x" + umlauts).back().text.size(), search_bytes_max - 1) << "whole characters";
  EXPECT_FALSE(guess("#").empty());
  for (int byte = 1; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    (void)guess(one + "1");
    (void)guess("+" + one);
  }
}

TEST(SearchText, CheckDigits) {
  for (const auto* good : {"7300000000011", "4006381333931", "036000291452", "73513537"})
    EXPECT_TRUE(has_check_digit(good)) << good;
  for (const auto* bad : {"7300000000017", "036000291453", "73513538", "1234", "", "730000000001x"})
    EXPECT_FALSE(has_check_digit(bad)) << bad;
}

}  // namespace
}  // namespace tillbridge::desk
