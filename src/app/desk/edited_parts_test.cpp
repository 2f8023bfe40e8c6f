#include "app/desk/edited_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string event = R"({"name":"customers/events","data":{"total":499.00,"text":"a b"}})";

std::string refusal(const std::vector<std::string>& before, std::vector<std::string> edited) {
  const auto made = edited_parts(before, std::move(edited));
  return made ? "(taken)" : made.error().what;
}

TEST(EditedParts, KeepNumbersAndTextsAndLoseTheSpacesBetween) {
  const std::string typed = R"({
  "name" : "customers/events",
  "data":	{ "total": 500.00, "text": "a  b \" : c\\" , "deep": [ 1.50, { } ] }
}
)";
  const auto made = edited_parts({event}, {typed});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_THAT(
      *made,
      ElementsAre(
          R"({"name":"customers/events","data":{"total":500.00,"text":"a  b \" : c\\","deep":[1.50,{}]}})"));
}

TEST(EditedParts, AreAsManyAsThereWere) {
  EXPECT_THAT(refusal({event}, {}), HasSubstr("1 part(s), not 0"));
  EXPECT_THAT(refusal({event}, {event, event}), HasSubstr("1 part(s), not 2"));
}

TEST(EditedParts, ThatCannotBeSentAreNamed) {
  EXPECT_THAT(refusal({event, event}, {event, ""}), HasSubstr("part 2 is empty"));
  EXPECT_THAT(refusal({event}, {std::string(edited_part_bytes_max + 1, ' ')}),
              HasSubstr("part 1 is over 1 MB"));
  EXPECT_THAT(refusal({event}, {R"({"name":)"}), HasSubstr("part 1 is no JSON"));
  EXPECT_THAT(refusal({event}, {"[]"}), HasSubstr("another kind"));
  EXPECT_THAT(refusal({event}, {R"({"data":{},"name":"customers/events"})"}),
              HasSubstr("name, data"));
  EXPECT_THAT(refusal({event}, {R"({"name":"customers/events"})"}), HasSubstr("name, data"));
}

TEST(EditedParts, OfWhatWasNoJsonMayBeAnything) {
  const auto made = edited_parts({"a=1"}, {"a = 2"});
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, ElementsAre("a = 2"));
}

}  // namespace
}  // namespace tillbridge::app
