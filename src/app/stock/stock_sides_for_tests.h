#pragma once
// The two platforms of the tests of stock: a Sitoo whose stock is a table and a Bloomreach whose
// catalogs are tables, as strict as their contracts (sitoo.md 5, bloomreach.md 9).

#include <boost/url/url_view.hpp>
#include <fmt/chrono.h>

#include "app/test_bench.h"

namespace tillbridge::app::test {

using Parameters = std::map<std::string, std::string>;

inline outbound::HttpAnswer answer_of(const json::Value& body, int status = 200) {
  outbound::HttpAnswer made;
  made.status = status;
  made.body = json::to_text(body);
  return made;
}
inline Result<outbound::HttpAnswer> no_answer() {
  return fail(Error::Kind::unknown_outcome, "the connection broke");
}

// Counts calls by their name, and answers them with what was put into `instead` first.
class ScriptedSide {
 public:
  std::map<std::string, int> calls;
  std::map<std::string, std::vector<std::string>> urls;
  std::map<std::string, std::deque<Result<outbound::HttpAnswer>>> instead;
  std::map<std::string, std::size_t> rows_max;  // larger pages do not fit into what we read
  std::function<void(const std::string& call)> on_call;

 protected:
  struct Asked {
    std::vector<std::string> path;
    Parameters with;
    std::size_t number(const std::string& name, std::size_t otherwise) const {
      const auto found = with.find(name);
      return found == with.end() ? otherwise : std::stoul(found->second);
    }
    bool has(const std::string& name) const { return with.contains(name); }
  };
  static Asked parsed(const std::string& text) {
    const boost::urls::url_view url(text);
    Asked asked;
    for (const std::string& part : url.segments()) asked.path.push_back(part);
    for (const auto& one : url.params()) asked.with[one.key] = one.value;
    return asked;
  }
  std::optional<Result<outbound::HttpAnswer>> begin(const std::string& call, const Asked& asked,
                                                    const std::string& url,
                                                    const std::string& size_in) {
    ++calls[call];
    urls[call].push_back(url);
    if (on_call) on_call(call);
    if (auto& first = instead[call]; !first.empty()) {
      auto answer = std::move(first.front());
      first.pop_front();
      return answer;
    }
    if (rows_max.contains(call) && asked.number(size_in, 1) > rows_max[call])
      return Result<outbound::HttpAnswer>(
          fail(Error::Kind::rejected, "the answer is larger than allowed"));
    return std::nullopt;
  }
};

// Calls: "stores", "warehouses", "levels", "feed", "newest".
class SitooStock : public ScriptedSide {
 public:
  explicit SitooStock(const Clock& clock) : clock_(clock) {}

