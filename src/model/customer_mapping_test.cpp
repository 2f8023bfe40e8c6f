#include "model/customer_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tillbridge::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const TextList bloomreach = {"properties", "ids"};

Customer ada() {
  Customer customer;
  customer.customer_id = "c-1";
  customer.email = "ada@kund.se";
  customer.phones = {"+46700000001", "+46700000002"};
  customer.first_name = " ada";
  customer.last_name = "lovelace";
  customer.zip = "753 10";
  customer.birthday = "1985-04-12";
  return customer;
}

// The value of one rule: its fields, through its transforms.
TextList through(const Customer& customer, MappingRule rule, const std::string& country = "SE") {
  rule.to = "properties.x";
  const auto targets = outward(customer, {rule}, country);
  return targets.empty() ? TextList{} : targets.front().second;
}
std::string through(const std::string& text, Transform transform) {
  Customer customer;
  customer.company = text;
  const TextList values = through(customer, {{"company"}, "", {transform}, "", " "});
  return values.empty() ? "" : values.front();
}

TEST(Transforms, OneByOne) {
  const struct {
    Transform transform;
    const char* text;
    const char* becomes;
  } cases[] = {
      {Transform::trim, " \t a b \n", "a b"},
      {Transform::trim, "  ", ""},
      {Transform::lower, "Ada ÅSA", "ada Åsa"},
      {Transform::upper, "Ada", "ADA"},
      {Transform::title, "ada lovelace", "Ada Lovelace"},
      {Transform::title, "ADA  LOVELACE", "Ada  Lovelace"},
      {Transform::title, "anna-karin o'BRIEN", "Anna-Karin O'Brien"},
      {Transform::title, "Ronald McDonald", "Ronald McDonald"},
      {Transform::title, "mårten", "Mårten"},
      {Transform::title, "MÅRTEN", "MÅRTEN"},  // half of it would be worse
      {Transform::title, "ÅSA", "Åsa"},
      {Transform::title, "åsa", "åsa"},
      {Transform::title, "b", "B"},
      {Transform::e164, "070-000 00 01", "+46700000001"},
      {Transform::e164, "12", ""},
      {Transform::date, "1985-04-12", "1985-04-12"},
      {Transform::date, " 19850412", "1985-04-12"},
      {Transform::date, "1985/4/12", "1985-04-12"},
      {Transform::date, "12.04.1985", "1985-04-12"},
      {Transform::date, "1985-04-12T10:30:00Z", "1985-04-12"},
      {Transform::date, "04/12/1985", ""},
      {Transform::date, "1985-02-30", ""},
      {Transform::date, "1985-04-12 x", ""},
      {Transform::date, "85-04-12", ""},
      {Transform::date, "unknown", ""},
      {Transform::digits, "SE-753 10", "75310"},
      {Transform::digits, "none", ""},
  };
  for (const auto& c : cases)
    EXPECT_EQ(through(c.text, c.transform), c.becomes) << name(c.transform) << " " << c.text;
}

TEST(Transforms, Names) {
  for (const char* word : {"trim", "lower", "upper", "title", "e164", "date", "digits"}) {
    ASSERT_TRUE(transform(word)) << word;
    EXPECT_EQ(name(*transform(word)), word);
  }
  const auto unknown = transform("capitals");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, HasSubstr("trim, lower, upper, title, e164, date, digits"));
}

TEST(Outward, FieldsJoinsConstantsAndTheOrderOfTransforms) {
  const CustomerMapping mapping = {
      {{"customer_id"}, "ids.registered", {}, "", " "},
      {{"first_name", "last_name"},
       "properties.full_name",
       {Transform::title, Transform::trim},
       "",
       " "},
      {{"street", "zip", "city"}, "properties.address", {}, "", ", "},
      {{"city"}, "properties.city", {}, "", " "},
      {{"phone"}, "properties.phone", {}, "", " "},
      {{"phone", "zip"}, "properties.phone_and_zip", {Transform::digits}, "", "/"},
      {{}, "properties.signup_channel", {}, "pos", " "},
  };
  EXPECT_THAT(outward(ada(), mapping, "SE"),
              ElementsAre(Pair("ids.registered", ElementsAre("c-1")),
                          Pair("properties.full_name", ElementsAre("Ada Lovelace")),
                          Pair("properties.address", ElementsAre("753 10")),
                          Pair("properties.phone", ElementsAre("+46700000001", "+46700000002")),
                          Pair("properties.phone_and_zip", ElementsAre("4670000000175310")),
                          Pair("properties.signup_channel", ElementsAre("pos"))));
}

