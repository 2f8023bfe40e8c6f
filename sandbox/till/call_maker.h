#pragma once
// Decides what staff ask next: operation, person, how they type it, from which till. Deterministic
// by seed. Core thread.

#include <array>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "sitoo/masterdata.h"
#include "till/crm_client.h"
#include "till/people.h"

namespace sandbox::till {

enum class SearchBy : std::uint8_t { email, mobile, member_number, unknown };

// Weights need not add up to anything. What is not listed does not happen.
struct Mix {
  // Searches for somebody whom the CRM must not know are `unknown`, by any key.
  std::map<Operation, double> operations = {{Operation::search, 80},  {Operation::get, 8},
                                            {Operation::history, 4},  {Operation::sections, 2},
                                            {Operation::consents, 2}, {Operation::add, 2},
                                            {Operation::update, 2}};
  std::map<SearchBy, double> search_by = {{SearchBy::email, 40},
                                          {SearchBy::mobile, 35},
                                          {SearchBy::member_number, 15},
                                          {SearchBy::unknown, 10}};
};

struct PlannedCall {
  CrmCall call;
  Person* person = nullptr;  // whom the answer has to be about; nullptr: nobody
  bool adds = false;         // the person is new
  std::string about;         // for the description of a problem
  std::optional<tillbridge::Duration> pressed_again_after;  // the same call once more
};

class CallMaker {
 public:
  // What is passed by reference must outlive the maker.
  CallMaker(People& people, const sitoo::Masterdata& stores, Mix mix, std::uint64_t seed)
      : people_(people), stores_(stores), mix_(std::move(mix)), entropy_(seed) {}

  PlannedCall next(tillbridge::Tick now);

 private:
  PlannedCall search(tillbridge::Tick now);
  PlannedCall about_customer(Operation operation, tillbridge::Tick now);
  PlannedCall add();
  PlannedCall update(tillbridge::Tick now);
  std::size_t stores_in(std::size_t market) const;
  TypedPhone as_typed(const Person& person);
  // Sets the key as typed; true: it needs the store's country.
  bool set_key(PlannedCall& planned, const Person& person, SearchBy by);
  void set_till(CrmCall& call, std::optional<std::size_t> market_needed);

  People& people_;
  const sitoo::Masterdata& stores_;
  const Mix mix_;
  tillbridge::Entropy entropy_;
};

}  // namespace sandbox::till
