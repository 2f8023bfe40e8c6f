#pragma once
// Sends rows of one Bloomreach catalog: finds the catalog by its name, makes it where that is
// wanted and it is missing, and fits rows into calls. Core thread.

#include <functional>
#include <string>
#include <vector>

#include "connectors/bloomreach/catalog_client.h"
#include "engine/courier.h"

namespace tillbridge::app {

// The id of a catalog, asked for once.
class NamedCatalog {
 public:
  NamedCatalog(std::string name, std::vector<connectors::bloomreach::CatalogColumn> make_with)
      : name_(std::move(name)), make_with_(std::move(make_with)) {}

  struct Found {
    Outcome outcome;  // delivered: id is there
    std::string id;
  };
  // The client outlives the search. may_make: it is made where that is wanted; else a catalog that
  // is not there is the outcome. Whatever goes wrong is the connection's fault, never a row's.
  Task<Found> find(connectors::bloomreach::CatalogClient& client, bool may_make);
  void forget() { id_.clear(); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::vector<connectors::bloomreach::CatalogColumn> make_with_;  // empty: never made here
  std::string id_;
};

class CatalogChannel final : public engine::Channel {
 public:
  // no_answer: these deliveries may be applied late, after newer ones.
  CatalogChannel(connectors::bloomreach::CatalogClient& client, NamedCatalog& catalog,
                 std::function<void(const std::vector<engine::Parcel>&)> no_answer);
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  connectors::bloomreach::CatalogClient& client_;
  NamedCatalog& catalog_;
  std::function<void(const std::vector<engine::Parcel>&)> no_answer_;
  std::size_t rows_max_;  // smaller after a call was refused as a whole, until one is taken
};

}  // namespace tillbridge::app
