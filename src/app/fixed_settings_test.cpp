#include "app/fixed_settings.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

Workspace shop(const std::string& metric, const std::string& prefix = "sitoo:") {
  Workspace made;
  made.name = test::workspace_name;
  made.klaviyo_connected = true;
  made.klaviyo_flows.cancelled_metric = metric;
  made.klaviyo_flows.id_prefix = prefix;
  return made;
}

TEST(FixedSettings, WhatWasUsedFirstStays) {
  test::JournalBench bench;
  const auto hold = [&](const Workspace& workspace) {
    return bench.await(hold_fixed_settings(workspace, bench.journal, bench.clock));
  };
  EXPECT_TRUE(hold(shop("")));
  EXPECT_TRUE(hold(shop("Canceled Order"))) << "chosen later";
  EXPECT_TRUE(hold(shop("Canceled Order")));
  EXPECT_TRUE(hold(shop(""))) << "not sent any more";
  const auto renamed = hold(shop("Cancelled Order"));
  ASSERT_FALSE(renamed);
  EXPECT_THAT(renamed.error().what, testing::HasSubstr("'Canceled Order'"));
  EXPECT_FALSE(hold(shop("Canceled Order", "till:")));
  Workspace without = shop("Cancelled Order");
  without.klaviyo_connected = false;
  EXPECT_TRUE(hold(without));
}

}  // namespace
}  // namespace tillbridge::app
