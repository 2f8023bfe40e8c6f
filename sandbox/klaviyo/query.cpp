#include "klaviyo/query.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/base64.h"
#include "klaviyo/times.h"

namespace sandbox::klaviyo {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(separator));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

bool names(std::string_view allowed, std::string_view name) {
  const auto parts = split(allowed, ' ');
  return std::find(parts.begin(), parts.end(), name) != parts.end();
}

// op(field,value), joined by ',' or inside and(...).
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : rest_(text) {}

  std::optional<std::vector<Condition>> read() {
    std::vector<Condition> conditions;
    if (!read_all(conditions) || !rest_.empty()) return std::nullopt;
    return conditions;
  }

 private:
  bool take(char c) {
    skip();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  std::string word() {
    skip();
    std::string text(rest_.substr(0, rest_.find_first_of(",() []\"'")));
    rest_.remove_prefix(text.size());
    return text;
  }
  bool read_all(std::vector<Condition>& into) {
    do {
      const std::string op = word();
      if (op.empty() || !take('(')) return false;
      if (op == "and") {
        if (!read_all(into) || !take(')')) return false;
      } else if (!read_one(op, into)) {
        return false;
      }
    } while (take(','));
    return true;
  }
  bool read_one(const std::string& op, std::vector<Condition>& into) {
    Condition condition{op, word(), {}};
    if (condition.field.empty()) return false;
    if (take(',') && !read_value(condition.values)) return false;
    if (!take(')')) return false;
    into.push_back(std::move(condition));
    return true;
  }
  bool read_value(std::vector<std::string>& into) {
    if (!take('[')) return read_scalar(into);
    if (take(']')) return true;
    do {
      if (!read_scalar(into)) return false;
    } while (take(','));
    return take(']');
  }
  bool read_scalar(std::vector<std::string>& into) {
    skip();
    if (rest_.empty()) return false;
    const char quote = rest_.front();
    if (quote != '"' && quote != '\'') {
      std::string bare(rest_.substr(0, rest_.find_first_of(",()[]")));
      rest_.remove_prefix(bare.size());
      into.push_back(std::move(bare));
      return !into.back().empty();
    }
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        into.push_back(std::move(text));
        return true;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      text += rest_[i];
    }
    return false;
  }

  std::string_view rest_;
};

bool is_time_field(std::string_view field) {
  return field == "created" || field == "updated" || field == "created_at" || field == "datetime" ||
         field == "joined_group_at" || field == "timestamp" || field.ends_with(".timestamp");
}

// An event's timestamp may also be given in Unix seconds.
std::optional<tillbridge::Instant> moment_of(std::string_view field, const std::string& value) {
  std::int64_t seconds = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (field == "timestamp" && read.ec == std::errc{} && read.ptr == value.data() + value.size())
    return tillbridge::from_unix_seconds(seconds);
  return time_of(value);
}

// The operators that `filters` allows for the field; empty when it does not know it.
std::vector<std::string> operators(std::string_view filters, std::string_view field) {
  for (const std::string& entry : split(filters, ' ')) {
    const auto colon = entry.rfind(':');
    if (std::string_view(entry).substr(0, colon) == field)
      return split(std::string_view(entry).substr(colon + 1), ',');
  }
  return {};
}

void read_filter(std::string_view text, const Operation& operation, Query& query, Errors& errors) {
  auto conditions = FilterReader(text).read();
  if (!conditions) {
    errors.push_back(invalid_parameter("filter", "The filter could not be read."));
    return;
  }
  for (Condition& condition : *conditions) {
    const auto allowed = operators(operation.filters, condition.field);
    if (allowed.empty()) {
      errors.push_back(invalid_parameter(
          "filter", fmt::format("'{}' is not a field that can be filtered by.", condition.field)));
    } else if (std::find(allowed.begin(), allowed.end(), condition.op) == allowed.end()) {
      errors.push_back(invalid_parameter(
          "filter", fmt::format("'{}' does not support '{}'.", condition.field, condition.op)));
    } else if (condition.values.empty() != (condition.op == "has") ||
               (condition.op != "any" && condition.values.size() > 1)) {
      errors.push_back(invalid_parameter("filter", "Wrong number of values."));
    }
    if (!is_time_field(condition.field)) continue;
    for (std::string& value : condition.values) {
      const auto at = moment_of(condition.field, value);
      if (!at) {
        errors.push_back(
            invalid_parameter("filter", fmt::format("'{}' is no date and time.", value)));
      } else {
        value = sortable(*at);
      }
    }
  }
  query.conditions = std::move(*conditions);
}

void read_page_size(const std::string& value, std::size_t page_max, Query& query, Errors& errors) {
  std::size_t size = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), size);
  if (read.ec != std::errc{} || read.ptr != value.data() + value.size() || size < 1 ||
      size > page_max) {
    errors.push_back(
        invalid_parameter("page[size]", fmt::format("Must be from 1 to {}.", page_max)));
    return;
  }
  query.page_size = size;
}

void read_sort(std::string value, const Operation& operation, Query& query, Errors& errors) {
  query.descending = value.starts_with('-');
  query.sort = query.descending ? value.substr(1) : value;
  // Only events name the descending form first: it is their default.
  if (!names(operation.sorts, query.sort))
    errors.push_back(invalid_parameter("sort", fmt::format("'{}' is not a sort option.", value)));
}

