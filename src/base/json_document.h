#pragma once
// A JSON text that is looked at and dropped, as most that come in are: its values lie beside each
// other in one block and go with it, which costs a fraction of what json::parse() does. For values
// that are kept or handed on there is json::parse().

#include <array>
#include <string_view>

#include <boost/json/monotonic_resource.hpp>

#include "base/json.h"

namespace tillbridge::json {

class Document {
 public:
  explicit Document(std::string_view text);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // As parse() gives it. What is in it lives as long as the document: copy what is to stay.
  const Result<Value>& root() const { return root_; }

 private:
  // Enough for a text of some kilobytes; a longer one goes on in the heap.
  std::array<unsigned char, 16 * 1024> first_block_;
  boost::json::monotonic_resource values_;
  const Result<Value> root_;
};

}  // namespace tillbridge::json
