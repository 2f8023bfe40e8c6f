#pragma once
// The account's furniture: stores in three countries, their warehouses and registers, staff, reason
// codes, product groups and the assortment (contract 7, 8, 13.1). Made from a seed, fixed
// afterwards. Plain data; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox::sitoo {

struct Product {
  int id = 0;
  std::string sku, title, attributes, barcode;
  int group = 2;               // vatid
  int vat_percent = 25;        // of the group
  std::int64_t price_sek = 0;  // incl. VAT, minor units

  // Shelf price incl. VAT in another market's minor units.
  std::int64_t price_in(std::string_view currency) const;
};

struct ProductGroup {
  int id = 0;
  int vat_percent = 0;
  std::string name;
};

struct Staff {
  std::string user_id;      // "{GUID}"
  std::string external_id;  // "E17"
  std::string name;
};

struct Register {
  std::string id;   // "{GUID}"
  std::string key;  // first part of the receipt ids
  int number = 0;
  std::size_t store = 0;  // index
  int warehouse_id = 0;
  std::int64_t receipts = 10'000;
};

struct Store {
  int id = 0;
  std::string external_id, name, city, zone, currency, country, phone_prefix;
  int fifo_warehouse = 0, virtual_warehouse = 0;
  std::vector<std::size_t> registers;  // indexes
  std::vector<Staff> staff;
};

struct Warehouse {
  int id = 0;
  int type = 10;  // 10 FIFO, 20 Virtual
  int use_type = 10;
  std::optional<std::size_t> store;  // index; absent: it belongs to none
  bool sellable = true;
  std::string name, external_id;
};

struct ReasonCode {
  int id = 0;
  int type = 10;
  std::string code, title;
};

struct Masterdata {
  std::vector<Store> stores;
  std::vector<Register> registers;
  std::vector<Warehouse> warehouses;
  std::vector<ProductGroup> groups;
  std::vector<ReasonCode> reasons;
  std::vector<Product> products;
  std::vector<std::uint32_t> products_by_sku;  // indexes
  // The last ones lie in the first store's Virtual warehouse and not in its FIFO warehouse.
  std::size_t products_online = 0;

  std::optional<std::uint32_t> product_index(std::string_view sku) const;
  const Product* find_product(std::string_view sku) const;  // nullptr: not in the assortment
  const Warehouse* find_warehouse(int id) const;
};

struct MasterdataSettings {
  std::size_t stores = 12;
  std::size_t products = 500;
  std::uint64_t seed = 1;
  int account_id = 1500;
  // The externalid ("" is one) of a sellable warehouse that belongs to no store; absent: none.
  std::optional<std::string> unmapped_warehouse = std::nullopt;
};
Masterdata make_masterdata(const MasterdataSettings& settings);

}  // namespace sandbox::sitoo
