// A catalog of stores x SKUs stays quick. The bounds are wide: a table that is walked or sorted
// anew for each row misses them by far, and they hold for checked builds too.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bloomreach/test_catalogs.h"

namespace sandbox::bloomreach {
namespace {

using std::chrono::milliseconds;
using tillbridge::SystemClock;

class CatalogScale : public test::CatalogTest {
 protected:
  static constexpr int stores = 8, skus = 20'000;

  template <typename Work>
  static milliseconds took(Work work) {
    const SystemClock real;
    const auto before = real.tick();
    work();
    return std::chrono::duration_cast<milliseconds>(real.tick() - before);
  }
  void fill() {
    Catalog& catalog = *simulator.catalogs().named("store_inventory");
    for (int store = 0; store < stores; ++store) {
      for (int sku = 0; sku < skus; ++sku) {
        boost::json::object row;
        row["store_id"] = fmt::format("S{:03}", store);
        row["sku"] = fmt::format("SKU-{:06}", sku);
        row["quantity"] = sku % 50;
        row["updated_at"] = 1'767'225'600 + sku;
        catalog.put_now(fmt::format("S{:03}__SKU-{:06}", store, sku), row);
      }
    }
    EXPECT_EQ(catalog.listing().size(), std::size_t{stores * skus});
  }
};

TEST_F(CatalogScale, ManyRows) {
  change(R"({"catalog_listing_max":0})");
  const auto filling = took([this] { fill(); });
  EXPECT_LT(filling, milliseconds{15'000});
  const auto paging = took([this] {
    const auto page = listed("skip=150000&count=1000");
    EXPECT_EQ(page.at("data").as_array().front().at("item_id"), "S007__SKU-010000");
    EXPECT_EQ(page.at("data").as_array().size(), 1000U);
  });
  EXPECT_LT(paging, milliseconds{500});
  std::string rows = "[";
  for (int i = 0; i < 5000; ++i)
    rows += fmt::format(R"({}{{"item_id":"S{:03}__SKU-{:06}","upsert":true,"properties":{{
        "store_id":"S{:03}","sku":"SKU-{:06}","quantity":{},"updated_at":1767225600}}}})",
                        i > 0 ? "," : "", i % stores, i, i % stores, i, i + 1000);
  rows += "]";
  const auto updating = took([&] { EXPECT_EQ(partial(rows).status, 200); });
  EXPECT_LT(updating, milliseconds{2'000});
  EXPECT_EQ(json(row("S007__SKU-000079")).at("quantity"), 1079);
  const auto searching =
      took([this] { EXPECT_EQ(listed("query=SKU-000079&field=sku").at("matched"), stores); });
  EXPECT_LT(searching, milliseconds{1'000});
}

}  // namespace
}  // namespace sandbox::bloomreach
