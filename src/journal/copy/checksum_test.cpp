#include "journal/copy/checksum.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace tillbridge::journal::copy {
namespace {

const Table& table_named(std::string_view name) {
  const auto all = tables();
  return *std::find_if(all.begin(), all.end(), [&](const Table& t) { return t.name == name; });
}

Value integer(std::int64_t value) {
  return {Value::Type::integer, value};
}
Value text(std::string_view value) {
  return {Value::Type::bytes, 0, value};
}
const Value null{};

Digest digest_of(const Table& table, std::vector<Value> row) {
  return Canonical().digest(table, row);
}

// workspace, name, value
Digest cursor(const Value& workspace, const Value& name, const Value& value) {
  return digest_of(table_named("cursor"), {workspace, name, value});
}

TEST(CopyChecksum, TheSameRowHasTheSameDigest) {
  EXPECT_EQ(cursor(text("shop"), text("a"), text("1")), cursor(text("shop"), text("a"), text("1")));
}

// People keep what was printed: it must not change by chance.
TEST(CopyChecksum, ADigestStaysWhatItIs) {
  Sum sum;
  sum.add(cursor(text("shop"), text("a"), text("1")), 0);
  // Computed elsewhere: 'b', the length as 8 bytes (lowest first) and the text, for each column.
  EXPECT_EQ(sum.text(), "168da73977cdaa0af8072b2a12ffd7cc");
}

TEST(CopyChecksum, EveryDifferenceCounts) {
  const std::vector<Digest> rows{
      cursor(text("shop"), text("a"), text("1")), cursor(text("shop"), text("a"), text("2")),
      cursor(text("shop"), text("a"), text("")), cursor(text("shop"), text("a"), null),
      cursor(text("shop"), text("a"), integer(1)), cursor(text("shop"), text("a"), integer(0)),
      cursor(text("shop"), text("a"), integer(-1)),
      // What stands together is the same, where it is cut is not.
      cursor(text("shop"), text("a1"), text("")), cursor(text("shopa"), text(""), text("1")),
      cursor(text("shop"), text(std::string_view("a\0", 2)), text("1")),
      cursor(text("a"), text("shop"), text("1"))};
  std::set<std::pair<std::uint64_t, std::uint64_t>> different;
  for (const auto& row : rows) different.insert({row.high, row.low});
  EXPECT_EQ(different.size(), rows.size());
}

TEST(CopyChecksum, TheOrderOfRowsDoesNotCountTheirNumberDoes) {
  const auto a = cursor(text("shop"), text("a"), text("1"));
  const auto b = cursor(text("shop"), text("b"), text("2"));
  Sum one;
  one.add(a, 1);
  one.add(b, 2);
  Sum other;
  other.add(b, 2);
  other.add(a, 1);
  EXPECT_TRUE(one == other);
  EXPECT_EQ(one.text(), other.text());
  // Two equal rows do not cancel each other out.
  other.add(a, 1);
  other.add(a, 1);
  EXPECT_FALSE(one == other);
  EXPECT_NE(one.text(), other.text());
}

TEST(CopyChecksum, ASumCarriesIntoItsUpperHalf) {
  Digest sum{0, ~std::uint64_t{0}};
  sum += {0, 2};
  EXPECT_EQ(sum, (Digest{1, 1}));
}

class CopiedBody : public testing::Test {
 protected:
  // As it is stored, with this checksum in place of its own.
  Digest digest(std::string_view bytes, Codec codec, std::int64_t checksum) {
    std::vector<Value> row{text("shop"), integer(7), integer(static_cast<int>(codec)),
                           integer(checksum), text(bytes)};
    return canonical_.digest(table_named("payload"), row);
  }
  Digest digest(const StoredPayload& stored) {
    return digest(stored.bytes, stored.codec, stored.checksum);
  }
  PayloadPacker packer_;
  Canonical canonical_;
};

TEST_F(CopiedBody, IsComparedOpened) {
  const std::string body(5'000, 'x');
  const auto stored = packer_.pack(body);
  ASSERT_EQ(stored.codec, Codec::zstd);
  const auto right = digest(stored);
  EXPECT_EQ(canonical_.unreadable(), 0U);
  EXPECT_NE(right, digest(packer_.pack(body + "x")));
  EXPECT_EQ(right, digest(packer_.pack(body)));
}

TEST_F(CopiedBody, ThatIsDamagedIsAnotherOne) {
  const std::string body = "short, and not compressed";
  const auto stored = packer_.pack(body);
  const auto right = digest(stored);
  std::string flipped(stored.bytes);
  flipped[3] = static_cast<char>(flipped[3] ^ 1);
  const auto damaged = digest(flipped, stored.codec, stored.checksum);
  EXPECT_NE(right, damaged);
  EXPECT_EQ(canonical_.unreadable(), 1U);
  EXPECT_NE(right, digest(stored.bytes, stored.codec, stored.checksum + 1));
  // Damaged in the same way on both sides, it was copied as it is.
  EXPECT_EQ(damaged, digest(flipped, stored.codec, stored.checksum));
}

TEST(CopyTables, HaveTheirKeysFirst) {
  std::set<std::string_view> names;
  for (const auto& table : tables()) {
    EXPECT_TRUE(names.insert(table.name).second) << table.name;
    EXPECT_GE(table.columns.size(), table.key_columns);
    EXPECT_EQ(table.columns.front().kind, Kind::text) << table.name;
  }
}

}  // namespace
}  // namespace tillbridge::journal::copy
