#pragma once
// A secret in memory: cannot be printed, logged or compared by accident; wiped when it goes.
// reveal() is the one way to the text; grep for it to see every use.

#include <string>
#include <string_view>
#include <utility>

namespace tillbridge {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  // Takes the same time for every candidate of the same length.
  bool matches(std::string_view candidate) const;

 private:
  void wipe() noexcept;

  std::string text_;
};

}  // namespace tillbridge
