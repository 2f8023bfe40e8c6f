#include "journal/postgres/newness.h"

#include <algorithm>
#include <chrono>

#include "base/ids.h"

namespace tillbridge::journal::postgres {
namespace {

// An older one may be another workspace's, which is looked for (Batch::doubtful).
constexpr Duration age_max = std::chrono::hours{1};

// LIMIT: the digits of a phone number with or without its country, or of a personal number.
constexpr std::size_t digits_of_person_min = 6;
constexpr std::size_t digits_of_person_max = 15;

// Of an address, of a phone number with its country, or of a name made of several parts.
bool has_sign(std::string_view name) {
  return name.find_first_of("/@+") != std::string_view::npos;
}

// Digits and what people write between them.
bool may_number_a_person(std::string_view name) {
  if (name.find_first_not_of("0123456789 -.()") != std::string_view::npos) return false;
  const auto digits = static_cast<std::size_t>(
      std::count_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }));
  return digits >= digits_of_person_min && digits <= digits_of_person_max;
}

}  // namespace

bool has_new_id(const PutRecord& record, std::uint64_t highest_put) {
  return record.id.value > highest_put &&
         instant_of(record.id.value) + age_max >= record.changed_at;
}

bool is_opaque(std::string_view external_id) {
  return !has_sign(external_id) && !may_number_a_person(external_id);
}

bool is_named_after(std::string_view effect, std::string_view record_key) {
  const auto of_effect = effect.find('/');
  const auto of_key = record_key.find('/');
  if (of_effect == std::string_view::npos || of_key == std::string_view::npos) return false;
  const auto name = effect.substr(of_effect + 1);
  return name == record_key.substr(of_key + 1) && !has_sign(name);
}

}  // namespace tillbridge::journal::postgres
