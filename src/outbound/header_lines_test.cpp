#include "outbound/header_lines.h"

#include <string>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace tillbridge::outbound {
namespace {

std::vector<std::string> read(const curl_slist* list) {
  std::vector<std::string> lines;
  for (; list != nullptr; list = list->next) lines.emplace_back(list->data);
  return lines;
}

TEST(HeaderLines, are_a_list_in_the_order_they_came) {
  HeaderLines lines;
  lines.add("X-Key", ": ", "k1");
  lines.add("X-Empty", ";");
  lines.add("Expect:");
  EXPECT_EQ(read(lines.list()), (std::vector<std::string>{"X-Key: k1", "X-Empty;", "Expect:"}));
}

TEST(HeaderLines, that_outgrow_their_memory_are_all_there) {
  HeaderLines lines;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    const std::string value(static_cast<std::size_t>(i), 'v');
    lines.add("X-" + std::to_string(i), ": ", value);
    expected.push_back("X-" + std::to_string(i) + ": " + value);
    if (i % 10 == 0) EXPECT_EQ(read(lines.list()), expected);
  }
  EXPECT_EQ(read(lines.list()), expected);
}

TEST(HeaderLines, none_are_no_list) {
  HeaderLines lines;
  EXPECT_EQ(lines.list(), nullptr);
}

}  // namespace
}  // namespace tillbridge::outbound
