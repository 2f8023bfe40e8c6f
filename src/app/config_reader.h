#pragma once
// Inside of the configuration: reads one table into a settings struct, key by key, and keeps what
// is wrong. A key that is absent leaves the struct's default; what is left over at the end is
// unknown.

#include <array>
#include <concepts>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>

#include <fmt/format.h>

#include "app/config_document.h"

namespace tillbridge::app {

struct ReadContext {
  std::string file;
  std::vector<Problem>& problems;
  const SecretSource& fetch;
  bool allow_literal_secrets = false;
};

class TableReader {
 public:
  enum class Need { optional, required };

  // path: "workspace.sitoo"; table may be null (absent: everything keeps its default).
  TableReader(ReadContext& context, std::string path, const Node* table, int line_if_absent);
  ~TableReader() = default;
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  void text(std::string_view key, std::string& into, Need need = Need::optional);
  void flag(std::string_view key, bool& into);
  void number(std::string_view key, double& into, double least, double most);
  template <std::integral Int>
  void whole(std::string_view key, Int& into, std::int64_t least, std::int64_t most,
             Need need = Need::optional) {
    static_assert(sizeof(Int) <= sizeof(std::int64_t));
    if (const auto value = whole_value(key, least, most, need)) into = static_cast<Int>(*value);
  }
  // A time in units of `unit`, which the key's ending names (_ms, _s, _days).
  void time(std::string_view key, Duration& into, Duration unit, std::int64_t least,
            std::int64_t most);
  // One of the given words.
  template <typename Enum>
  void choice(std::string_view key, Enum& into,
              std::initializer_list<std::pair<std::string_view, Enum>> words) {
    std::vector<std::string_view> allowed;
    for (const auto& [word, value] : words) allowed.push_back(word);
    const auto chosen = word_of(key, allowed);
    for (const auto& [word, value] : words)
      if (chosen == word) into = value;
  }
  // A list of texts, none of them empty; replaces what is there.
  void texts(std::string_view key, std::vector<std::string>& into);
  // A base URL: http or https, without a slash at its end.
  void base_url(std::string_view key, std::string& into, Need need = Need::optional);
  // { env = "NAME" } or { file = "path" }; a literal text only where allowed.
  void secret(std::string_view key, Secret& into);

  // The member itself, marked as known; null when absent.
  const Node* take(std::string_view key);
  // A reader for the table of this name below this one; absent or wrong type: an empty one.
  std::unique_ptr<TableReader> below(std::string_view key);

  int line_of(std::string_view key) const;
  std::string path_of(std::string_view key) const;
  void problem(std::string_view key, std::string what, std::string fix);
  void warn(std::string_view key, std::string what, std::string fix);
  void missing(std::string_view key, std::string fix);

  // Reports the keys that nobody asked for.
  void finish();

  ReadContext& context() { return context_; }
  const Node& table() const { return *table_; }
  bool present() const { return present_; }

 private:
  const Node* take_typed(std::string_view key, Node::Type type);
  std::optional<std::int64_t> whole_value(std::string_view key, std::int64_t least,
                                          std::int64_t most, Need need);
  std::optional<std::string> word_of(std::string_view key,
                                     std::span<const std::string_view> allowed);
  bool in_range(std::string_view key, double value, double least, double most);

  ReadContext& context_;
  std::string path_;
  const Node* table_;
  bool present_;
  int line_;
  std::set<std::string, std::less<>> known_;
};

// The candidate that is most like the word, or "" when none is close.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

// Pieces of a target's table. An empty or absent window stays without one.
void read_identity_source(TableReader& reader, std::string_view key, model::IdentitySource& into);
void read_window(TableReader& reader, std::string_view key, std::optional<engine::Window>& into);

// Reads [[workspace]] number `index`.
Workspace read_workspace(ReadContext& context, const Node& table);
void read_sitoo(TableReader& reader, Workspace& into);
void read_bloomreach(TableReader& reader, Workspace& into);
void read_klaviyo(TableReader& reader, Workspace& into);

// [[...mapping]] below a platform's table, after what its rules are held against. With rules, the
// hard ID's rule says hard_id_from.
void read_bloomreach_mapping(TableReader& reader, flows::BloomreachSettings& into);
void read_klaviyo_mapping(TableReader& reader, flows::KlaviyoSettings& into);
void read_crm(TableReader& reader, Workspace& into);
void read_stock(TableReader& reader, StockSettings& into);
// [workspace.feed] and [workspace.relay]; after the workspace's retry.
void read_feed_and_relays(TableReader& workspace, Workspace& into);

}  // namespace tillbridge::app
