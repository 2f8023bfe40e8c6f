#pragma once
// The steps of one apply() sorted by kind, so that each kind is one statement for all steps.
// Internal to journal/postgres.
//
// Steps are applied one after the other, each in the order of its members. Kind by kind gives the
// same as long as nothing is touched twice in another order: then a new wave begins. Nearly every
// batch is one wave.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/step.h"

namespace tillbridge::journal::postgres {

template <typename Change>
struct Part {
  const Change* change = nullptr;
  std::size_t step = 0;
  // Of the change, or of what it changes ("" until it has been looked up).
  std::string_view workspace = {};
};
template <typename Change>
using Parts = std::vector<Part<Change>>;

struct Wave {
  Parts<AddArrival> arrivals;
  Parts<UpdateArrival> arrival_updates;
  Parts<PutRecord> records;
  Parts<AddDelivery> deliveries;
  Parts<ReplaceDeliveryParts> delivery_parts;
  Parts<UpdateDelivery> delivery_updates;
  Parts<AddAttempt> attempts;
  Parts<OpenCase> cases;
  Parts<CloseCase> closed_cases;
  Parts<UpdateCaseGroup> case_groups;
  Parts<AddNote> notes;
  Parts<SetCursor> cursors;  // the last of each name
  Parts<PutFact> facts;      // the last of each key
  Parts<SetPause> pauses;
  Parts<PutSettings> settings;
  Parts<AddAudit> audits;
  Parts<EraseRecord> erased;
};

// Takes out what is not an arrival and belongs to one of these steps.
template <typename OfStep>
void leave_out(Wave& wave, OfStep of_step) {
  const auto from = [&](auto&... parts) {
    (std::erase_if(parts, [&](const auto& part) { return of_step(part.step); }), ...);
  };
  from(wave.arrival_updates, wave.records, wave.deliveries, wave.delivery_parts,
       wave.delivery_updates, wave.attempts, wave.cases, wave.closed_cases, wave.case_groups,
       wave.notes, wave.cursors, wave.facts, wave.pauses, wave.settings, wave.audits, wave.erased);
}

// The steps must outlive the waves.
std::deque<Wave> in_waves(std::span<const Step> steps);

}  // namespace tillbridge::journal::postgres
