#pragma once
// Inside of the transport: the header lines of a request as the list that libcurl reads, in one
// piece of memory. libcurl's own function walks the whole list and copies the line for each.

#include <memory>
#include <string>
#include <string_view>

struct curl_slist;

namespace tillbridge::outbound {

class HeaderLines {
 public:
  HeaderLines();
  ~HeaderLines();
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;

  // One line of these parts, which hold no zero byte.
  void add(std::string_view name, std::string_view between = {}, std::string_view value = {});
  // Good until the next add(). Null when there are no lines.
  curl_slist* list();

 private:
  std::string text_;  // each line with a zero byte after it
  std::size_t count_ = 0;
  std::unique_ptr<curl_slist[]> list_;
};

}  // namespace tillbridge::outbound
