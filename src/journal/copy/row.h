#pragma once
// One row on its way from one store to the other, or to the proof.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace tillbridge::journal::copy {

struct Value {
  enum class Type : std::uint8_t { null, integer, bytes };
  Type type = Type::null;
  std::int64_t integer = 0;
  std::string_view bytes = {};  // of a text or of bytes, as long as the row
};

// The columns in the order of the table.
using Row = std::span<Value>;
// The first failure ends the reading and is returned by it.
using OnRow = std::function<Result<void>(Row)>;

}  // namespace tillbridge::journal::copy
