#pragma once
// Inside of the configuration: a TOML document as plain data that knows its lines, so that the
// library that parses it is included in one file only.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"

namespace tillbridge::app {

struct Node {
  enum class Type { table, list, text, integer, number, boolean, other };
  Type type = Type::table;
  std::string key;  // its name in the table that it stands in
  int line = 0;
  std::string text;          // of text; of integer and number as they are written shortest
  std::int64_t integer = 0;  // of integer
  double number = 0;         // of integer and number
  bool boolean = false;
  std::vector<Node> items;    // of list
  std::vector<Node> members;  // of table, by key

  const Node* find(std::string_view wanted) const;
};
std::string_view name(Node::Type type);

constexpr std::size_t document_bytes_max = 1024 * 1024;  // LIMIT: settings are written by people

// An empty table and a problem when the text is not TOML.
Node parse_document(std::string_view text, const std::string& file, std::vector<Problem>& problems);

// The settings of a document that was parsed.
ConfigResult read_config(const Node& document, const std::string& file, const SecretSource& fetch);

}  // namespace tillbridge::app
