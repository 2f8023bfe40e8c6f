#pragma once
// A person asks for a copy of what we hold or to be forgotten (docs/console.md "Privacy").
// Implemented by app/. Core thread. Exactly one of the members is set.

#include <string>

#include "base/async.h"
#include "base/json.h"

namespace tillbridge::api {

struct Person {
  std::string email, phone, customer;
};

class PrivacyDesk {
 public:
  virtual ~PrivacyDesk() = default;
  virtual Task<Result<json::Object>> find(std::string workspace, Person person) = 0;
  virtual Task<Result<json::Object>> copy(std::string workspace, Person person) = 0;
  // Erases here and asks the platforms; the proof names no person.
  virtual Task<Result<json::Object>> erase(std::string workspace, Person person,
                                           std::string by) = 0;
  virtual Task<Result<json::Object>> erasures(std::string workspace, std::string after,
                                              std::size_t limit) = 0;
  virtual Task<Result<json::Object>> erasure(std::string workspace, std::string id) = 0;
};

}  // namespace tillbridge::api