  // store "": of no store.
  void add_warehouse(int id, const std::string& store, bool fifo = true, bool sellable = true) {
    json::Object one{{"warehouseid", id},
                     {"warehousetype", fifo ? 10 : 20},
                     {"storeid", nullptr},
                     {"sellable", sellable},
                     {"name", fmt::format("Warehouse {}", id)},
                     {"externalid", fmt::format("WH-{}", id)}};
    if (!store.empty()) {
      one["storeid"] = 100 + id;
      stores_.push_back(json::Object{{"storeid", 100 + id}, {"externalid", store}});
    }
    warehouses_.push_back(std::move(one));
    levels_[id];
  }
  // Without a transaction: how it was before, or a Virtual warehouse.
  void set(int warehouse, const std::string& sku, int total, int reserved = 0) {
    levels_.at(warehouse)[sku] = {total, reserved, clock_.now()};
  }
  // No transaction, and no other time of the last one (sitoo.md 5.2: uncertain).
  void reserve(int warehouse, const std::string& sku, int reserved) {
    levels_.at(warehouse).at(sku).reserved = reserved;
  }
  std::int64_t move(int warehouse, const std::string& sku, int quantity, int type = 30) {
    Level& level = levels_.at(warehouse)[sku];
    level.total += quantity;
    level.moved_at = clock_.now();
    json::Object row{{"sku", sku},
                     {"decimalquantity", text_of(quantity)},
                     {"decimaltotal", text_of(level.total)}};
    ++last_id_;
    feed_[last_id_] = json::Object{{"warehousetransactionid", last_id_},
                                   {"warehouseid", warehouse},
                                   {"datecreated", to_unix_seconds(clock_.now())},
                                   {"transactiontype", type},
                                   {"items", json::Array{std::move(row)}}};
    return last_id_;
  }
  void skip_ids(std::int64_t count) { last_id_ += count; }
  std::set<std::int64_t> not_yet;  // ids that the feed does not show yet

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.basic_user != "1500-142") return answer_of(json::Object{}, 401);
    if (request.url.size() > 8'000) return answer_of(json::Object{}, 414);
    const Asked asked = parsed(request.url);
    const std::string& what = asked.path.back();
    const bool feed = what == "warehousetransactions.json";
    const bool newest = feed && asked.has("sort") && asked.with.at("sort").starts_with('-');
    const std::string call = what == "stores.json"       ? "stores"
                             : what == "warehouses.json" ? "warehouses"
                             : newest                    ? "newest"
                             : feed                      ? "feed"
                                                         : "levels";
    if (auto other = begin(call, asked, request.url, "num")) return std::move(*other);
    if (const std::string wrong = objection(call, asked); !wrong.empty())
      return answer_of(json::Object{{"statuscode", 400}, {"errortext", wrong}}, 400);
    std::vector<json::Object> all;
    if (call == "stores") all = stores_;
    if (call == "warehouses") all = warehouses_;
    if (call == "levels" && !levels_.contains(std::stoi(asked.path.at(6))))
      return answer_of(json::Object{{"statuscode", 404}}, 404);
    if (call == "levels") all = levels(std::stoi(asked.path.at(6)), asked);
    if (feed) all = transactions(newest, asked);
    return page(all, asked);
  }

 private:
  struct Level {
    int total = 0, reserved = 0;
    Instant moved_at;
  };
  static std::string text_of(int quantity) { return Decimal::of(quantity).to_text(3); }

  static std::string objection(const std::string& call, const Asked& asked) {
    std::set<std::string> known{"start", "num", "fields"};
    if (call == "levels") known.insert({"sku", "datelastmodifiedfrom"});
    if (call == "feed" || call == "newest") known.insert({"warehousetransactionidfrom", "sort"});
    for (const auto& [name, value] : asked.with) {
      if (!known.contains(name)) return "unknown parameter " + name;
    }
    if (asked.number("num", 100) > 1'000) return "num is too large";
    const auto sort = asked.with.find("sort");
    if (sort != asked.with.end() && sort->second != "warehousetransactionid" &&
        sort->second != "-warehousetransactionid")
      return "cannot sort";
    return "";
  }
  std::vector<json::Object> levels(int warehouse, const Asked& asked) const {
    const std::string list = asked.has("sku") ? "," + asked.with.at("sku") + "," : "";
    std::vector<json::Object> found;
    for (const auto& [sku, level] : levels_.at(warehouse)) {
      const std::int64_t at = to_unix_seconds(level.moved_at);
      if (!list.empty() && list.find("," + sku + ",") == std::string::npos) continue;
      if (at < static_cast<std::int64_t>(asked.number("datelastmodifiedfrom", 0))) continue;
      found.push_back({{"sku", sku},
                       {"decimaltotal", text_of(level.total)},
                       {"decimalreserved", text_of(level.reserved)},
                       {"decimalavailable", text_of(level.total - level.reserved)},
                       {"datelastmodified", at}});
    }
    return found;
  }
  std::vector<json::Object> transactions(bool newest, const Asked& asked) const {
    const auto from = static_cast<std::int64_t>(asked.number("warehousetransactionidfrom", 0));
    std::vector<json::Object> found;
    for (const auto& [id, one] : feed_) {
      if (id >= from && !not_yet.contains(id)) found.push_back(one);
    }
    // Falling unless asked otherwise (sitoo.md 5.3).
    if (newest || !asked.has("sort")) std::reverse(found.begin(), found.end());
    return found;
  }
  Result<outbound::HttpAnswer> page(const std::vector<json::Object>& all,
                                    const Asked& asked) const {
    json::Array items;
    const std::size_t begin = asked.number("start", 0);
    for (std::size_t i = begin; i < all.size() && items.size() < asked.number("num", 100); ++i) {
      json::Object chosen;
      const std::string wanted = "," + (asked.has("fields") ? asked.with.at("fields") : "") + ",";
      for (const auto& member : all[i]) {
        const std::string key(member.key());
        if (!asked.has("fields") || wanted.find("," + key + ",") != std::string::npos)
          chosen[key] = member.value();
      }
      items.push_back(std::move(chosen));
    }
    auto made = answer_of(json::Object{{"totalcount", all.size()}, {"items", std::move(items)}});
    const auto seconds = static_cast<std::time_t>(to_unix_seconds(clock_.now()));
    made.headers.emplace_back("date",
                              fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(seconds)));
    return made;
  }