void read_parameter(const std::string& name, const std::string& value, const Operation& operation,
                    std::size_t page_max, Query& query, Errors& errors) {
  const auto chosen = [&](std::string_view allowed, std::set<std::string>& into) {
    for (std::string& one : split(value, ',')) {
      if (!names(allowed, one))
        errors.push_back(invalid_parameter(name, fmt::format("'{}' is not allowed.", one)));
      into.insert(std::move(one));
    }
  };
  if (name == "filter" && !operation.filters.empty()) {
    read_filter(value, operation, query, errors);
  } else if (name == "sort" && !operation.sorts.empty()) {
    read_sort(value, operation, query, errors);
  } else if (name == "page[size]" && page_max > 0) {
    read_page_size(value, page_max, query, errors);
  } else if (name == "page[cursor]" && page_max > 0) {
    query.cursor = value;
  } else if (name == "include" && !operation.includes.empty()) {
    chosen(operation.includes, query.include);
  } else if (name.starts_with("additional-fields[") && !operation.additional.empty()) {
    chosen(operation.additional, query.additional);
  } else if (name.starts_with("fields[") && name.ends_with(']')) {
    for (std::string& one : split(value, ','))
      query.fields[name.substr(7, name.size() - 8)].insert(std::move(one));
  } else {
    errors.push_back(
        invalid_parameter(name, fmt::format("'{}' is not a parameter of this call.", name)));
  }
}

std::string cursor_text(bool forward, const Entry& at) {
  return tillbridge::base64_encode(fmt::format("{}{}\n{}", forward ? 'n' : 'p', at.key, at.id));
}

struct Position {
  bool forward = true;
  Entry entry;
};
std::optional<Position> position_of(const std::string& cursor) {
  const auto decoded = tillbridge::base64_decode(cursor);
  if (!decoded || decoded->empty() || (decoded->front() != 'n' && decoded->front() != 'p'))
    return std::nullopt;
  const auto line = decoded->find('\n');
  if (line == std::string::npos) return std::nullopt;
  return Position{decoded->front() == 'n',
                  {decoded->substr(1, line - 1), decoded->substr(line + 1)}};
}

}  // namespace

const Condition* Query::condition(std::string_view field, std::string_view op) const {
  const auto found = std::find_if(conditions.begin(), conditions.end(), [&](const Condition& one) {
    return one.field == field && one.op == op;
  });
  return found == conditions.end() ? nullptr : &*found;
}

std::variant<Query, Errors> query_of(const Operation& operation,
                                     const tillbridge::http::Request& request,
                                     std::size_t page_max) {
  Query query;
  Errors errors;
  query.page_size = static_cast<std::size_t>(operation.page_default);
  const auto sorts = split(operation.sorts, ' ');
  if (!sorts.empty()) {
    query.descending = sorts.front().starts_with('-');
    query.sort = query.descending ? sorts.front().substr(1) : sorts.front();
  }
  for (const std::string& pair : split(request.query, '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = tillbridge::http::percent_decode(pair.substr(0, equals), true);
    const std::string value = tillbridge::http::percent_decode(
        std::string_view(pair).substr(std::min(equals + 1, pair.size())), true);
    if (name != "page[cursor]") query.rest += (query.rest.empty() ? "" : "&") + pair;
    read_parameter(name, value, operation, page_max, query, errors);
  }
  if (!errors.empty()) return errors;
  return query;
}

bool meets(const Query& query, std::string_view field, std::string_view value) {
  return std::all_of(query.conditions.begin(), query.conditions.end(), [&](const Condition& one) {
    if (one.field != field || one.op == "has") return true;
    if (one.op == "equals" || one.op == "any")
      return std::find(one.values.begin(), one.values.end(), value) != one.values.end();
    const std::string_view bound = one.values.front();
    if (one.op == "greater-than") return value > bound;
    if (one.op == "greater-or-equal") return value >= bound;
    if (one.op == "less-than") return value < bound;
    return value <= bound;
  });
}

std::string sortable(tillbridge::Instant at) {
  return fmt::format("{:020}", tillbridge::to_unix_us(at));
}

std::variant<Page, Errors> page_of(std::vector<Entry> entries, const Query& query) {
  const auto before = [&query](const Entry& a, const Entry& b) {
    if (a.key != b.key) return query.descending ? a.key > b.key : a.key < b.key;
    return query.descending ? a.id > b.id : a.id < b.id;
  };
  std::sort(entries.begin(), entries.end(), before);
  std::size_t from = 0;
  std::size_t to = std::min(query.page_size, entries.size());
  if (!query.cursor.empty()) {
    const auto position = position_of(query.cursor);
    if (!position) return Errors{invalid_parameter("page[cursor]", "Not a cursor.")};
    if (position->forward) {
      const auto at = std::upper_bound(entries.begin(), entries.end(), position->entry, before);
      from = static_cast<std::size_t>(at - entries.begin());
      to = std::min(from + query.page_size, entries.size());
    } else {
      const auto at = std::lower_bound(entries.begin(), entries.end(), position->entry, before);
      to = static_cast<std::size_t>(at - entries.begin());
      from = to - std::min(to, query.page_size);
    }
  }
  Page page;
  if (to < entries.size() && to > from) page.next = cursor_text(true, entries[to - 1]);
  if (from > 0 && to > from) page.prev = cursor_text(false, entries[from]);
  page.entries.assign(std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(from)),
                      std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(to)));
  return page;
}

}  // namespace sandbox::klaviyo
