#pragma once
// Bloomreach: writes the test customer as tills do, finds it again, tracks one event of each type
// that the flows send, and takes the customer away (bloomreach.md 2, 3, 6, 7, 8, 14). What is
// refused is narrowed down to the property, ID type or event type that it is about. Core thread.

#include <string>
#include <utility>
#include <vector>

#include "app/validation/run.h"
#include "connectors/bloomreach/customer_client.h"
#include "model/tracking.h"

namespace tillbridge::app {

class BloomreachSteps {
 public:
  BloomreachSteps(ValidationRun& run, connectors::bloomreach::CustomerClient& customers);

  // Errors are the journal's.
  Task<Result<void>> check();
  Task<Result<void>> clean_up();

 private:
  using Id = std::pair<std::string, std::string>;  // type, value

  Task<bool> connect();
  Task<void> categories();
  Task<Result<void>> create();
  Task<void> narrow_down(Outcome refused);
  Task<void> narrow_down_ids(Outcome refused, std::string property);
  void report_creation(const std::vector<std::string>& refused_properties);
  Task<void> look_up();
  Task<void> look_up_otherwise(Outcome outcome, Waiting waiting);
  void report_ids();
  void report_rights();
  Task<Result<void>> track();
  Task<std::string> see_events(std::vector<std::string> types);
  Task<bool> is_gone();

  Task<Outcome> write(model::TrackedEffect effect);
  connectors::bloomreach::WhatToRead what_to_read() const;
  bool shows_everything(const connectors::bloomreach::CustomerRead& read) const;
  std::vector<std::string> missing_in(const connectors::bloomreach::CustomerRead& read) const;

  ValidationRun& run_;
  connectors::bloomreach::CustomerClient& customers_;
  model::CustomerUpdate update_;  // as it was taken at last
  bool connected_ = false;
  bool created_ = false;
  bool written_ = false;  // anything of the test customer may be there
  Duration visible_after_{0};
  Id known_as_;  // an ID under which it is, for the clean-up
  connectors::bloomreach::ReadAnswer read_;
  bool found_ = false;
  std::vector<std::string> asked_ids_;  // types
};

}  // namespace tillbridge::app