TEST(Outward, ValuesThatATransformCannotTakeAreLeftOut) {
  Customer customer;
  customer.phones = {"0700000001", "12", "+46700000001"};
  EXPECT_THAT(through(customer, {{"phone"}, "", {Transform::e164}, "", " "}),
              ElementsAre("+46700000001"));
  EXPECT_THAT(through(customer, {{"phone"}, "", {Transform::e164}, "", " "}, ""),
              ElementsAre("+46700000001"));
  customer.phones = {"12"};
  EXPECT_THAT(through(customer, {{"phone"}, "", {Transform::e164, Transform::trim}, "", " "}),
              IsEmpty());
}

TEST(Inward, RulesWithOneFieldAndNormalValues) {
  const CustomerMapping mapping = {
      {{"customer_id"}, "ids.registered", {}, "", " "},
      {{"email"}, "ids.email_id", {}, "", " "},
      {{"email"}, "properties.email", {}, "", " "},
      {{"phone"}, "properties.phone", {Transform::e164}, "", " "},
      {{"first_name", "last_name"}, "properties.full_name", {}, "", " "},
      {{"birthday"}, "properties.birthday", {Transform::date}, "", " "},
      {{}, "properties.signup_channel", {}, "pos", " "},
      {{"zip"}, "properties.zip", {}, "", " "},
      {{"city"}, "properties.city", {}, "", " "},
      {{"city"}, "properties.town", {}, "", " "},
  };
  const TargetValues held = {{"ids.registered", {"c-1"}},
                             {"ids.email_id", {"former@kund.se"}},
                             {"properties.email", {" Ada@Kund.SE"}},
                             {"properties.phone", {"070-000 00 01; +46 70 000 00 02;12"}},
                             {"properties.full_name", {"Ada Lovelace"}},
                             {"properties.birthday", {"19850412"}},
                             {"properties.signup_channel", {"web"}},
                             {"properties.zip", {}},
                             {"properties.town", {" Uppsala "}},
                             {"properties.unasked", {"x"}}};
  Customer customer = inward(held, mapping, "SE");
  Customer expected;
  expected.customer_id = "c-1";
  expected.email = "ada@kund.se";
  expected.phones = {"+46700000001", "+46700000002"};
  expected.birthday = "1985-04-12";
  expected.city = "Uppsala";
  EXPECT_EQ(customer, expected) << testing::PrintToString(differences(expected, customer));

  // The list of an ID type is what is left when the property has nothing that can be right.
  TargetValues only_ids = held;
  only_ids["properties.email"] = {"ada-at-kund"};
  EXPECT_EQ(inward(only_ids, mapping, "SE").email, "former@kund.se");
  EXPECT_EQ(inward({{"properties.birthday", {"soon"}}}, mapping, "SE"), Customer{});

  EXPECT_THAT(
      targets_to_read(mapping),
      ElementsAre("ids.registered", "ids.email_id", "properties.email", "properties.phone",
                  "properties.birthday", "properties.zip", "properties.city", "properties.town"));
}

