#include "app/config_reader.h"

#include <algorithm>
#include <cmath>

namespace tillbridge::app {
namespace {

const Node& empty_table() {
  static const Node empty;
  return empty;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[right.size()];
}

template <typename Range>
std::string joined(const Range& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    // Wildly different lengths cannot be close; this also bounds the work for a hostile key.
    if (candidate.size() + best_distance < word.size()) continue;
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

TableReader::TableReader(ReadContext& context, std::string path, const Node* table,
                         int line_if_absent)
    : context_(context),
      path_(std::move(path)),
      table_(table == nullptr ? &empty_table() : table),
      present_(table != nullptr),
      line_(table == nullptr || table->line == 0 ? line_if_absent : table->line) {}

const Node* TableReader::take(std::string_view key) {
  known_.emplace(key);
  return table_->find(key);
}

int TableReader::line_of(std::string_view key) const {
  const Node* node = table_->find(key);
  return node == nullptr || node->line == 0 ? line_ : node->line;
}

std::string TableReader::path_of(std::string_view key) const {
  if (path_.empty()) return std::string(key);
  return key.empty() ? path_ : fmt::format("{}.{}", path_, key);
}

void TableReader::problem(std::string_view key, std::string what, std::string fix) {
  context_.problems.push_back(Problem{.file = context_.file,
                                      .line = line_of(key),
                                      .key = path_of(key),
                                      .what = std::move(what),
                                      .fix = std::move(fix)});
}

void TableReader::warn(std::string_view key, std::string what, std::string fix) {
  problem(key, std::move(what), std::move(fix));
  context_.problems.back().warning = true;
}

void TableReader::missing(std::string_view key, std::string fix) {
  problem(key, "is missing", std::move(fix));
}

const Node* TableReader::take_typed(std::string_view key, Node::Type type) {
  const Node* node = take(key);
  if (node == nullptr) return nullptr;
  const bool whole_as_number = type == Node::Type::number && node->type == Node::Type::integer;
  if (node->type == type || whole_as_number) return node;
  problem(key, fmt::format("is {}", name(node->type)), fmt::format("must be {}", name(type)));
  return nullptr;
}

void TableReader::text(std::string_view key, std::string& into, Need need) {
  const Node* node = take_typed(key, Node::Type::text);
  if (node != nullptr) into = node->text;
  if (need == Need::required && table_->find(key) == nullptr)
    missing(key, fmt::format("add {} = \"...\"", key));
  else if (need == Need::required && node != nullptr && node->text.empty())
    problem(key, "is empty", "give it a value");
}

void TableReader::flag(std::string_view key, bool& into) {
  if (const Node* node = take_typed(key, Node::Type::boolean)) into = node->boolean;
}

bool TableReader::in_range(std::string_view key, double value, double least, double most) {
  if (value >= least && value <= most) return true;  // false for NaN
  problem(key, fmt::format("{} is out of range", value),
          fmt::format("must be between {} and {}", least, most));
  return false;
}

void TableReader::number(std::string_view key, double& into, double least, double most) {
  const Node* node = take_typed(key, Node::Type::number);
  if (node != nullptr && in_range(key, node->number, least, most)) into = node->number;
}

std::optional<std::int64_t> TableReader::whole_value(std::string_view key, std::int64_t least,
                                                     std::int64_t most, Need need) {
  const Node* node = take_typed(key, Node::Type::integer);
  if (need == Need::required && table_->find(key) == nullptr)
    missing(key, fmt::format("add {} = ...", key));
  if (node == nullptr) return std::nullopt;
  if (node->integer >= least && node->integer <= most) return node->integer;
  problem(key, fmt::format("{} is out of range", node->integer),
          fmt::format("must be between {} and {}", least, most));
  return std::nullopt;
}

void TableReader::time(std::string_view key, Duration& into, Duration unit, std::int64_t least,
                       std::int64_t most) {
  const Node* node = take_typed(key, Node::Type::number);
  if (node == nullptr) return;
  if (!in_range(key, node->number, static_cast<double>(least), static_cast<double>(most))) return;
  into = Duration{std::llround(node->number * static_cast<double>(unit.count()))};
}

std::optional<std::string> TableReader::word_of(std::string_view key,
                                                std::span<const std::string_view> allowed) {
  const Node* node = take_typed(key, Node::Type::text);
  if (node == nullptr) return std::nullopt;
  if (std::find(allowed.begin(), allowed.end(), node->text) != allowed.end()) return node->text;
  std::vector<std::string_view> shown(allowed.begin(), allowed.end());
  std::replace(shown.begin(), shown.end(), std::string_view(), std::string_view("\"\""));
  problem(key, fmt::format("'{}' is not one of the allowed words", node->text),
          "use one of: " + joined(shown));
  return std::nullopt;
}

void TableReader::base_url(std::string_view key, std::string& into, Need need) {
  const auto before = context_.problems.size();
  std::string url = into;
  text(key, url, need);
  if (context_.problems.size() != before || url.empty()) return;
  while (url.ends_with('/')) url.pop_back();
  const auto scheme_end = url.find("://");
  const auto scheme = url.substr(0, scheme_end);
  const auto rest = scheme_end == std::string::npos ? std::string() : url.substr(scheme_end + 3);
  const auto host = rest.substr(0, rest.find_first_of("/:"));
  if ((scheme != "https" && scheme != "http") || host.empty() ||
      url.find_first_of(" \t\r\n?#@\"") != std::string::npos) {
    problem(key, fmt::format("'{}' is not a base URL", url.substr(0, 200)),
            "write https://host or https://host/path, without user, query or fragment");
    return;
  }
  const bool local = host == "localhost" || host.starts_with("127.") || host == "[";
  if (scheme == "http" && !local)
    warn(key, "credentials and customer data travel unencrypted", "use https");
  into = url;
}

void TableReader::secret(std::string_view key, Secret& into) {
  const Node* node = take(key);
  const auto how =
      fmt::format("write {} = {{ env = \"NAME\" }} or {} = {{ file = \"path\" }}", key, key);
  if (node == nullptr) return missing(key, how);
  if (node->type == Node::Type::text) {
    if (!context_.allow_literal_secrets) {
      return problem(key, "a secret stands in the configuration file",
                     how + "; for a trial only: [hub] allow_literal_secrets = true");
    }
    if (node->text.empty()) return problem(key, "is empty", how);
    warn(key, "a secret stands in the configuration file", how);
    into = Secret{node->text};
    return;
  }
  const Node* env = node->type == Node::Type::table ? node->find("env") : nullptr;
  const Node* file = node->type == Node::Type::table ? node->find("file") : nullptr;
  const Node* where = env != nullptr ? env : file;
  if (where == nullptr || node->members.size() != 1 || where->type != Node::Type::text ||
      where->text.empty() || where->text.find('\0') != std::string::npos) {
    return problem(key, "does not say where the secret is", how);
  }
  secrets::Reference reference;
  reference.place =
      env != nullptr ? secrets::Reference::Place::environment : secrets::Reference::Place::file;
  reference.where = where->text;
  auto fetched = context_.fetch(reference);
  if (!fetched)
    return problem(key, fetched.error().what, "put the secret there, or name another place");
  into = std::move(*fetched);
}

void TableReader::texts(std::string_view key, std::vector<std::string>& into) {
  const Node* list = take_typed(key, Node::Type::list);
  if (list == nullptr) return;
  into.clear();
  for (const Node& item : list->items) {
    if (item.type != Node::Type::text || item.text.empty()) {
      return problem(key, "holds something that is not a text with content",
                     fmt::format("write {} = [\"...\", \"...\"]", key));
    }
    into.push_back(item.text);
  }
}

std::unique_ptr<TableReader> TableReader::below(std::string_view key) {
  const Node* node = take_typed(key, Node::Type::table);
  return std::make_unique<TableReader>(context_, path_of(key), node, line_of(key));
}

void read_identity_source(TableReader& reader, std::string_view key, model::IdentitySource& into) {
  using model::IdentitySource;
  reader.choice(key, into,
                {{"crm_customer_id", IdentitySource::crm_customer_id},
                 {"crm_member_number", IdentitySource::crm_member_number},
                 {"email", IdentitySource::email},
                 {"phone", IdentitySource::phone}});
}

void read_window(TableReader& reader, std::string_view key, std::optional<engine::Window>& into) {
  std::string window;
  reader.text(key, window);
  if (window.empty()) return;
  if (auto parsed = engine::Window::parse(window))
    into = *parsed;
  else
    reader.problem(key, parsed.error().what, "for example \"22:00-06:00\"");
}

void TableReader::finish() {
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const Node& member : table_->members) {
    const auto& key = member.key;
    if (known_.contains(key)) continue;
    const auto close = nearest(key, known);
    problem(
        key, "is not a known key",
        close.empty() ? "known here: " + joined(known) : fmt::format("did you mean '{}'?", close));
  }
}

}  // namespace tillbridge::app
