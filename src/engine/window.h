#pragma once
// A daily window in the workspace's zone ("22:00-06:00") in which low-priority work may run
// (REQUIREMENTS B6). Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/zone.h"

namespace tillbridge::engine {

class Window {
 public:
  static Result<Window> parse(std::string_view text);  // "HH:MM-HH:MM", may cross midnight
  bool contains(Instant at, const Zone& zone) const;
  // Zero inside the window.
  Duration until_open(Instant at, const Zone& zone) const;
  std::string to_text() const;

 private:
  Duration from_{0};
  Duration to_{0};
};

}  // namespace tillbridge::engine
