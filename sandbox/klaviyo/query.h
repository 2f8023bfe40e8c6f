#pragma once
// The query part of Klaviyo's reads: filter expressions, sorting, cursor pages, sparse fields
// (contract 3.2, 3.3), against what the operation allows. Any thread.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "klaviyo/errors.h"
#include "klaviyo/operation.h"

namespace sandbox::klaviyo {

struct Condition {
  std::string op, field;
  std::vector<std::string> values;
};

struct Query {
  std::vector<Condition> conditions;
  std::string sort;  // without '-'
  bool descending = false;
  std::size_t page_size = 0;
  std::string cursor;
  std::set<std::string> include;
  std::set<std::string> additional;
  std::map<std::string, std::set<std::string>> fields;  // by type
  // Everything but the cursor as it came, for links.
  std::string rest;

  // The condition's values when there is one with this operator.
  const Condition* condition(std::string_view field, std::string_view op) const;
};

std::variant<Query, Errors> query_of(const Operation& operation,
                                     const tillbridge::http::Request& request,
                                     std::size_t page_max);

// Whether a value (times as fixed-width texts, see sortable) meets every condition on the field.
bool meets(const Query& query, std::string_view field, std::string_view value);
// A time in a form whose order as text is its order; also used for condition values of times.
std::string sortable(tillbridge::Instant at);

// One candidate of a collection: what it is sorted by, its id for the cursor.
struct Entry {
  std::string key;
  std::string id;
};
struct Page {
  std::vector<Entry> entries;
  std::optional<std::string> next, prev;  // cursors
};
std::variant<Page, Errors> page_of(std::vector<Entry> entries, const Query& query);

}  // namespace sandbox::klaviyo
