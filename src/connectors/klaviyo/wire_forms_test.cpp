// Raw members, times, URL text and quotas: the small forms of this room.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "connectors/klaviyo/documents.h"
#include "connectors/klaviyo/quotas.h"
#include "connectors/klaviyo/raw_json.h"
#include "connectors/klaviyo/time_text.h"
#include "connectors/klaviyo/url_text.h"

namespace tillbridge::connectors::klaviyo {
namespace {

TEST(RawMembers, AreTheBytesAsWritten) {
  const std::string_view text =
      " { \"a\" : 299.00 ,\"b\":[1, {\"c\":\"]}\\\"\"}] , \"d\":{\"a\":1},\"e\":\"x,\\\\\",\"f\":"
      "null,\"g\":-1.5e3 } ";
  ASSERT_TRUE(json::parse(text));
  const std::vector<RawMember> members = raw_members(text);
  ASSERT_EQ(members.size(), 6U);
  EXPECT_EQ(members[0].name, "a");
  EXPECT_EQ(members[0].value, "299.00");
  EXPECT_EQ(members[1].value, R"([1, {"c":"]}\""}])");
  EXPECT_EQ(members[2].value, R"({"a":1})");
  EXPECT_EQ(members[3].value, R"("x,\\")");
  EXPECT_EQ(members[4].value, "null");
  EXPECT_EQ(members[5].value, "-1.5e3");
  EXPECT_TRUE(raw_members("{}").empty());
  EXPECT_EQ(raw_member(text, "d"), R"({"a":1})");
  EXPECT_EQ(raw_member(text, "c"), "");
  EXPECT_EQ(raw_member(R"({"a":1,"a":2})", "a"), "2");
}

TEST(RawItems, AreTheBytesAsWritten) {
  const std::vector<std::string_view> items = raw_items(" [ 299.00 ,{\"a\":[1,2]}, \"],\",[] ] ");
  EXPECT_EQ(items, (std::vector<std::string_view>{"299.00", R"({"a":[1,2]})", R"("],")", "[]"}));
  EXPECT_TRUE(raw_items("[ ]").empty());
}

json::Value any_value(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 6 : 4);
  if (kind == 0) return nullptr;
  if (kind == 1) return *rc::gen::arbitrary<bool>();
  if (kind == 2) return *rc::gen::arbitrary<std::int64_t>();
  if (kind == 3)
    return json::Value(*rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127)));
  const int size = *rc::gen::inRange(0, 4);
  if (kind == 4) {
    json::Array array;
    for (int i = 0; i < size; ++i) array.push_back(any_value(depth - 1));
    return array;
  }
  json::Object object;
  for (int i = 0; i < size; ++i)
    object[*rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127))] = any_value(depth - 1);
  return object;
}

RC_GTEST_PROP(RawMembers, AreAllMembersOfAnyObject, ()) {
  json::Object object;
  for (int i = 0; i < 3; ++i) object["\"\\k" + std::to_string(i)] = any_value(3);
  const std::string text = json::to_text(object);
  const std::vector<RawMember> members = raw_members(text);
  RC_ASSERT(members.size() == object.size());
  std::size_t i = 0;
  for (const auto& member : object) RC_ASSERT(members[i++].value == json::to_text(member.value()));
}

TEST(TimeOfText, ReadsWhatKlaviyoWrites) {
  const Instant at = from_unix_seconds(1'784'547'910);
  EXPECT_EQ(time_of_text("2026-07-20T11:45:10+00:00"), at);
  EXPECT_EQ(time_of_text("2026-07-20T11:45:10Z"), at);
  EXPECT_EQ(time_of_text("2026-07-20T13:45:10+02:00"), at);
  EXPECT_EQ(time_of_text("2026-07-20T11:45:10.101159+00:00"), at + Duration{101'159});
  EXPECT_EQ(time_of_text("2026-07-20T10:15:10-01:30"), at);
  EXPECT_EQ(time_of_text("2026-07-20T11:45:10.5Z"), at + Duration{500'000});
  for (const auto* text : {"",
                           "Z",
                           "2026-07-20",
                           "2026-07-20T11:45:10",
                           "2026-13-20T11:45:10Z",
                           "2026-02-30T11:45:10Z",
                           "2026-07-20T25:45:10Z",
                           "2026-07-20T11:45:10Zx",
                           "2026-07-20T11:45:10+00:00 ",
                           "2026-07-20T11;45:10Z",
                           "2026-07-20T11:45:60Z",
                           "2026-07-20T11:45:10.Z",
                           "2026-07-20T11:45:10.1234567Z",
                           "2026-07-20T11:45:10+24:00",
                           "2026-07-20T11:45:10+0200",
                           "-026-07-20T11:45:10Z",
                           "2026-07-20T11:45:-1Z",
                           "2026-7-20T11:45:10Z",
                           "1784547910",
                           "2026-07-20T11:45:10.1011591234567890123456789012+00:00"})
    EXPECT_EQ(time_of_text(text), std::nullopt) << text;
}

RC_GTEST_PROP(TimeOfText, ReadsWhatWeWrite, ()) {
  const auto at = from_unix_seconds(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000));
  RC_ASSERT(time_of_text(time_text(at)) == at);
}

TEST(UrlText, IsEncodedWhole) {
  EXPECT_EQ(url_encoded("a-Z_0.9~"), "a-Z_0.9~");
  EXPECT_EQ(url_encoded("+46 70[],:/?#&=%\"'å"),
            "%2B46%2070%5B%5D%2C%3A%2F%3F%23%26%3D%25%22%27%C3%A5");
}

TEST(Quotas, AreThoseOfTheContract) {
  struct Case {
    Operation operation;
    double per_second, per_minute;
  };
  const Case cases[] = {
      {Operation::create_event, 350, 3'500}, {Operation::read_events, 350, 3'500},
      {Operation::create_events, 10, 150},   {Operation::merge_profiles, 10, 150},
      {Operation::metrics, 10, 150},         {Operation::find_profiles, 75, 700},
      {Operation::import_profile, 75, 700},  {Operation::subscribe, 75, 700},
      {Operation::unsubscribe, 75, 700},     {Operation::list_membership, 3, 60},
      {Operation::delete_person, 3, 60},     {Operation::account, 1, 15},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(windows_of(c.operation).per_second, c.per_second);
    EXPECT_EQ(windows_of(c.operation).per_minute, c.per_minute);
  }
}

}  // namespace
}  // namespace tillbridge::connectors::klaviyo
