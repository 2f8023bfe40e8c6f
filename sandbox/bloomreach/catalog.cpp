#include "bloomreach/catalog.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/algorithm/string/case_conv.hpp>

namespace sandbox::bloomreach {

namespace bj = boost::json;

namespace {

constexpr double empty_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t no_text = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t indexed_bytes_max = 256;

constexpr std::array<std::string_view, 10> type_names = {
    "string",   "long text", "number", "boolean", "date",
    "datetime", "duration",  "list",   "url",     "json"};

bool keeps_numbers(ColumnType type) {
  return type == ColumnType::number || type == ColumnType::boolean || type == ColumnType::date ||
         type == ColumnType::datetime || type == ColumnType::duration;
}

bool keeps_texts(ColumnType type) {
  return type == ColumnType::string || type == ColumnType::long_text || type == ColumnType::url;
}

bj::value number_value(double number) {
  constexpr double exact_max = 9e15;
  if (number == std::floor(number) && std::abs(number) < exact_max)
    return static_cast<std::int64_t>(number);
  return number;
}

std::string indexed(std::string_view text) {
  return boost::algorithm::to_lower_copy(std::string(text.substr(0, indexed_bytes_max)));
}

}  // namespace

std::optional<ColumnType> column_type_named(std::string_view name) {
  const auto found = std::find(type_names.begin(), type_names.end(), name);
  if (found == type_names.end()) return std::nullopt;
  return static_cast<ColumnType>(found - type_names.begin());
}

Catalog::Catalog(std::string id, std::string name, bool is_product, std::vector<ColumnSpec> columns)
    : id_(std::move(id)), name_(std::move(name)), is_product_(is_product) {
  for (ColumnSpec& spec : columns) columns_.push_back({std::move(spec), {}, {}, {}});
}

std::vector<ColumnSpec> Catalog::columns() const {
  std::vector<ColumnSpec> specs;
  for (const Column& column : columns_) specs.push_back(column.spec);
  return specs;
}

std::optional<std::size_t> Catalog::column_index(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].spec.name == name) return i;
  return std::nullopt;
}

const ColumnSpec* Catalog::column(std::string_view name) const {
  const auto index = column_index(name);
  return index ? &columns_[*index].spec : nullptr;
}

bool Catalog::contains(std::string_view item_id) const {
  const auto row = ids_.find(item_id);
  return row && present_[*row];
}

std::optional<bj::object> Catalog::properties(std::string_view item_id) const {
  const auto row = ids_.find(item_id);
  if (!row || !present_[*row]) return std::nullopt;
  return properties(*row);
}

bj::object Catalog::properties(Row row) const {
  bj::object out;
  out.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (bj::value value = cell(i, row); !value.is_null()) out[columns_[i].spec.name] = value;
  return out;
}

bj::value Catalog::cell(std::size_t index, Row row) const {
  const Column& column = columns_[index];
  if (!column.others.empty()) {
    if (const auto other = column.others.find(row); other != column.others.end())
      return other->second;
  }
  if (keeps_numbers(column.spec.type)) {
    const double number = column.numbers[row];
    if (std::isnan(number)) return nullptr;
    if (column.spec.type == ColumnType::boolean) return number != 0;
    return number_value(number);
  }
  if (!keeps_texts(column.spec.type) || column.texts[row] == no_text) return nullptr;
  return bj::string(texts_.text(column.texts[row]));
}

void Catalog::set(Column& column, Row row, const bj::value& value) {
  if (!column.others.empty()) column.others.erase(row);
  const ColumnType type = column.spec.type;
  const bool own = value.is_null() || (keeps_texts(type) && value.is_string()) ||
                   (keeps_numbers(type) && value.is_bool() == (type == ColumnType::boolean) &&
                    (value.is_number() || value.is_bool()));
  if (!own) column.others[row] = value;
  const bool kept = own && !value.is_null();
  if (keeps_texts(type)) {
    column.texts[row] = kept ? texts_.number_of(value.get_string()) : no_text;
  } else if (keeps_numbers(type)) {
    column.numbers[row] = !kept             ? empty_number
                          : value.is_bool() ? (value.get_bool() ? 1.0 : 0.0)
                                            : value.to_number<double>();
  }
}

Catalog::Row Catalog::row_of(std::string_view item_id) {
  const Row row = ids_.number_of(item_id);
  if (row < present_.size()) return row;
  present_.push_back(false);
  announced_.push_back(false);
  for (Column& column : columns_) {
    if (keeps_numbers(column.spec.type)) column.numbers.push_back(empty_number);
    if (keeps_texts(column.spec.type)) column.texts.push_back(no_text);
  }
  return row;
}

