#include "journal/postgres/newness.h"

#include <chrono>

#include "base/ids.h"

namespace tillbridge::journal::postgres {
namespace {

// An older one may be another workspace's, which is looked for (Batch::doubtful).
constexpr Duration age_max = std::chrono::hours{1};

}  // namespace

bool has_new_id(const PutRecord& record, std::uint64_t highest_put) {
  return record.id.value > highest_put &&
         instant_of(record.id.value) + age_max >= record.changed_at;
}

bool is_opaque(std::string_view external_id) {
  return external_id.find_first_of("/@+") == std::string_view::npos;
}

bool is_named_after(std::string_view effect, std::string_view record_key) {
  const auto of_effect = effect.find('/');
  const auto of_key = record_key.find('/');
  if (of_effect == std::string_view::npos || of_key == std::string_view::npos) return false;
  const auto name = effect.substr(of_effect + 1);
  return name == record_key.substr(of_key + 1) && is_opaque(name);
}

}  // namespace tillbridge::journal::postgres
