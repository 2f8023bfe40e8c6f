#pragma once
// Takes in what was observed about stock: SKU by SKU the record learns it and the rows that follow
// are planned, all of a batch in one step (docs/flows/stock.md). One batch at a time per workspace.
// Core thread.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/stock/pending_movements.h"
#include "app/stock/stock_settings.h"
#include "app/surroundings.h"
#include "base/turns.h"
#include "model/sku_stock.h"

namespace tillbridge::app {

struct ReadLevel {
  model::StockLevel level;
  model::ReadMoment moment;
};

// All that is new about one SKU.
struct SkuObservation {
  SkuMovements moved;  // newest may be empty
  std::vector<ReadLevel> read;
  std::vector<std::string> send_again;  // places (sums: "") whose row is sent as it is
};

struct TakenIn {
  std::size_t changed = 0;     // levels
  std::size_t deliveries = 0;  // planned
  // What has to be read at the source before it can be told what holds.
  struct ReadAgain {
    std::string warehouse, sku;
    std::int64_t movement = 0;  // that could not be taken in, 0 none
    friend bool operator==(const ReadAgain&, const ReadAgain&) = default;
  };
  std::vector<ReadAgain> read_again;
  // Where a read told something that no movement had: how it was known before.
  struct Missed {
    std::string warehouse, sku;
    Decimal before, after;
    Instant changed_at;
  };
  std::vector<Missed> missed;
};

class StockPlanning {
 public:
  struct Settings {
    std::string workspace;
    std::uint32_t settings_version = 0;
    StockSettings stock;
    bool bloomreach = false;  // connected
    bool shadow = false;
  };
  using Deliver = std::function<void(const journal::AddDelivery&, const std::string& place)>;

  StockPlanning(Surroundings on, Turns& turns, Settings settings, Deliver deliver);

  void set_places(flows::StockPlaces places) { places_ = std::move(places); }
  const flows::StockPlaces& places() const { return places_; }
  // From now on all levels of a SKU are known, and sums are published.
  void set_loaded() { loaded_ = true; }
  bool loaded() const { return loaded_; }

  struct How {
    bool publish = true;                                      // false: only learn
    std::optional<journal::SetCursor> cursor = std::nullopt;  // stored with the batch
  };
  // Everything or nothing is stored. unavailable: try again later.
  Task<Result<TakenIn>> take_in(std::vector<SkuObservation> batch, How how);

  // The records as they are; nullopt where there is none.
  struct Known {
    model::SkuStock stock;
    Instant changed_at;  // ours
  };
  Task<Result<std::vector<std::optional<Known>>>> known(std::vector<std::string> skus);

  std::optional<flows::PublishedLevel> expected(const model::SkuStock& stock,
                                                const std::string& place) const;
  bool busy() const { return busy_ > 0; }

 private:
  struct Batch {
    journal::Step step;
    std::vector<std::pair<journal::AddDelivery, std::string>> deliveries;
    TakenIn taken;
  };
  void take_in_one(const SkuObservation& observed, const std::optional<journal::RecordRow>& row,
                   const How& how, Batch& batch);
  bool learn(const SkuObservation& observed, model::SkuStock& stock, TakenIn& taken) const;
  journal::AddDelivery delivery_of(const flows::StockPlan& plan, RecordId record) const;

  Surroundings on_;
  Turns& turns_;
  Settings settings_;
  Deliver deliver_;
  flows::StockPlaces places_;
  bool loaded_ = false;
  int busy_ = 0;
  telemetry::Counter changes_, rows_;
};

}  // namespace tillbridge::app
