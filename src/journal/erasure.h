#pragma once
// What of a record's rows names the person ("consent/email/vera@kund.se/2"), and what stands there
// after an erasure; the same in every store. Any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tillbridge::journal {

constexpr std::string_view erased_reason = "erased";
// Instead of a name: of the record, arrival or delivery with this id.
std::string erased_name(std::uint64_t id);

// Whom the rows of one record name.
class ErasedPerson {
 public:
  // Names are the customer's key, and the keys that may not stay findable, without what is before
  // their first ':'. Both as search_keys.h joins them.
  ErasedPerson(std::string_view customer, std::string_view keys_before,
               std::string_view keys_after);

  // One of the names is a whole part of the text, between slashes. Not in "order/20417" while
  // "order:20417" stays, whatever else has this number: without its key the order would come again.
  bool is_named_in(std::string_view text) const;

  // The text itself, or erased_name(id) when they are named in it.
  std::string left_of(const std::string& text, std::uint64_t id) const;

 private:
  std::vector<std::string> names_;  // folded
  std::vector<std::string> stays_;  // as texts: "order/20417"
};

}  // namespace tillbridge::journal
