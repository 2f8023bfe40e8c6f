#pragma once
// The elements of a JSON array as they stand in its text, one after the other, so that each can be
// kept byte for byte. Pure. The text must be known to be a valid array of that many elements;
// nothing is checked here.

#include <cstddef>
#include <string_view>

namespace tillbridge::connectors::sitoo {

class ArrayElements {
 public:
  ArrayElements(std::string_view array, std::size_t count);
  // Without the blanks around it; empty behind the last one.
  std::string_view next();

 private:
  std::string_view rest_;  // between the brackets, from behind the last comma
  std::size_t left_;
};

}  // namespace tillbridge::connectors::sitoo