void Catalog::appear(Row row) {
  if (present_[row]) return;
  present_[row] = true;
  ++size_;
  listing_stale_ = true;
}

void Catalog::replace(std::string_view item_id, const bj::object& properties) {
  fill(row_of(item_id), properties);
}

void Catalog::fill(Row row, const bj::object& properties) {
  static const bj::value nothing;
  appear(row);
  for (Column& column : columns_) {
    const bj::value* value = properties.if_contains(column.spec.name);
    set(column, row, value == nullptr ? nothing : *value);
  }
}

bool Catalog::merge(std::string_view item_id, const bj::object& properties, bool upsert) {
  if (!upsert && !contains(item_id)) return false;
  const Row row = row_of(item_id);
  appear(row);
  for (const auto& [name, value] : properties)
    if (const auto index = column_index(name)) set(columns_[*index], row, value);
  return true;
}

bool Catalog::remove(std::string_view item_id) {
  const auto row = ids_.find(item_id);
  if (!row || !present_[*row]) return false;
  for (Column& column : columns_) set(column, *row, nullptr);
  present_[*row] = false;
  --size_;
  listing_stale_ = true;
  return true;
}

bool Catalog::will_contain(std::string_view item_id) const {
  const auto row = ids_.find(item_id);
  return row && announced_[*row];
}

void Catalog::will_be_there(std::string_view item_id, bool there) {
  if (!there && !ids_.find(item_id)) return;
  announced_[row_of(item_id)] = there;
}

void Catalog::put_now(std::string_view item_id, const bj::object& properties) {
  const Row row = row_of(item_id);
  fill(row, properties);
  announced_[row] = true;
}

bool Catalog::remove_now(std::string_view item_id) {
  will_be_there(item_id, false);
  return remove(item_id);
}

const std::vector<Catalog::Row>& Catalog::listing() const {
  if (!listing_stale_) return listing_;
  const auto by_id = [this](Row a, Row b) { return ids_.text(a) < ids_.text(b); };
  if (sorted_.size() < present_.size()) {
    std::vector<Row> added(present_.size() - sorted_.size());
    std::iota(added.begin(), added.end(), static_cast<Row>(sorted_.size()));
    // What fills a catalog from the start comes in order.
    if (!std::is_sorted(added.begin(), added.end(), by_id))
      std::sort(added.begin(), added.end(), by_id);
    std::vector<Row> all(present_.size());
    std::merge(sorted_.begin(), sorted_.end(), added.begin(), added.end(), all.begin(), by_id);
    sorted_ = std::move(all);
  }
  listing_.clear();
  listing_.reserve(size_);
  std::copy_if(sorted_.begin(), sorted_.end(), std::back_inserter(listing_),
               [this](Row row) { return present_[row]; });
  listing_stale_ = false;
  return listing_;
}

void Catalog::mark(const Column& column, std::string_view lowered, std::vector<bool>& found) const {
  if (keeps_texts(column.spec.type)) {
    std::vector<bool> text_matches(texts_.size());  // a text is looked at once, not once per row
    for (std::uint32_t i = 0; i < texts_.size(); ++i)
      text_matches[i] = indexed(texts_.text(i)).find(lowered) != std::string::npos;
    for (Row row = 0; row < column.texts.size(); ++row)
      if (column.texts[row] != no_text && text_matches[column.texts[row]]) found[row] = true;
  } else if (column.spec.type != ColumnType::boolean) {
    for (Row row = 0; row < column.numbers.size(); ++row) {
      if (std::isnan(column.numbers[row])) continue;
      const std::string text = tillbridge::json::to_text(number_value(column.numbers[row]));
      if (text.find(lowered) != std::string::npos) found[row] = true;
    }
  }
  for (const auto& [row, value] : column.others)
    if (indexed(tillbridge::json::to_text(value)).find(lowered) != std::string::npos)
      found[row] = true;
}

std::vector<Catalog::Row> Catalog::containing(std::string_view text,
                                              std::optional<std::size_t> column) const {
  const std::string lowered = boost::algorithm::to_lower_copy(std::string(text));
  std::vector<bool> found(present_.size());
  if (column) {
    mark(columns_[*column], lowered, found);
  } else {
    for (const Column& each : columns_)
      if (each.spec.searchable) mark(each, lowered, found);
    for (Row row = 0; row < ids_.size(); ++row)
      if (indexed(ids_.text(row)).find(lowered) != std::string::npos) found[row] = true;
  }
  std::vector<Row> rows;
  for (const Row row : listing())
    if (found[row]) rows.push_back(row);
  return rows;
}

}  // namespace sandbox::bloomreach