  const Clock& clock_;
  std::vector<json::Object> stores_, warehouses_;
  std::map<int, std::map<std::string, Level>> levels_;
  std::map<std::int64_t, json::Object> feed_;
  std::int64_t last_id_ = 500;
};

// Calls by their numbers in bloomreach.md 1: "K1" create, "K2" list, "K4" query, "K5" row, "K10"
// partial update, "K11" removal.
class BloomreachCatalogs : public ScriptedSide {
 public:
  struct Column {
    std::string type;
    bool searchable = false;
  };
  struct Catalog {
    std::string name;
    std::map<std::string, Column> columns;
    std::map<std::string, json::Object> rows;
  };
  std::map<std::string, Catalog> catalogs;  // by id

  Catalog& add(const std::string& name, std::map<std::string, Column> columns) {
    Catalog& made = catalogs[fmt::format("65bb{:020}", ++last_id_)];
    made = {name, std::move(columns), {}};
    return made;
  }
  Catalog& add_inventory() {
    return add("store_inventory", {{"store_id", {"string", true}},
                                   {"sku", {"string", true}},
                                   {"quantity", {"number"}},
                                   {"updated_at", {"datetime"}}});
  }
  Catalog& add_variants() {
    return add("variants", {{"stock_level", {"number"}}, {"active", {"boolean"}}});
  }
  Catalog* named(const std::string& name) {
    for (auto& [id, one] : catalogs) {
      if (one.name == name) return &one;
    }
    return nullptr;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.basic_user != "key") return answer_of(json::Object{}, 401);
    const Asked asked = parsed(request.url);  // data/v2/projects/p/catalogs/{id}/items/..
    const std::size_t depth = asked.path.size();
    const bool post = request.method == "POST";
    const std::string call = depth == 5                          ? (post ? "K1" : "K2")
                             : depth == 7                        ? "K4"
                             : asked.path[7] == "partial-update" ? "K10"
                             : asked.path[7] == "bulk-delete"    ? "K11"
                                                                 : "K5";
    if (auto other = begin(call, asked, request.url, "count")) return std::move(*other);
    if (call == "K1") return create(request.body);
    if (call == "K2") return list();
    const auto found = catalogs.find(asked.path[5]);
    if (found == catalogs.end()) return refusal(404, "_global", "Catalog not found");
    Catalog& catalog = found->second;
    if (call == "K4") return query(catalog, asked);
    if (call == "K5") return row(catalog, asked.path[7]);
    const bool right = request.method == (call == "K10" ? "POST" : "DELETE");
    const auto body = json::parse(request.body);
    if (!right || !body || !body->is_array()) return refusal(400, "_global", "Invalid JSON");
    if (body->get_array().size() > 5'000) return refusal(413, "_global", "Too large");
    json::Array results;
    for (const json::Value& one : body->get_array()) {
      const std::string wrong = call == "K10" ? update(catalog, one) : remove(catalog, one);
      results.push_back(
          wrong.empty()
              ? json::Object{{"success", true}, {"queued", true}}
              : json::Object{{"success", false},
                             {"queued", false},
                             {"errors", {{"properties", json::Array{json::Value(wrong)}}}}});
    }
    return answer_of(std::move(results));
  }