TEST(MappingProblems, EveryMistakeIsNamedWithItsAdvice) {
  const MappingRule hard{{"customer_id"}, "ids.registered", {}, "", " "};
  const auto of = [&](MappingRule rule) {
    return mapping_problems({hard, std::move(rule)}, bloomreach, "ids.registered");
  };
  EXPECT_THAT(of({{"first_name"}, "properties.first_name", {}, "", " "}), IsEmpty());
  const struct {
    MappingRule rule;
    const char* what;
    const char* advice;
  } cases[] = {
      {{{"first_nam"}, "properties.x", {}, "", " "}, "'first_nam'", "; use customer_id, "},
      {{{"first_nam"}, "properties.x", {}, "", " "}, "'first_nam'", "email, phone, first_name"},
      {{{"city"}, "attributes.city", {}, "", " "},
       "'attributes.city'",
       "; use properties.*, ids.*"},
      {{{"city"}, "properties", {}, "", " "}, "'properties'", "; use "},
      {{{"city"}, "properties.", {}, "", " "}, "'properties.'", "; use "},
      {{{"city"}, "ids.registered", {}, "", " "}, "two rules", "; join"},
      {{{"city"}, "properties.city", {}, "pos", " "}, "fields and a constant", "; keep one"},
      {{{}, "properties.city", {}, "", " "}, "gets nothing", "; add from"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(of(c.rule), ElementsAre(testing::AllOf(HasSubstr(c.what), HasSubstr(c.advice))))
        << c.what;
  EXPECT_THAT(mapping_problems({{{"city"}, "ids.city", {}, "", " "}}, bloomreach, "ids.registered"),
              ElementsAre(HasSubstr("no rule for the hard ID 'ids.registered'; add")));
  EXPECT_THAT(
      mapping_problems({{{}, "ids.registered", {}, "x", " "}}, bloomreach, "ids.registered"),
      ElementsAre(HasSubstr("exactly one field")));
  EXPECT_THAT(mapping_problems({}, bloomreach, ""), IsEmpty());
  // A namespace may be one target only.
  const TextList klaviyo = {"attributes.email", "properties"};
  EXPECT_THAT(mapping_problems({{{"email"}, "attributes.email", {}, "", " "}}, klaviyo, ""),
              IsEmpty());
  EXPECT_THAT(mapping_problems({{{"email"}, "attributes.mail", {}, "", " "}}, klaviyo, ""),
              ElementsAre(HasSubstr("attributes.mail")));
}

TEST(Target, Halves) {
  EXPECT_EQ(split_target("properties.first_name"),
            (std::pair<std::string_view, std::string_view>("properties", "first_name")));
  EXPECT_EQ(split_target("properties.a.b").second, "a.b");
  EXPECT_EQ(split_target("properties").second, "");
}

// What goes out comes back, whichever fields there are and however they are called.
RC_GTEST_PROP(Mapping, WhatGoesOutComesBack, ()) {
  CustomerMapping mapping;
  Customer customer;
  const auto add = [&](std::string_view field) {
    if (!*rc::gen::arbitrary<bool>()) return;
    const bool id = *rc::gen::inRange(0, 4) == 0;
    MappingRule rule;
    rule.from = {std::string(field)};
    rule.to = (id ? "ids." : "properties.") + std::string(field);
    if (*rc::gen::arbitrary<bool>()) rule.transforms.push_back(Transform::trim);
    if (field == "birthday") rule.transforms.push_back(Transform::date);
    if (field == phone_field) rule.transforms.push_back(Transform::e164);
    mapping.push_back(std::move(rule));
    if (*rc::gen::inRange(0, 3) == 0) return;  // nothing known
    const int n = *rc::gen::inRange(1, 28);
    if (field == phone_field) {
      customer.phones = {"+4670174060" + std::to_string(n % 10)};
      if (n > 9) customer.phones.push_back("+4670174061" + std::to_string(n % 10));
    } else if (field == "email") {
      customer.email = "vera" + std::to_string(n) + "@kund.se";
    } else if (field == "birthday") {
      customer.birthday = "1985-02-" + std::string(n < 10 ? "0" : "") + std::to_string(n);
    } else {
      const auto letter = rc::gen::elementOf(std::string("aB;,'\" 7-|"));
      const std::string inner = *rc::gen::container<std::string>(letter);
      set_values(customer, field, {"x" + inner + "Åx"});
    }
  };
  for (const CustomerField& field : customer_fields()) add(field.name);
  add(phone_field);
  TargetValues held;
  for (auto& [target, values] : outward(customer, mapping, "SE")) {
    // Platforms keep several phones as a list or as one text.
    if (target.ends_with("phone") && values.size() > 1 && *rc::gen::arbitrary<bool>())
      values = {values[0] + "; " + values[1]};
    held[target] = values;
  }
  RC_ASSERT(inward(held, mapping, "SE") == customer);
  RC_ASSERT(mapping.empty() || mapping_problems(mapping, bloomreach, "").empty());
}

}  // namespace
}  // namespace tillbridge::model
