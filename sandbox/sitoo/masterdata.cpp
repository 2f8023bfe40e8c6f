#include "sitoo/masterdata.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/entropy.h"

namespace sandbox::sitoo {

using tillbridge::Entropy;

namespace {

struct Market {
  std::string_view zone, currency, country, phone_prefix;
  std::array<std::string_view, 6> cities;
};
constexpr std::array markets = {
    Market{"Europe/Stockholm",
           "SEK",
           "se",
           "+4670",
           {"Stockholm Drottninggatan", "Göteborg Nordstan", "Malmö Triangeln", "Uppsala Svava",
            "Västerås City", "Örebro Krämaren"}},
    Market{"Europe/Oslo",
           "NOK",
           "no",
           "+479",
           {"Oslo Karl Johan", "Bergen Xhibition", "Trondheim Solsiden", "Tromsø Storgata",
            "Stavanger Arkaden", "Bodø Glasshuset"}},
    Market{"Europe/Helsinki",
           "EUR",
           "fi",
           "+35840",
           {"Helsinki Kamppi", "Tampere Ratina", "Turku Hansa", "Jyväskylä Forum", "Oulu Valkea",
            "Hämeenlinna Goodman"}}};

constexpr std::array staff_names = {"Maja Ek",      "Åke Sjöberg",   "Ingrid Dahl", "Bjørn Haugen",
                                    "Aino Mäkelä",  "Eero Niemi",    "Sara Nyman",  "Nils Berg",
                                    "Siri Solberg", "Tuuli Lehtonen"};

struct Garment {
  std::string_view title, code;
  std::int64_t price_krona;
  int group;
};
// Group 2: 25 %, group 3: 12 % (food in the café corner), group 4: 6 % (books).
constexpr std::array garments = {Garment{"Tee", "TEE", 249, 2},
                                 Garment{"Cap", "CAP", 349, 2},
                                 Garment{"Linen shirt", "LSH", 699, 2},
                                 Garment{"Oxford shirt", "OSH", 799, 2},
                                 Garment{"Slim jeans", "SJE", 999, 2},
                                 Garment{"Chinos", "CHI", 899, 2},
                                 Garment{"Wool coat", "WCO", 2999, 2},
                                 Garment{"Rain jacket", "RJA", 1799, 2},
                                 Garment{"Knit jumper", "KNI", 1099, 2},
                                 Garment{"Cardigan", "CAR", 999, 2},
                                 Garment{"Midi skirt", "MSK", 749, 2},
                                 Garment{"Summer dress", "SDR", 1199, 2},
                                 Garment{"Hoodie", "HOO", 799, 2},
                                 Garment{"Socks 3-pack", "SOC", 129, 2},
                                 Garment{"Leather belt", "BEL", 499, 2},
                                 Garment{"Scarf", "SCA", 399, 2},
                                 Garment{"Sneakers", "SNE", 1299, 2},
                                 Garment{"Ankle boots", "ABO", 1899, 2},
                                 Garment{"Swimsuit", "SWI", 649, 2},
                                 Garment{"Beanie", "BEA", 299, 2},
                                 Garment{"Style magazine", "MAG", 89, 4},
                                 Garment{"Knitting book", "BOK", 279, 4},
                                 Garment{"Sparkling water", "WAT", 29, 3},
                                 Garment{"Chocolate bar", "CHO", 45, 3}};
constexpr std::array colours = {std::pair{"white", "WHT"}, std::pair{"black", "BLK"},
                                std::pair{"navy", "NVY"},  std::pair{"sand", "SND"},
                                std::pair{"olive", "OLV"}, std::pair{"rosé", "ROS"}};
constexpr std::array sizes = {"XS", "S", "M", "L", "XL"};

std::string guid(Entropy& entropy) {
  const std::uint64_t high = entropy.next();
  const std::uint64_t low = entropy.next();
  return fmt::format("{{{:08X}-{:04X}-4{:03X}-{:04X}-{:012X}}}", high >> 32, (high >> 16) & 0xffff,
                     high & 0xfff, 0x8000 | ((low >> 48) & 0x3fff), low & 0xffff'ffff'ffff);
}

void add_store(Masterdata& data, std::size_t index, Entropy& entropy, int account_id) {
  const Market& market = markets[index % markets.size()];
  const std::size_t city = index / markets.size();
  Store store;
  store.id = static_cast<int>(index) + 1;
  store.external_id = fmt::format("STO-{:02}", index + 1);
  store.name = market.cities[city % market.cities.size()];
  if (city >= market.cities.size())
    store.name += fmt::format(" {}", city / market.cities.size() + 1);
  store.city = store.name.substr(0, store.name.find(' '));
  store.zone = market.zone;
  store.currency = market.currency;
  store.country = market.country;
  store.phone_prefix = market.phone_prefix;
  store.fifo_warehouse = static_cast<int>(index) * 2 + 1;
  store.virtual_warehouse = store.fifo_warehouse + 1;
  data.warehouses.push_back(
      {store.fifo_warehouse, 10, 10, index, true, store.name, "WH-" + store.external_id});
  data.warehouses.push_back({store.virtual_warehouse, 20, 20, index, index == 0,
                             store.name + " online", "WV-" + store.external_id});
  const std::size_t register_count = 2 + index % 2;
  for (std::size_t i = 0; i < register_count; ++i) {
    const std::size_t number = data.registers.size() + 1;
    Register reg;
    reg.id = guid(entropy);
    reg.key = fmt::format("SII{:010}{:03}", account_id, number);
    reg.number = static_cast<int>(number);
    reg.store = index;
    reg.warehouse_id = store.fifo_warehouse;
    store.registers.push_back(data.registers.size());
    data.registers.push_back(std::move(reg));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t number = index * 3 + i;
    store.staff.push_back(
        {guid(entropy), fmt::format("E{}", number + 11), staff_names[number % staff_names.size()]});
  }
  data.stores.push_back(std::move(store));
}

Product make_product(std::size_t index, const std::vector<ProductGroup>& groups) {
  const Garment& garment = garments[index % garments.size()];
  const std::size_t variant = index / garments.size();
  const auto& [colour, colour_code] = colours[(variant / sizes.size()) % colours.size()];
  const std::size_t series = variant / sizes.size() / colours.size();
  const std::string_view size = sizes[variant % sizes.size()];
  Product product;
  product.id = static_cast<int>(index) + 881;
  product.group = garment.group;
  for (const ProductGroup& group : groups) {
    if (group.id == garment.group) product.vat_percent = group.vat_percent;
  }
  product.sku = fmt::format("{}-{}-{}", garment.code, colour_code, size);
  product.title = fmt::format("{} {} {}", garment.title, colour, size);
  if (series > 0) {
    product.sku += fmt::format("-{}", series + 1);
    product.title += fmt::format(" no. {}", series + 1);
  }
  product.attributes = fmt::format("Color: {}, Size: {}", colour, size);
  product.barcode = fmt::format("73{:011}", product.id);
  product.price_sek = (garment.price_krona + static_cast<std::int64_t>(series) * 50) * 100;
  return product;
}

}  // namespace

std::int64_t Product::price_in(std::string_view currency) const {
  if (currency == "NOK") return price_sek + price_sek / 20 / 100 * 100;
  // A tenth, ending in 5 cents less than a round figure: 249 kr is 24.95 EUR.
  if (currency == "EUR") return price_sek / 10 / 10 * 10 + 5;
  return price_sek;
}

std::optional<std::uint32_t> Masterdata::product_index(std::string_view sku) const {
  const auto found = std::lower_bound(products_by_sku.begin(), products_by_sku.end(), sku,
                                      [this](std::uint32_t index, std::string_view wanted) {
                                        return products[index].sku < wanted;
                                      });
  if (found == products_by_sku.end() || products[*found].sku != sku) return std::nullopt;
  return *found;
}

const Product* Masterdata::find_product(std::string_view sku) const {
  const auto index = product_index(sku);
  return index ? &products[*index] : nullptr;
}

const Warehouse* Masterdata::find_warehouse(int id) const {
  const auto found = std::find_if(warehouses.begin(), warehouses.end(),
                                  [id](const Warehouse& warehouse) { return warehouse.id == id; });
  return found == warehouses.end() ? nullptr : &*found;
}

Masterdata make_masterdata(const MasterdataSettings& settings) {
  Entropy entropy(settings.seed);
  Masterdata data;
  data.groups = {{2, 25, "Standard"}, {3, 12, "Food"}, {4, 6, "Books and papers"}};
  data.reasons = {{1, 10, "R-SIZE", "Wrong size"},   {2, 10, "R-COLOUR", "Wrong colour"},
                  {3, 10, "R-FAULTY", "Faulty"},     {4, 10, "R-REGRET", "Changed my mind"},
                  {5, 20, "D-STAFF", "Staff price"}, {6, 20, "D-DISPLAY", "Display item"}};
  for (std::size_t i = 0; i < settings.stores; ++i) {
    add_store(data, i, entropy, settings.account_id);
  }
  for (std::size_t i = 0; i < settings.products; ++i) {
    data.products.push_back(make_product(i, data.groups));
    data.products_by_sku.push_back(static_cast<std::uint32_t>(i));
  }
  std::sort(data.products_by_sku.begin(), data.products_by_sku.end(),
            [&data](std::uint32_t a, std::uint32_t b) {
              return data.products[a].sku < data.products[b].sku;
            });
  constexpr std::size_t online_max = 50;
  data.products_online = std::min(online_max, settings.products / 2);
  if (settings.unmapped_warehouse) {
    data.warehouses.push_back({static_cast<int>(data.warehouses.size()) + 1, 10, 10, std::nullopt,
                               true, "Central warehouse", *settings.unmapped_warehouse});
  }
  return data;
}

}  // namespace sandbox::sitoo
