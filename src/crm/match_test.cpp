#include "crm/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Sighting nobody(KeyType type, bool asked = true) {
  Sighting sighting;
  sighting.by = {type, "x"};
  sighting.asked = asked;
  return sighting;
}

Sighting known(KeyType type, const std::string& id, const std::string& email = "") {
  Sighting sighting = nobody(type);
  sighting.known = IndexEntry{};
  sighting.known->customer.customer_id = id;
  sighting.known->customer.email = email;
  return sighting;
}

TEST(Match, NobodyIsNobody) {
  const Match matched = match({nobody(KeyType::email), nobody(KeyType::phone)}, "v@example.org");
  EXPECT_FALSE(matched.who);
  EXPECT_THAT(matched.not_theirs, IsEmpty());
  EXPECT_EQ(matched.conflict, "");
  EXPECT_FALSE(matched.unsure);
}

TEST(Match, NotEverybodyCouldBeAsked) {
  EXPECT_TRUE(match({nobody(KeyType::email, false)}, "").unsure);
  Sighting from_index = known(KeyType::email, "c-1");
  from_index.asked = false;
  EXPECT_FALSE(match({from_index}, "").unsure) << "somebody is known to be there";
}

TEST(Match, OnePersonByAllIdentifiers) {
  const Match matched =
      match({known(KeyType::email, "c-1", "v@example.org"), known(KeyType::phone, "c-1")},
            "v@example.org");
  ASSERT_TRUE(matched.who);
  EXPECT_EQ(matched.who->by.type, KeyType::email);
  EXPECT_THAT(matched.not_theirs, IsEmpty());
}

TEST(Match, TheSurerIdentifierWinsAndTheOtherIsNotTheirs) {
  const Match matched =
      match({known(KeyType::email, "c-1", "v@example.org"), known(KeyType::phone, "c-2")},
            "v@example.org");
  ASSERT_TRUE(matched.who);
  EXPECT_EQ(matched.who->known->customer.customer_id, "c-1");
  EXPECT_THAT(matched.not_theirs, ElementsAre(KeyType::phone));
  EXPECT_THAT(matched.conflict, HasSubstr("c-2"));
  EXPECT_THAT(matched.conflict, HasSubstr("phone"));
  EXPECT_THAT(matched.conflict, Not(HasSubstr("@"))) << "no personal data in cases";
}

TEST(Match, APhoneFindsAPersonUnlessTheirEmailIsAnother) {
  EXPECT_TRUE(match({known(KeyType::phone, "c-1", "v@example.org")}, "").who);
  EXPECT_TRUE(match({known(KeyType::phone, "c-1", "")}, "v@example.org").who);
  EXPECT_TRUE(match({known(KeyType::phone, "c-1", "v@example.org")}, "v@example.org").who);
  const Match other = match({known(KeyType::phone, "c-1", "dad@example.org")}, "v@example.org");
  EXPECT_FALSE(other.who);
  EXPECT_THAT(other.not_theirs, ElementsAre(KeyType::phone));
  EXPECT_NE(other.conflict, "");
}

}  // namespace
}  // namespace tillbridge::crm
