#include "crm/customer_index.h"

#include "crm/desk_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

using for_tests::DeskBench;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

IndexEntry person(const std::string& id, const std::string& email, model::TextList phones) {
  IndexEntry entry;
  entry.customer.customer_id = id;
  entry.customer.email = email;
  entry.customer.phones = std::move(phones);
  entry.handles = {{"bloomreach", "hard-" + id}};
  return entry;
}

class CustomerIndexTest : public testing::Test {
 protected:
  void put(const std::optional<IndexEntry>& before, const IndexEntry& after) {
    bench.remember(bench.await(bench.index().changes(before, after)).value());
  }
  std::vector<std::string> found(KeyType type, const std::string& value) {
    std::vector<std::string> ids;
    for (const IndexEntry& entry : bench.known(type, value))
      ids.push_back(entry.customer.customer_id);
    return ids;
  }

  DeskBench bench;
};

TEST_F(CustomerIndexTest, FindsByEveryKey) {
  const IndexEntry vera = person("c-1", "vera@example.org", {"+46700000001", "+46700000002"});
  put(std::nullopt, vera);
  EXPECT_THAT(bench.known(KeyType::customer_id, "c-1"), ElementsAre(vera));
  EXPECT_THAT(found(KeyType::email, "vera@example.org"), ElementsAre("c-1"));
  EXPECT_THAT(found(KeyType::phone, "+46700000002"), ElementsAre("c-1"));
  EXPECT_EQ(bench.await(bench.index().by_handle("bloomreach", "hard-c-1")).value(), vera);
  EXPECT_EQ(bench.await(bench.index().by_handle("klaviyo", "hard-c-1")).value(), std::nullopt);
  EXPECT_THAT(found(KeyType::member_number, "1"), IsEmpty());
  EXPECT_EQ(bench.await(bench.index().get("c-9")).value(), std::nullopt);
}

TEST_F(CustomerIndexTest, LinksFollowWhatChanges) {
  const IndexEntry vera = person("c-1", "vera@example.org", {"+46700000001"});
  put(std::nullopt, vera);
  IndexEntry after = vera;
  after.customer.email = "vera@new.example.org";
  after.customer.phones = {"+46700000003", "+46700000001"};
  put(vera, after);
  EXPECT_THAT(found(KeyType::email, "vera@example.org"), IsEmpty());
  EXPECT_EQ(bench.fact(index_shelf, "email/vera@example.org"), std::nullopt);
  EXPECT_THAT(found(KeyType::email, "vera@new.example.org"), ElementsAre("c-1"));
  EXPECT_THAT(found(KeyType::phone, "+46700000003"), ElementsAre("c-1"));
  EXPECT_THAT(found(KeyType::phone, "+46700000001"), ElementsAre("c-1"));
}

TEST_F(CustomerIndexTest, NoChangeIsNoFact) {
  const IndexEntry vera = person("c-1", "vera@example.org", {"+46700000001"});
  put(std::nullopt, vera);
  EXPECT_THAT(bench.await(bench.index().changes(vera, vera)).value(), IsEmpty());
  IndexEntry named = vera;
  named.customer.first_name = "Vera";
  EXPECT_THAT(bench.await(bench.index().changes(vera, named)).value(), SizeIs(1))
      << "links that stay are not written again";
}

TEST_F(CustomerIndexTest, APhoneMayBeAFamilys) {
  const IndexEntry vera = person("c-1", "vera@example.org", {"+46700000001"});
  put(std::nullopt, vera);
  put(std::nullopt, person("c-2", "otto@example.org", {"+46700000001"}));
  EXPECT_THAT(found(KeyType::phone, "+46700000001"), ElementsAre("c-1", "c-2"));
  IndexEntry moved = vera;
  moved.customer.phones = {"+46700000009"};
  put(vera, moved);
  EXPECT_THAT(found(KeyType::phone, "+46700000001"), ElementsAre("c-2"));
}

TEST_F(CustomerIndexTest, WhoWasMergedIsFollowed) {
  IndexEntry from = person("c-1", "old@example.org", {"+46700000001"});
  put(std::nullopt, from);
  put(std::nullopt, person("c-2", "vera@example.org", {"+46700000001"}));
  IndexEntry gone = from;
  gone.merged_into = "c-2";
  put(from, gone);
  EXPECT_THAT(found(KeyType::customer_id, "c-1"), ElementsAre("c-2"));
  EXPECT_THAT(found(KeyType::email, "old@example.org"), ElementsAre("c-2"));
  EXPECT_THAT(found(KeyType::phone, "+46700000001"), ElementsAre("c-2")) << "once";
}

TEST_F(CustomerIndexTest, ACircleOfMergesEnds) {
  IndexEntry one = person("c-1", "one@example.org", {});
  one.merged_into = "c-2";
  IndexEntry two = person("c-2", "two@example.org", {});
  two.merged_into = "c-1";
  put(std::nullopt, one);
  put(std::nullopt, two);
  EXPECT_THAT(found(KeyType::email, "one@example.org"), IsEmpty());
}

}  // namespace
}  // namespace tillbridge::crm
