#include "app/lag_watch.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(LagWatch, OpensACaseWhenAFlowFallsBehindAndClosesItWhenItHasCaughtUp) {
  test::JournalBench bench;
  outbound::FakeTransport transport(
      [](const outbound::HttpRequest&) -> Result<outbound::HttpAnswer> {
        return fail(Error::Kind::retry, "nobody is called here");
      });
  engine::LagBoard board{engine::LagSettings{}};
  const Surroundings on{bench.loop, bench.clock,   bench.journal,
                        bench.ids,  bench.metrics, transport};
  LagWatch watch(on, test::workspace_name, board);
  const auto look = [&] {
    bench.await([](LagWatch& watch) -> Task<bool> {
      co_await watch.look();
      co_return true;
    }(watch));
  };
  const auto oslo = board.series("klaviyo", "sale_to_klaviyo", "OSL");
  const Instant rung_up = bench.clock.now();
  board.waiting(oslo, rung_up);
  look();
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  EXPECT_EQ(watch.status().size(), 1U);

  bench.clock.advance(minutes{16});
  look();
  EXPECT_THAT(bench.open_cases(), IsEmpty()) << "not sustained yet";
  bench.clock.advance(minutes{1});
  look();
  const auto raised = bench.open_cases();
  ASSERT_THAT(raised, SizeIs(1));
  EXPECT_EQ(raised[0].type, "lag_high");
  EXPECT_THAT(raised[0].reason, HasSubstr("worst in store OSL"));
  look();
  EXPECT_THAT(bench.open_cases(), SizeIs(1)) << "one case, however long it lasts";

  board.accepted(oslo, rung_up, bench.clock.now());
  look();
  bench.clock.advance(minutes{1});
  look();
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

}  // namespace
}  // namespace tillbridge::app
