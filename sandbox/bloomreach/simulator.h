#pragma once
// A simulated Bloomreach Engagement project: tracking (T1 to T4), reads (C1 to C4), consent
// categories and anonymising (G1 to G3), catalogs (K1 to K11), with the failures and faults of
// contract section 16. Every write that it takes is reported to the ledger once per commit, also
// when the answer is then lost. Core thread. Must outlive the server that its handler serves.

#include <cstdint>
#include <map>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "bloomreach/access.h"
#include "bloomreach/catalog_store.h"
#include "bloomreach/command.h"
#include "bloomreach/fault_plan.h"
#include "bloomreach/profile_store.h"
#include "bloomreach/rate_limit.h"
#include "bloomreach/settings.h"
#include "bloomreach/write_queue.h"
#include "http/server.h"
#include "ledger/ledger.h"
#include "ledger/stock_ledger.h"

namespace sandbox::bloomreach {

class BloomreachSimulator {
 public:
  BloomreachSimulator(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                      tillbridge::Entropy entropy, Ledger& ledger, Settings settings);
  BloomreachSimulator(const BloomreachSimulator&) = delete;
  BloomreachSimulator& operator=(const BloomreachSimulator&) = delete;

  // Serves everything under /track/v2 and /data/v2; other paths get the platform's 404.
  tillbridge::http::Handler handler();

  const Settings& settings() const { return settings_; }
  // Changes the named settings at once (see settings.h). One member more: "rotate": {"key_id",
  // "secret"} gives a key a new secret and keeps the old one good for rotation_window_s. Nothing
  // changes when anything in it is wrong.
  tillbridge::Result<void> change(const boost::json::object& patch);

  // Counters for the dashboard: requests, by route, status and fault, events, profiles, queue.
  boost::json::object status() const;
  // Applies what is due. Reads do so by themselves.
  void apply_due();
  const ProfileStore& profiles() const { return profiles_; }

  // Catalogs: none at first. Changes made here are nobody's calls, and no ledger is told.
  CatalogStore& catalogs() { return catalogs_; }
  // Is told of every catalog row that a call brings, at acceptance. nullptr: nobody is.
  void tell_stock_to(StockLedger* stock) { stock_ledger_ = stock; }

  // What happens inside Bloomreach itself: applied at once, and the ledger is not told.
  // A profile as if it had stood there since changed_s (Unix seconds). Ids of types that the
  // project lacks are left out; rejected: no id is left, or they are on different profiles.
  tillbridge::Result<void> put_profile(const ExternalIds& ids,
                                       const boost::json::object& properties, double changed_s);
  // The person's own decision, in a footer or on a consent page. not_found: no such profile or
  // category.
  tillbridge::Result<void> person_decides(const ExternalIds& ids, const std::string& category,
                                          bool accept, double at_s);
  // As the control API shows them: {"internal_id","ids","properties","events":<count>}.
  boost::json::array profiles_of(const std::string& id_type, const std::string& value);
  // Those whose property is this text, or is a list that holds it. Looks at every profile.
  boost::json::array profiles_with(const std::string& property, const std::string& value);

 private:
  struct Call {  // one request on its way
    tillbridge::http::Request request;
    std::optional<Target> target;
    Fault fault;
    std::uint64_t number = 0;
  };
  tillbridge::Task<tillbridge::http::Reply> handle(tillbridge::http::Request request);
  Reply answered(const Call& call);
  std::optional<Reply> fault_before_commit(const Fault& fault);
  Reply dispatch(const Call& call, const Access& access);

  Reply track_one(const Call& call, const Access& access, const boost::json::object& body);
  Reply track_batch(const Call& call, const Access& access, const boost::json::object& body);
  boost::json::object batch_result(const Call& call, const Access& access,
                                   const boost::json::object& command,
                                   std::vector<Command>& accepted);
  Reply catalog_call(const Call& call, const Access& access);
  Reply anonymize_one(const Access& access, const boost::json::object& body);
  Reply anonymize_many(const Access& access, const boost::json::object& body);

  std::variant<Command, Refusal> checked(Route kind, const boost::json::value& data,
                                         const Access& access) const;
  // The commit: tells the ledger. The queue gets it from enqueue().
  void report(Command& command, std::uint64_t request_number);
  void enqueue(std::vector<Command> commands);
  Reply throttled(ThrottleStyle style, tillbridge::Duration wait) const;
  double now_s() const;

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  Ledger& ledger_;
  Settings settings_;
  FaultPlan faults_;
  tillbridge::Entropy entropy_;
  ProfileStore profiles_;
  WriteQueue queue_;
  CatalogStore catalogs_;
  StockLedger* stock_ledger_ = nullptr;
  RateLimit tracking_limit_;
  RateLimit data_limit_;
  boost::unordered_flat_set<std::uint64_t> accepted_content_;

  std::uint64_t requests_ = 0;
  std::uint64_t accepted_events_ = 0;
  std::uint64_t accepted_updates_ = 0;
  std::uint64_t exact_copies_ = 0;
  std::map<std::string, std::uint64_t> by_route_;
  std::map<std::string, std::uint64_t> by_answer_;  // status, or how the call was broken off
  std::map<std::string, std::uint64_t> by_fault_;
};

}  // namespace sandbox::bloomreach
