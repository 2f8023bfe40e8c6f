#pragma once
// Reads the bytes of deliveries from the journal, for many calls in one query: what calls that
// begin in the same turn of the loop ask for is read together. On a hub that sends what another one
// plans, that is nearly every call. Core thread.

#include <memory>
#include <vector>

#include "base/async.h"
#include "journal/journal.h"

namespace tillbridge::engine {

class BodyReads {
 public:
  BodyReads(Loop& loop, journal::Journal& journal) : loop_(loop), journal_(journal) {}

  // As Reader::delivery_bodies(): in the order asked, an error when one of THESE cannot be read.
  Task<Result<std::vector<journal::DeliveryBody>>> read(std::vector<DeliveryId> ids);

 private:
  struct Group;
  class Answering;
  Task<Result<std::vector<journal::DeliveryBody>>> query(std::vector<DeliveryId> ids);

  Loop& loop_;
  journal::Journal& journal_;
  std::shared_ptr<Group> gathering_;  // of this turn
};

}  // namespace tillbridge::engine
