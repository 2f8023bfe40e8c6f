#pragma once
// One catalog (contract 9): frozen columns and rows by item id. Rows are kept by column, so that
// stores x SKUs fit into memory; a page of the listing costs what the page costs. Core thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/json.h"
#include "text_pool.h"

namespace sandbox::bloomreach {

enum class ColumnType : std::uint8_t {
  string,
  long_text,
  number,
  boolean,
  date,
  datetime,
  duration,
  list,
  url,
  json,
};
std::optional<ColumnType> column_type_named(std::string_view name);  // "long text"

struct ColumnSpec {
  std::string name;
  ColumnType type = ColumnType::string;
  bool searchable = false;
  bool operator==(const ColumnSpec&) const = default;
};

class Catalog {
 public:
  using Row = std::uint32_t;

  Catalog(std::string id, std::string name, bool is_product, std::vector<ColumnSpec> columns);

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  bool is_product() const { return is_product_; }
  void rename(std::string name) { name_ = std::move(name); }
  std::vector<ColumnSpec> columns() const;
  const ColumnSpec* column(std::string_view name) const;  // nullptr: not declared

  // Rows as readers see them. Properties hold declared columns only: the calls check that.
  // replace(), merge() and remove() apply what was accepted before.
  std::size_t size() const { return size_; }
  bool contains(std::string_view item_id) const;
  std::optional<boost::json::object> properties(std::string_view item_id) const;
  // The whole row: columns that are not named become empty.
  void replace(std::string_view item_id, const boost::json::object& properties);
  // The named columns only, null empties one. false: no such row, and none was made.
  bool merge(std::string_view item_id, const boost::json::object& properties, bool upsert);
  bool remove(std::string_view item_id);  // false: there was none

  // Whether the row will be there once all that was accepted is applied: kept by who accepts.
  bool will_contain(std::string_view item_id) const;
  void will_be_there(std::string_view item_id, bool there);
  // Past all calls and delays: what stood there before, or happens behind the caller's back.
  void put_now(std::string_view item_id, const boost::json::object& properties);
  bool remove_now(std::string_view item_id);

  // Present rows by item id, bytewise.
  const std::vector<Row>& listing() const;
  std::string_view item_id(Row row) const { return ids_.text(row); }
  boost::json::object properties(Row row) const;
  boost::json::value cell(std::size_t column, Row row) const;  // null: empty
  std::optional<std::size_t> column_index(std::string_view name) const;
  // Which of these rows have a searchable value that contains the text, whatever its case, within
  // the indexed part (contract 4). column: only there; nullopt: the item id and every searchable
  // column.
  std::vector<Row> containing(std::string_view text, std::optional<std::size_t> column) const;

 private:
  // Values of the column's own kind are in one of the vectors, all others (also lists and
  // documents) in `others`.
  struct Column {
    ColumnSpec spec;
    std::vector<double> numbers;       // NaN: empty
    std::vector<std::uint32_t> texts;  // no_text: empty
    boost::unordered_flat_map<Row, boost::json::value> others;
  };
  Row row_of(std::string_view item_id);
  void appear(Row row);
  void fill(Row row, const boost::json::object& properties);
  void set(Column& column, Row row, const boost::json::value& value);
  void mark(const Column& column, std::string_view lowered, std::vector<bool>& found) const;

  std::string id_, name_;
  bool is_product_;
  std::vector<Column> columns_;
  TextPool ids_;    // a row is the number of its item id, also when it goes and comes again
  TextPool texts_;  // the values of the text columns
  std::vector<bool> present_, announced_;
  std::size_t size_ = 0;
  mutable std::vector<Row> sorted_;   // every row that ever was
  mutable std::vector<Row> listing_;  // those present
  mutable bool listing_stale_ = false;
};

}  // namespace sandbox::bloomreach
