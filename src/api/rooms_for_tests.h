#pragma once
// For tests: the rooms of an API over a journal in memory, with desks that have nothing to say. A
// test puts its own in the place of what it is about.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/gate.h"
#include "api/rooms.h"

namespace tillbridge::api {

inline Error not_here() {
  return {Error::Kind::unavailable, "this desk is not open in this test"};
}

class NoRecordActs : public RecordActs {
 public:
  Task<Result<json::Object>> preview(std::string, RecordId) override {
    co_return no<json::Object>();
  }
  Task<Result<std::string>> send_again(std::string, RecordId, std::string) override {
    co_return no<std::string>();
  }
  Task<Result<std::string>> rebuild(std::string, RecordId, std::string, std::string) override {
    co_return no<std::string>();
  }
  Task<Result<std::string>> attribute(std::string, RecordId, std::string, std::string) override {
    co_return no<std::string>();
  }
  Task<Result<std::string>> edit(std::string, DeliveryId, std::vector<std::string>, std::string,
                                 std::string) override {
    co_return no<std::string>();
  }
  Task<Result<std::string>> skip(std::string, DeliveryId, std::string, std::string) override {
    co_return no<std::string>();
  }

 private:
  template <typename T>
  static Result<T> no() {
    return fail(not_here());
  }
};

class NoBulkActs : public BulkActs {
 public:
  Task<Result<json::Object>> estimate(BulkAsked) override { co_return fail(not_here()); }
  Task<Result<json::Object>> begin(BulkAsked) override { co_return fail(not_here()); }
  Task<Result<json::Object>> cancel(std::string, std::string, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> list(std::string, std::string, std::size_t) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> read(std::string, std::string) override { co_return fail(not_here()); }
  Task<Result<json::Object>> items(std::string, std::string, bool, std::string,
                                   std::size_t) override {
    co_return fail(not_here());
  }
};

class NoAlertDesk : public AlertDesk {
 public:
  json::Array alerts() override { return {}; }
  Task<Result<void>> acknowledge(std::string, std::string) override { co_return fail(not_here()); }
  Task<Result<void>> mute(std::string, Duration, std::string) override {
    co_return fail(not_here());
  }
  json::Object settings() override { return {}; }
  Task<Result<json::Object>> put_settings(json::Object, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> test_channel(std::string, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Array>> stores(std::string) override { co_return json::Array{}; }
  json::Object progress(const std::string&) override { return {}; }
};

class NoSettingsDesk : public SettingsDesk {
 public:
  Task<Result<json::Object>> read(std::string) override { co_return fail(not_here()); }
  Result<json::Object> check(const std::string&, const std::string&) override {
    return fail(not_here());
  }
  Task<Result<json::Object>> trial(std::string, std::string, std::size_t) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> put(std::string, std::string, std::uint32_t, std::string,
                                 std::string) override {
    co_return fail(not_here());
  }
};

class NoPrivacyDesk : public PrivacyDesk {
 public:
  Task<Result<json::Object>> find(std::string, Person) override { co_return fail(not_here()); }
  Task<Result<json::Object>> copy(std::string, Person) override { co_return fail(not_here()); }
  Task<Result<json::Object>> erase(std::string, Person, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> erasures(std::string, std::string, std::size_t) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> erasure(std::string, std::string) override {
    co_return fail(not_here());
  }
};

// Accounts are not loaded: a test that signs in does so first.
struct RoomsForTests {
  RoomsForTests(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
                telemetry::Metrics& metrics, Operations& operations,
                std::vector<std::pair<std::string_view, std::string_view>> pages = {})
      : shelf(journal, clock),
        hasher(loop, cheap()),
        accounts(loop, clock, shelf, hasher),
        live(loop),
        turns(loop),
        handbook(std::move(pages)),
        rooms{operations, journal,  metrics, clock, ids,    accounts, nullptr, live,
              turns,      handbook, acts,    bulk,  alerts, desk,     privacy, false},
        gate(rooms, GateSettings{Secret("t"), false, true}) {
    gate.bind(router);
  }

  static PasswordCost cheap() {
    PasswordCost cost;
    cost.passes = 1;
    cost.memory_bytes = 64 * 1024;
    return cost;
  }

  JournalShelf shelf;
  PasswordHasher hasher;
  Accounts accounts;
  LiveFeed live;
  Turns turns;
  desk::Handbook handbook;
  NoRecordActs acts;
  NoBulkActs bulk;
  NoAlertDesk alerts;
  NoSettingsDesk desk;
  NoPrivacyDesk privacy;
  Rooms rooms;
  Gate gate;
  http::Router router;
};

}  // namespace tillbridge::api
