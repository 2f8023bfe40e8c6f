// What is asked of a courier from outside while it runs.

#include <limits>

#include "base/assert.h"
#include "engine/courier.h"

namespace tillbridge::engine {

void Courier::request_stop() {
  stopping_ = true;
  changed_.notify();
}

bool Courier::idle() const {
  return !taking_up_ && dispatch_.lanes().size() == 0 && replaced_.empty();
}

void Courier::pause() {
  dispatch_.pause();
}

void Courier::resume() {
  dispatch_.resume();
  changed_.notify();
}

// Names have numbers of their own here: a LagBoard's series may be shared by several stores.
std::uint32_t Courier::part_number(PauseKind kind, const std::string& name) {
  auto& numbers = part_numbers_[static_cast<std::size_t>(kind)];
  const auto number = static_cast<std::uint32_t>(numbers.size());
  const std::uint32_t known = numbers.try_emplace(name, number).first->second;
  TB_ASSERT(kind == PauseKind::store || known <= std::numeric_limits<std::uint16_t>::max());
  return known;
}

void Courier::hold_part(PauseKind kind, const std::string& name) {
  dispatch_.hold(kind, part_number(kind, name));
}

void Courier::release_part(PauseKind kind, const std::string& name) {
  dispatch_.release(kind, part_number(kind, name));
  changed_.notify();
}

}  // namespace tillbridge::engine
