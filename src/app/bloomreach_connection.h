#pragma once
// A workspace's Bloomreach project. Core thread.

#include <functional>
#include <optional>

#include "app/bloomreach_source.h"
#include "app/stock/catalog_channel.h"
#include "app/target_connection.h"

namespace tillbridge::app {

class BloomreachConnection final : public TargetConnection {
 public:
  BloomreachConnection(Surroundings on, const Workspace& workspace, engine::LagBoard& lag);

  connectors::bloomreach::CustomerClient& customers() { return customers_; }
  BloomreachSource& source() { return source_; }  // the tills' customer register, where it is

  // The catalogs that stock is written to; only where [workspace.stock] is on.
  struct Stock {
    connectors::bloomreach::CatalogClient client;
    ReadGate reads;
    NamedCatalog inventory;
    std::optional<NamedCatalog> variants;
    // Told of rows that got no answer and may be applied late.
    std::function<void(const std::vector<engine::Parcel>&)> no_answer = {};
  };
  Stock* stock() { return stock_.get(); }
  // False in shadow mode and while it or the flow of levels is paused: nothing may be written to
  // the catalogs then.
  bool sends() const;
  bool carries(const std::string& flow) const override;
  std::vector<std::string> flows() const override;
  // Also true while it is not known yet, at the start.
  bool has_waiting(const std::string& flow, const std::string& lane);

 private:
  void carry_stock(Surroundings on, const Workspace& workspace, engine::LagBoard& lag);

  connectors::bloomreach::CustomerClient customers_;
  ReadGate reads_;
  BloomreachSource source_;
  std::unique_ptr<Stock> stock_;
};

}  // namespace tillbridge::app