 private:
  static outbound::HttpAnswer refusal(int status, const char* field, const char* text) {
    return answer_of(json::Object{{"success", false}, {"errors", {{field, json::Array{text}}}}},
                     status);
  }
  Result<outbound::HttpAnswer> create(const std::string& text) {
    const json::Object wanted = json::parse(text)->as_object();
    std::map<std::string, Column> columns;
    for (const json::Value& one : *json::array(wanted, "fields")) {
      const json::Object& field = one.as_object();
      columns[*json::text(field, "name")] = {*json::text(field, "type"),
                                             json::boolean(field, "searchable").value_or(false)};
    }
    add(*json::text(wanted, "name"), std::move(columns));
    return answer_of(json::Object{{"success", true}, {"id", catalogs.rbegin()->first}});
  }
  Result<outbound::HttpAnswer> list() const {
    json::Array data;
    for (const auto& [id, one] : catalogs)
      data.push_back(json::Object{{"id", id}, {"name", one.name}});
    return answer_of(json::Object{{"success", true}, {"data", std::move(data)}});
  }
  // Only the first 1 000 rows of a result can be listed (bloomreach.md 4).
  static Result<outbound::HttpAnswer> query(const Catalog& catalog, const Asked& asked) {
    const std::string text = asked.has("query") ? asked.with.at("query") : "";
    const std::string field = asked.has("field") ? asked.with.at("field") : "";
    const auto column = catalog.columns.find(field);
    if (!field.empty() && (column == catalog.columns.end() || !column->second.searchable))
      return refusal(400, "field", "Not a searchable field");
    const std::size_t skip = asked.number("skip", 0), count = asked.number("count", 20);
    if (skip + count > 1'000) return refusal(400, "count", "Too many");
    json::Array data;
    std::size_t matched = 0;
    for (const auto& [id, row] : catalog.rows) {
      const std::string value = json::text(row, field).value_or("");
      if (!text.empty() && value.find(text) == std::string::npos) continue;
      if (++matched <= skip || data.size() >= count) continue;
      data.push_back(json::Object{{"item_id", id}, {"properties", row}});
    }
    return answer_of(json::Object{{"success", true},
                                  {"data", std::move(data)},
                                  {"matched", std::min<std::size_t>(matched, 1'000)},
                                  {"matched_limited", matched > 1'000}});
  }
  static Result<outbound::HttpAnswer> row(const Catalog& catalog, const std::string& id) {
    const auto found = catalog.rows.find(id);
    if (found == catalog.rows.end()) return refusal(404, "_global", "Item not found");
    return answer_of(json::Object{{"success", true},
                                  {"data", {{"item_id", id}, {"properties", found->second}}}});
  }
  static bool fits(const Column& column, const json::Value& value) {
    if (column.type == "string") return value.is_string();
    if (column.type == "boolean") return value.is_bool();
    if (column.type == "datetime") return value.is_int64() || value.is_uint64();
    return value.is_number();
  }
  static std::string update(Catalog& catalog, const json::Value& value) {
    const json::Object* wanted = value.if_object();
    const auto id = wanted == nullptr ? std::nullopt : json::text(*wanted, "item_id");
    if (!id || id->empty() || id->find('/') != std::string::npos) return "Malformed item id.";
    for (const auto& [name, property] : *json::object(*wanted, "properties")) {
      const auto column = catalog.columns.find(std::string(name));
      if (column == catalog.columns.end())
        return "Fields [" + std::string(name) + "] are not properly defined.";
      if (!fits(column->second, property)) return "Wrong type of a value.";
    }
    const bool upsert = json::boolean(*wanted, "upsert").value_or(false);
    if (!upsert && !catalog.rows.contains(*id)) return "";  // taken, and nothing happens
    for (const auto& [name, property] : *json::object(*wanted, "properties"))
      catalog.rows[*id][name] = property;
    return "";
  }
  static std::string remove(Catalog& catalog, const json::Value& value) {
    if (!value.is_string()) return "Malformed item id.";
    catalog.rows.erase(std::string(value.get_string()));
    return "";
  }

  int last_id_ = 0;
};

}  // namespace tillbridge::app::test
