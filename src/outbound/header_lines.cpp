#include "outbound/header_lines.h"

#include <cstring>

#include <curl/curl.h>

namespace tillbridge::outbound {
namespace {

// Most requests have no more to say.
constexpr std::size_t text_bytes_usual = 384;

}  // namespace

HeaderLines::HeaderLines() = default;
HeaderLines::~HeaderLines() = default;

void HeaderLines::add(std::string_view name, std::string_view between, std::string_view value) {
  if (text_.empty()) text_.reserve(text_bytes_usual);
  text_.append(name).append(between).append(value).push_back('\0');
  ++count_;
}

curl_slist* HeaderLines::list() {
  if (count_ == 0) return nullptr;
  list_ = std::make_unique<curl_slist[]>(count_);
  char* line = text_.data();
  for (std::size_t i = 0; i < count_; ++i) {
    list_[i].data = line;
    list_[i].next = i + 1 < count_ ? &list_[i + 1] : nullptr;
    line += std::strlen(line) + 1;
  }
  return list_.get();
}

}  // namespace tillbridge::outbound
