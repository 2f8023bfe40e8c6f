// Any part is refused, or gives bodies that are JSON and say the same alone and in a job.

#include <array>
#include <cstdint>

#include "base/assert.h"
#include "connectors/klaviyo/documents.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::connectors::klaviyo;

void check_event(std::string_view part) {
  const auto body = event_body(part);
  const std::array<std::string_view, 2> twice = {part, part};
  const auto job = bulk_body(twice);
  TB_ASSERT(body.has_value() == job.has_value());
  if (!body) return;
  const auto alone = json::parse(*body);
  const auto together = json::parse(*job);
  TB_ASSERT(alone.has_value() && together.has_value());
  const json::Object& event = alone->at("data").at("attributes").as_object();
  const json::Object& group = together->at("data")
                                  .at("attributes")
                                  .at("events-bulk-create")
                                  .at("data")
                                  .at(0)
                                  .at("attributes")
                                  .as_object();
  const json::Array& events = group.at("events").at("data").as_array();
  TB_ASSERT(events.size() == (event.contains("unique_id") ? 1 : 2));
  TB_ASSERT(group.at("profile") == event.at("profile"));
  json::Object without_profile = event;
  without_profile.erase("profile");
  TB_ASSERT(events.at(0).at("attributes") == json::Value(without_profile));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view part(reinterpret_cast<const char*>(data), size);
  check_event(part);
  if (const auto write = profile_write_of(part)) {
    TB_ASSERT(json::parse(profile_import_body(*write, "01JX", true)).has_value());
    TB_ASSERT(json::parse(profile_import_body(*write, "", false)).has_value());
  }
  if (const auto act = consent_of(part)) {
    TB_ASSERT(json::parse(subscribe_body(*act, act->at, "list")).has_value());
    TB_ASSERT(json::parse(unsubscribe_body(*act, "")).has_value());
    const auto again = consent_of(part_bytes(*act));
    TB_ASSERT(again.has_value() && again->at == act->at && again->who.ids == act->who.ids);
  }
  return 0;
}
