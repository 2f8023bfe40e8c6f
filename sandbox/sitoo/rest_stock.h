#pragma once
// What the endpoints of warehouses, transactions and batches share: reading decimals and entries of
// batches as strictly as the contract writes them, and rows written straight into the text. Core
// thread.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sitoo/rest_endpoints.h"

namespace sandbox::sitoo {

// By the id in the path at this place, or the number; nullptr: none.
const Warehouse* warehouse_of(const RestCall& call, std::size_t place = 0);
const Warehouse* warehouse_of(const Account& account, std::int64_t id);

// A decimal as text ("-5.000"); nullopt: the member is absent or null. invalid_input: it is
// something else.
tillbridge::Result<std::optional<std::int64_t>> units_of(const tillbridge::json::Object& body,
                                                         std::string_view key, int digits);
// A text that must be there; "" counts as absent.
tillbridge::Result<std::string> needed_text(const tillbridge::json::Object& body,
                                            std::string_view key);
tillbridge::Result<std::int64_t> needed_units(const tillbridge::json::Object& body,
                                              std::string_view key, int digits);

// Works on each entry of the array in the body by itself (contract 2.6).
using EntryWork = std::function<tillbridge::Result<tillbridge::json::Value>(
    const tillbridge::json::Object& entry)>;
tillbridge::http::Reply each_entry(const RestCall& call, const EntryWork& work);
tillbridge::json::Array results_of(const tillbridge::json::Array& entries, const EntryWork& work);

// At most this many rows in one answer about stock, whatever `num` says.
constexpr std::size_t stock_page_max = 1000;

template <typename Row>
struct RowMember {
  std::string_view name;
  void (*write)(std::string& out, const Row& row);
};

// Those of the members that `fields` names; all without it.
template <typename Row, std::size_t n>
std::vector<const RowMember<Row>*> members_for(const RestCall& call,
                                               const std::array<RowMember<Row>, n>& members) {
  const auto fields = texts_of(call, "fields");
  std::vector<const RowMember<Row>*> chosen;
  for (const RowMember<Row>& member : members) {
    if (fields.empty() || std::find(fields.begin(), fields.end(), member.name) != fields.end()) {
      chosen.push_back(&member);
    }
  }
  return chosen;
}

template <typename Row>
void append_row(std::string& out, const Row& row,
                const std::vector<const RowMember<Row>*>& members) {
  char before = '{';
  for (const RowMember<Row>* member : members) {
    out += before;
    before = ',';
    out += '"';
    out += member->name;
    out += "\":";
    member->write(out, row);
  }
  if (before == '{') out += '{';
  out += '}';
}

}  // namespace sandbox::sitoo
