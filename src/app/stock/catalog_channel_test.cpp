#include "app/stock/catalog_channel.h"

#include "app/stock/catalog_rows.h"
#include "app/stock/stock_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using connectors::bloomreach::CatalogColumn;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = Outcome::Kind;

std::vector<CatalogColumn> columns() {
  return {{"store_id", "string", true},
          {"sku", "string", true},
          {"quantity", "number", false},
          {"updated_at", "datetime", false}};
}

class ChannelBench : public test::JournalBench {
 public:
  explicit ChannelBench(std::vector<CatalogColumn> make_with = columns())
      : transport([this](const outbound::HttpRequest& request) {
          bodies.push_back(request.body);
          return bloomreach.answer(request);
        }),
        client(transport, clock, test::bloomreach_config()),
        catalog("store_inventory", std::move(make_with)),
        channel(client, catalog, [this](const std::vector<engine::Parcel>& parcels) {
          for (const auto& one : parcels) doubted.push_back(one.parts.front());
        }) {}

  static std::string row(const std::string& sku, int quantity, const std::string& store = "S1") {
    flows::PublishedLevel level{store, sku, Decimal::of(quantity),
                                from_unix_seconds(1'718'200'000)};
    return row_bytes(level, {});
  }
  engine::Channel::Answer send(std::vector<std::string> rows) {
    std::vector<engine::Parcel> parcels;
    for (std::string& one : rows) {
      parcels.emplace_back();
      parcels.back().parts.push_back(std::move(one));
    }
    return await(channel.send(std::move(parcels), engine::Route::usual));
  }
  static std::vector<Kind> kinds(const engine::Channel::Answer& answer) {
    std::vector<Kind> all;
    for (const auto& one : answer.results) all.push_back(one.outcomes.front().kind);
    return all;
  }
  static std::size_t sent(const engine::Channel::Answer& answer) {
    return static_cast<std::size_t>(std::count_if(answer.results.begin(), answer.results.end(),
                                                  [](const auto& one) { return one.sent; }));
  }
  const json::Object& shown(const std::string& id) {
    return bloomreach.named("store_inventory")->rows.at(id);
  }

  test::BloomreachCatalogs bloomreach;
  std::vector<std::string> bodies, doubted;
  outbound::FakeTransport transport;
  connectors::bloomreach::CatalogClient client;
  NamedCatalog catalog;
  CatalogChannel channel;
};

TEST(CatalogChannel, FindsTheCatalogByItsNameOnce) {
  ChannelBench bench;
  bench.bloomreach.add("other", {});
  bench.bloomreach.add_inventory();
  for (int quantity = 1; quantity <= 3; ++quantity) {
    const auto answer = bench.send({bench.row("CAP", quantity), bench.row("HAT", 7)});
    EXPECT_EQ(answer.call.kind, Kind::delivered) << answer.call.reason;
    EXPECT_THAT(bench.kinds(answer), ElementsAre(Kind::delivered, Kind::delivered));
    EXPECT_EQ(answer.results[0].parts_sent, 1U);
  }
  EXPECT_EQ(bench.bloomreach.calls["K2"], 1);
  EXPECT_EQ(bench.bloomreach.calls["K1"], 0);
  EXPECT_EQ(bench.bloomreach.calls["K10"], 3);
  EXPECT_EQ(bench.shown("S1__CAP").at("quantity").to_number<int>(), 3);
  EXPECT_THAT(bench.bloomreach.catalogs.begin()->second.rows, IsEmpty());
  EXPECT_THAT(bench.doubted, IsEmpty());
}

TEST(CatalogChannel, MakesTheCatalogWhereItIsMissing) {
  ChannelBench bench;
  EXPECT_EQ(bench.send({bench.row("CAP", 5)}).call.kind, Kind::delivered);
  ASSERT_THAT(bench.bloomreach.catalogs, SizeIs(1));
  const auto& made = bench.bloomreach.catalogs.begin()->second;
  EXPECT_EQ(made.name, "store_inventory");
  EXPECT_EQ(made.columns.at("store_id").type, "string");
  EXPECT_TRUE(made.columns.at("store_id").searchable);
  EXPECT_TRUE(made.columns.at("sku").searchable);
  EXPECT_EQ(made.columns.at("quantity").type, "number");
  EXPECT_EQ(made.columns.at("updated_at").type, "datetime");
  EXPECT_THAT(bench.bodies[1], HasSubstr(R"("is_product_catalog":false)"));
  EXPECT_EQ(bench.send({bench.row("CAP", 6)}).call.kind, Kind::delivered);
  EXPECT_EQ(bench.bloomreach.calls["K1"], 1);
  EXPECT_EQ(bench.shown("S1__CAP").at("quantity").to_number<int>(), 6);
}

TEST(CatalogChannel, SaysWhatToDoWhereItMayNotBeMade) {
  ChannelBench bench({});
  const auto answer = bench.send({bench.row("CAP", 5), bench.row("HAT", 5)});
  EXPECT_EQ(answer.call.kind, Kind::transient);
  EXPECT_TRUE(answer.call.connection_at_fault);
  EXPECT_THAT(answer.call.reason,
              AllOf(HasSubstr("no catalog store_inventory"), HasSubstr("make it"),
                    HasSubstr("[workspace.stock.bloomreach]")));
  EXPECT_THAT(bench.kinds(answer), Each(Kind::transient));
  EXPECT_EQ(bench.bloomreach.calls["K10"], 0);
  bench.bloomreach.add_inventory();
  EXPECT_EQ(bench.send({bench.row("CAP", 5)}).call.kind, Kind::delivered) << "somebody made it";
}

TEST(CatalogChannel, TroubleOfTheSearchIsNoDoubtAboutTheRows) {
  ChannelBench bench;
  bench.bloomreach.instead["K1"].push_back(test::no_answer());
  const auto answer = bench.send({bench.row("CAP", 5)});
  EXPECT_EQ(answer.call.kind, Kind::transient);
  EXPECT_THAT(bench.kinds(answer), ElementsAre(Kind::transient));
  EXPECT_THAT(bench.doubted, IsEmpty());
  EXPECT_EQ(bench.bloomreach.calls["K10"], 0);
  EXPECT_EQ(bench.send({bench.row("CAP", 5)}).call.kind, Kind::delivered);
  EXPECT_EQ(bench.bloomreach.calls["K2"], 2) << "it may have been made: it is looked up first";
}

TEST(CatalogChannel, RowsThatDoNotFitWait) {
  ChannelBench bench;
  bench.bloomreach.add_inventory();
  std::vector<std::string> rows;
  for (int i = 0; i < 5'003; ++i) rows.push_back(bench.row(fmt::format("SKU-{}", i), i));
  const auto many = bench.send(rows);
  EXPECT_EQ(many.call.kind, Kind::delivered) << many.call.reason;
  EXPECT_EQ(bench.sent(many), 5'000U);
  EXPECT_TRUE(many.results[4'999].sent);
  EXPECT_FALSE(many.results[5'000].sent);
  EXPECT_FALSE(many.results[5'002].sent);

  const std::string large(3'000'000, 'x');
  const auto heavy =
      bench.send({bench.row("A" + large, 1), bench.row("B" + large, 1), bench.row("CAP", 9)});
  EXPECT_EQ(heavy.call.kind, Kind::delivered) << heavy.call.reason;
  EXPECT_TRUE(heavy.results[0].sent);
  EXPECT_FALSE(heavy.results[1].sent);
  EXPECT_FALSE(heavy.results[2].sent) << "in their order: a lane's rows are not passed";
  EXPECT_LE(bench.bodies.back().size(), 10'000'000U);
}

TEST(CatalogChannel, ARefusedRowIsTheOnlyOneThatIsRejected) {
  ChannelBench bench;
  bench.bloomreach.add_inventory();
  std::string faulty = bench.row("HAT", 5);
  faulty.replace(faulty.find("S1__HAT"), 7, "S1/_HAT");
  const auto answer = bench.send({bench.row("CAP", 5), faulty, bench.row("TIE", 5)});
  EXPECT_EQ(answer.call.kind, Kind::delivered);
  EXPECT_THAT(bench.kinds(answer), ElementsAre(Kind::delivered, Kind::rejected, Kind::delivered));
  EXPECT_THAT(answer.results[1].outcomes.front().reason, HasSubstr("Malformed item id"));
  EXPECT_EQ(bench.shown("S1__TIE").at("quantity").to_number<int>(), 5);
}

TEST(CatalogChannel, AColumnThatAllRowsLackIsTheConnectionsFault) {
  ChannelBench bench;
  bench.bloomreach.add_inventory().columns.erase("updated_at");
  const auto answer = bench.send({bench.row("CAP", 5), bench.row("HAT", 5)});
  EXPECT_EQ(answer.call.kind, Kind::transient);
  EXPECT_TRUE(answer.call.connection_at_fault);
  EXPECT_THAT(answer.call.reason, AllOf(HasSubstr("updated_at"), HasSubstr("Add what is missing")));
  EXPECT_THAT(bench.kinds(answer), Each(Kind::transient));
}

TEST(CatalogChannel, NoAnswerIsTold) {
  ChannelBench bench;
  bench.bloomreach.add_inventory();
  bench.bloomreach.instead["K10"].push_back(test::no_answer());
  const auto answer = bench.send({bench.row("CAP", 5), bench.row("HAT", 6)});
  EXPECT_EQ(answer.call.kind, Kind::ambiguous);
  EXPECT_THAT(bench.kinds(answer), Each(Kind::ambiguous));
  EXPECT_THAT(bench.doubted, ElementsAre(bench.row("CAP", 5), bench.row("HAT", 6)));
}

TEST(CatalogChannel, AnAnswerThatDoesNotSayWhatBecameOfTheRowsIsDoubt) {
  ChannelBench bench;
  bench.bloomreach.add_inventory();
  bench.bloomreach.instead["K10"].push_back(
      test::answer_of(json::Array{json::Object{{"success", true}}}));
  EXPECT_THAT(bench.kinds(bench.send({bench.row("CAP", 5), bench.row("HAT", 6)})),
              Each(Kind::ambiguous));
  EXPECT_THAT(bench.doubted, SizeIs(2));
}

TEST(CatalogChannel, TroubleAndPacingAreNoDoubt) {
  ChannelBench bench;
  bench.bloomreach.add_inventory();
  auto slower = test::answer_of(json::Object{}, 429);
  slower.headers.emplace_back("retry-after", "3");
  bench.bloomreach.instead["K10"].push_back(slower);
  const auto paced = bench.send({bench.row("CAP", 5)});
  EXPECT_EQ(paced.call.kind, Kind::throttled);
  EXPECT_EQ(paced.call.retry_after, std::chrono::seconds{3});
  bench.bloomreach.instead["K10"].push_back(test::answer_of(json::Object{}, 503));
  EXPECT_EQ(bench.send({bench.row("CAP", 5)}).call.kind, Kind::transient);
  EXPECT_THAT(bench.doubted, IsEmpty());
}

TEST(CatalogChannel, ACatalogThatIsGoneIsLookedUpAgain) {
  ChannelBench bench;
  bench.bloomreach.add_inventory();
  EXPECT_EQ(bench.send({bench.row("CAP", 5)}).call.kind, Kind::delivered);
  bench.bloomreach.catalogs.clear();
  bench.bloomreach.add_inventory();  // removed by a person and made anew: another id
  const auto gone = bench.send({bench.row("CAP", 6)});
  EXPECT_EQ(gone.call.kind, Kind::transient);
  EXPECT_TRUE(gone.call.connection_at_fault);
  EXPECT_EQ(bench.send({bench.row("CAP", 6)}).call.kind, Kind::delivered);
  EXPECT_EQ(bench.bloomreach.calls["K2"], 2);
  EXPECT_EQ(bench.shown("S1__CAP").at("quantity").to_number<int>(), 6);
}

}  // namespace
}  // namespace tillbridge::app
