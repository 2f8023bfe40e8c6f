#include "till/answer_check.h"

#include <gtest/gtest.h>

namespace sandbox::till {
namespace {

namespace json = tillbridge::json;

Person vera() {
  Person person;
  person.customer_id = "c-1";
  person.member_number = "70015";
  person.email = "Vera.Lind@kund.se";
  person.phones = {"+46701740601", "+46725000001"};
  person.first_names = {"Vera", "Vera Maria"};
  person.last_names = {"Lind"};
  return person;
}

const std::string sound =
    R"({"customer_id":"c-1","member_number":"70015","email":"vera.lind@kund.se",
        "name_first":"Vera","name_last":"Lind","mobile":"+46701740601",
        "invoice_address":{"city":"Sampletown"},"accepts_communication":["email","sms"],
        "consents":["m"],"additional_options":[{"id":"d","enum_values":["o"]}],
        "status":{"color":"green","text":""},"promotions":[{"promotion_id":"p"}],
        "bonus_checks":[],"voucher_passwords":["x"],"store_id_home":"STO-01",
        "sections":[{"title":"Membership","values":[{"title":"Points","text":"1250",
        "type":"text"}]}]})";

std::string with(const std::string& member, const std::string& value) {
  json::Object changed = json::parse(sound)->as_object();
  changed[member] = *json::parse(value);
  return json::to_text(changed);
}

TEST(AnswerCheck, TheContractsExampleIsSound) {
  const Person person = vera();
  EXPECT_EQ(answer_flaw(Operation::search, "[" + sound + "]", &person), std::nullopt);
  EXPECT_EQ(answer_flaw(Operation::get, sound, &person), std::nullopt);
  EXPECT_EQ(answer_flaw(Operation::search, "[]", nullptr), std::nullopt);
}

TEST(AnswerCheck, ShapesThatATillCannotRead) {
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{
           {"customer_id", "17"},
           {"customer_id", "\"\""},
           {"email", "null"},
           {"mobile", "[\"+46701740601\"]"},
           {"accepts_communication", "\"email\""},
           {"accepts_communication", "[true]"},
           {"consents", "{}"},
           {"promotions", "[\"p\"]"},
           {"invoice_address", "\"Sample Road\""},
           {"sections", "{}"},
           {"sections", R"([{"title":"x"}])"},
           {"sections", R"([{"title":"x","values":[{"title":"y","text":1,"type":"text"}]}])"}}) {
    EXPECT_NE(answer_flaw(Operation::search, "[" + with(member, value) + "]", nullptr),
              std::nullopt)
        << member << value;
    EXPECT_NE(shape_flaw(*json::parse(with(member, value))), std::nullopt) << member << value;
  }
  const Person person = vera();
  for (const std::string& answer :
       {std::string("x"), std::string("{}"), sound, "[" + sound + "," + sound + "]",
        std::string("[]"), std::string("[1]")})
    EXPECT_NE(answer_flaw(Operation::search, answer, &person), std::nullopt) << answer;
  EXPECT_NE(answer_flaw(Operation::search, "[" + sound + "]", nullptr), std::nullopt);
  EXPECT_NE(answer_flaw(Operation::history, "3", nullptr), std::nullopt);
  EXPECT_NE(answer_flaw(Operation::consents, R"({"consents":1})", nullptr), std::nullopt);
  EXPECT_NE(answer_flaw(Operation::sections, R"([{"title":"x"}])", nullptr), std::nullopt);
}

TEST(AnswerCheck, ThePersonHasToBeTheRightOne) {
  const Person person = vera();
  const auto flaw = [&person](const std::string& member, const std::string& value) {
    return answer_flaw(Operation::get, with(member, value), &person);
  };
  EXPECT_EQ(flaw("customer_id", "\"c-2\""), "customer_id is \"c-2\", expected \"c-1\"");
  EXPECT_EQ(flaw("name_first", "\"Vera Maria\""), std::nullopt);  // once changed, both are right
  EXPECT_EQ(flaw("mobile", "\"+46 72 5000001\""), std::nullopt);
  EXPECT_NE(flaw("name_first", "\"vera\""), std::nullopt);
  EXPECT_NE(flaw("mobile", "\"\""), std::nullopt);
  EXPECT_NE(flaw("email", "\"vera@kund.se\""), std::nullopt);
  EXPECT_NE(flaw("member_number", "\"70016\""), std::nullopt);
  EXPECT_EQ(flaw("member_number", "\"\""), std::nullopt);
}

TEST(AnswerCheck, TheIndexMayLackButNotErr) {
  const Person person = vera();
  const std::string section =
      R"("sections":[{"title":"Source","values":[{"title":"From","type":"text",
         "text":"Tillbridge's own records, 12:00"}]}])";
  const std::string lacking = R"({"customer_id":"c-1",)" + section + "}";
  EXPECT_EQ(answer_flaw(Operation::get, lacking, &person), std::nullopt);
  EXPECT_NE(answer_flaw(Operation::get, R"({"customer_id":"c-1"})", &person), std::nullopt);
  EXPECT_NE(answer_flaw(Operation::get, R"({"customer_id":"c-1","name_last":"X",)" + section + "}",
                        &person),
            std::nullopt);
  EXPECT_TRUE(is_from_index(*json::parse(lacking)));
  EXPECT_TRUE(is_from_index(*json::parse("[" + lacking + "]")));
  EXPECT_TRUE(is_from_index(json::parse("{" + section + "}")->at("sections")));
  EXPECT_FALSE(is_from_index(*json::parse("[" + sound + "]")));
  EXPECT_FALSE(is_from_index(*json::parse("[3,{}]")));
}

}  // namespace
}  // namespace sandbox::till
