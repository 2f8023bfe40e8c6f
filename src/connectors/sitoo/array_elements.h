#pragma once
// The elements of a JSON array as they stand in its text, one after the other, so that each can be
// kept byte for byte. Pure. The text must be known to be a valid array; nothing is checked here.

#include <string_view>

namespace tillbridge::connectors::sitoo {

class ArrayElements {
 public:
  explicit ArrayElements(std::string_view array);
  // Without the blanks around it; empty behind the last one.
  std::string_view next();

 private:
  std::string_view rest_;  // from behind the bracket, or the last comma
};

}  // namespace tillbridge::connectors::sitoo
