#pragma once
// What every Store must do (journal/store.h), as one suite that each implementation instantiates:
//   INSTANTIATE_TEST_SUITE_P(Memory, JournalSuite, testing::Values(...));

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/store.h"

namespace tillbridge::journal {

// Opens a fresh store at each call of make(); reopen() gives the same data again, or nullptr where
// nothing is kept.
class StoreMaker {
 public:
  virtual ~StoreMaker() = default;
  virtual std::unique_ptr<Store> make() = 0;
  virtual std::unique_ptr<Store> reopen() = 0;
};

struct StoreCase {
  std::string name;
  std::function<std::unique_ptr<StoreMaker>()> maker;
};

void PrintTo(const StoreCase& store, std::ostream* out);

class JournalSuite : public testing::TestWithParam<StoreCase> {
 protected:
  JournalSuite();
  ~JournalSuite() override;

  Receipt apply(Step step);  // must work
  Error::Kind refused(Step step);
  bool reopen();  // false where the store keeps nothing

  std::vector<OpenArrival> open_arrivals();
  std::vector<OpenDelivery> open_deliveries();
  std::vector<std::string> found_keys(const std::string& text,
                                      const std::string& workspace = "shop");
  Counts counts();
  void expect_sound();  // verify() finds nothing

  std::unique_ptr<StoreMaker> maker_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

// Building blocks; ids below 2^22 are years old, fresh_id() is from 2026.
std::uint64_t fresh_id(std::uint64_t number);
Instant at_second(int second);
AddArrival arrival(std::uint64_t id, const std::string& event);
PutRecord record(std::uint64_t id, const std::string& key);
AddDelivery delivery(std::uint64_t id, std::uint64_t of_record, const std::string& effect);
OpenCase case_of(std::uint64_t id, const std::string& group, std::optional<RecordId> of_record);
AddAttempt attempt(std::uint64_t of_delivery, std::uint32_t number);
UpdateDelivery moved(std::uint64_t id, DeliveryState state);
UpdateArrival moved(std::uint64_t id, ArrivalState state);

}  // namespace tillbridge::journal
