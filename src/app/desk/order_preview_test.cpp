// What a preview says against what was really sent.

#include "app/desk/order_preview.h"

#include "app/desk/desk_bench_for_tests.h"
#include "connectors/bloomreach/commands.h"
#include "connectors/klaviyo/documents.h"

namespace tillbridge::app {
namespace {

using test::DeskBench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Result<Preview> preview(DeskBench& bench, const Workspace& settings, RecordId record) {
  OrderPreview made(bench.journal, settings);
  return bench.await(made.preview(record));
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

class OrderPreviewTest : public testing::Test {
 public:
  OrderPreviewTest() : bench(DeskBench::two_platforms()) {}
  void sell(int order) {
    bench.sitoo.sale(order)["email"] = "vera@kund.se";
    bench.sell(order);
  }
  Preview now(int order, const Workspace& settings = DeskBench::two_platforms()) {
    auto made = preview(bench, settings, bench.record(order));
    EXPECT_TRUE(made) << made.error().what;
    return std::move(*made);
  }
  DeskBench bench;
};

TEST_F(OrderPreviewTest, WithUnchangedSettingsIsByteForByteWhatWasSent) {
  sell(20417);
  const journal::Counts before = bench.counts();
  const Preview made = now(20417);
  ASSERT_THAT(made.deliveries, SizeIs(3));
  EXPECT_TRUE(made.same());

  const PreviewedDelivery* sale = made.planned("bloomreach", "sale/20417");
  ASSERT_TRUE(sale);
  std::vector<connectors::bloomreach::Command> commands;
  for (std::size_t at = 0; at < sale->now.size(); ++at)
    commands.push_back({fmt::format("{}.{}", sale->stored->value, at), sale->now[at]});
  EXPECT_THAT(bench.bodies, ElementsAre(connectors::bloomreach::batch_body(commands)));

  const PreviewedDelivery* events = made.planned("klaviyo", "sale/20417");
  ASSERT_TRUE(events);
  EXPECT_THAT(events->now, SizeIs(3));
  for (const std::string& part : events->now)
    EXPECT_THAT(bench.klaviyo.bodies, Contains(connectors::klaviyo::event_body(part).value()));
  const PreviewedDelivery* profile = made.planned("klaviyo", "profile/20417");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->now, bench.row("klaviyo", 20417, "profile").parts);
  EXPECT_THAT(made.notes, ElementsAre("bloomreach: sale", "klaviyo: sale"));

  const journal::Counts after = bench.counts();
  EXPECT_EQ(after.deliveries, before.deliveries);
  EXPECT_EQ(after.records, before.records);
  EXPECT_EQ(bench.journey("20417")->record.version, 1U) << "it writes nothing";
}

TEST_F(OrderPreviewTest, AChangedMappingShowsInExactlyTheFieldItIsAbout) {
  sell(20417);
  Workspace candidate = DeskBench::two_platforms();
  candidate.bloomreach_flows.names["customer.first_name"] = "fornamn";
  const Preview made = now(20417, candidate);
  EXPECT_FALSE(made.same());
  const PreviewedDelivery* sale = made.planned("bloomreach", "sale/20417");
  ASSERT_TRUE(sale);
  std::vector<std::string> expected = sale->sent;
  expected.front() = replaced(expected.front(), R"("first_name")", R"("fornamn")");
  EXPECT_EQ(sale->now, expected);
  EXPECT_TRUE(made.planned("klaviyo", "sale/20417")->same());
  EXPECT_TRUE(made.planned("klaviyo", "profile/20417")->same());

  const json::Object json = to_json(made);
  const json::Object& first = json.at("deliveries").as_array().front().as_object();
  EXPECT_EQ(json::text(first, "connection"), "bloomreach");
  EXPECT_EQ(json::boolean(first, "same"), false);
  EXPECT_EQ(json::array(first, "sent")->size(), 4U);
  EXPECT_EQ(json::array(first, "now")->size(), 4U);
}

// The person has bought since: nothing of the old order is news about her.
TEST_F(OrderPreviewTest, OfAnOlderOrderSaysWhatIsNotPlannedAnyMore) {
  sell(1);
  sell(2);
  const Preview made = now(1);
  EXPECT_EQ(made.planned("klaviyo", "profile/1"), nullptr);
  ASSERT_THAT(made.deliveries, SizeIs(3));
  EXPECT_EQ(made.deliveries.back().effect, "profile/1");
  EXPECT_THAT(made.deliveries.back().now, IsEmpty());
  EXPECT_THAT(made.notes, Contains("klaviyo: profile/1 would not be planned now"));
  EXPECT_TRUE(made.planned("bloomreach", "sale/1")->same());
}

TEST_F(OrderPreviewTest, OfAnAttributedOrderIsAttributedAsWell) {
  bench.sitoo.sale(1)["additionaldata"] = json::Object{};
  bench.sitoo.orders[1]["email"] = "";
  bench.sell(1);
  EXPECT_THAT(now(1).deliveries, IsEmpty());
  EXPECT_THAT(now(1).notes, Contains(HasSubstr("bloomreach: not sent: a guest")));
  ASSERT_TRUE(bench.await(bench.acts.attribute("", bench.record(1), "vera@kund.se", "anna")));
  bench.settle();
  const Preview made = now(1);
  ASSERT_TRUE(made.planned("klaviyo", "sale/1"));
  EXPECT_TRUE(made.planned("klaviyo", "sale/1")->same());
  EXPECT_THAT(made.planned("klaviyo", "sale/1")->now.front(), HasSubstr(R"("backfill":true)"));
}

TEST_F(OrderPreviewTest, OfAGuestsReturnLooksUpItsOriginal) {
  sell(20417);
  bench.sitoo.guest_return(20533);
  bench.sell(20533);
  EXPECT_TRUE(now(20533).planned("bloomreach", "return/20533")->same());
  EXPECT_TRUE(now(20533).planned("klaviyo", "return/20533")->same());

  DeskBench other;
  other.sitoo.guest_return(20533);
  other.sell(20533);
  const auto without = preview(other, DeskBench::bloomreach_shop(), other.record(20533));
  ASSERT_TRUE(without);
  EXPECT_THAT(without->notes, Contains(HasSubstr("order/20417, is not here")));
}

TEST_F(OrderPreviewTest, SaysWhyNothingIsSent) {
  sell(1);
  Workspace candidate = DeskBench::two_platforms();
  candidate.sitoo.stores = {"OSL-1"};
  const Preview made = now(1, candidate);
  EXPECT_THAT(made.notes, Contains("not sent: store STO-01 feeds another workspace"));
  EXPECT_THAT(made.deliveries, SizeIs(3));
  for (const PreviewedDelivery& one : made.deliveries) EXPECT_THAT(one.now, IsEmpty());

  Workspace shadow = DeskBench::two_platforms();
  shadow.klaviyo_mode = Mode::shadow;
  EXPECT_THAT(now(1, shadow).notes, Contains("klaviyo: shadow mode: planned, not sent"));
}

TEST_F(OrderPreviewTest, RefusesWhatIsNotPlannedFromADocument) {
  EXPECT_EQ(preview(bench, DeskBench::two_platforms(), RecordId{4711}).error().kind,
            Error::Kind::not_found);
  journal::PutRecord put;
  put.id = bench.ids.next<RecordId>();
  put.workspace = test::workspace_name;
  put.kind = "consent";
  put.key = "consent/1";
  put.payload = "{}";
  journal::Step step;
  step.records.push_back(put);
  bench.commit(std::move(step));
  EXPECT_EQ(preview(bench, DeskBench::two_platforms(), put.id).error().kind, Error::Kind::rejected);
  sell(1);
  Workspace elsewhere = DeskBench::two_platforms();
  elsewhere.name = "mars";
  EXPECT_EQ(preview(bench, elsewhere, bench.record(1)).error().kind, Error::Kind::not_found);
}

}  // namespace
}  // namespace tillbridge::app
