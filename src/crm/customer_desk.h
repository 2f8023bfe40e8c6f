#pragma once
// Decides what tills are told and what becomes of what they say (docs/flows/till.md): the platform
// while the customer waits, the index when it cannot; lookup before create; everything durable
// before the till is answered. Core thread.

#include <functional>
#include <memory>

#include "crm/customer_index.h"
#include "crm/customer_writer.h"
#include "crm/live_reads.h"
#include "crm/match.h"
#include "crm/redemptions.h"
#include "crm/settings.h"
#include "crm/till_desk.h"
#include "telemetry/metrics.h"

namespace tillbridge::crm {

// Who and what the desk works with. References outlive it.
struct DeskParts {
  Loop& loop;
  const Clock& clock;
  journal::Journal& journal;
  IdSource& ids;
  CustomerIndex& index;
  Turns& turns;
  ProfileSource* source;  // nullptr: the index alone
  CustomerWriter& writer;
  Redemptions& redemptions;
  // What the book of another platform's consents knows of somebody; empty: there is none.
  std::function<Task<Result<std::vector<model::ConsentDecision>>>(model::Customer customer)>
      consents;
  // What somebody bought, newest first.
  std::function<Task<Result<std::vector<Purchase>>>(model::Customer customer, std::size_t limit)>
      purchases;
};

class CustomerDesk final : public TillDesk {
 public:
  CustomerDesk(DeskParts parts, CrmSettings settings, std::uint32_t settings_version);
  void start(TaskGroup& tasks) { live_.start(tasks); }

  Task<Answered<std::optional<ShownCustomer>>> search(Key key, AtTill at) override;
  Task<Answered<ShownCustomer>> get(std::string customer_id, AtTill at) override;
  Task<Answered<ShownCustomer>> add(model::CustomerChange change, AtTill at) override;
  Task<Answered<ShownCustomer>> update(std::string customer_id, model::CustomerChange change,
                                       AtTill at) override;
  Task<Answered<std::vector<Purchase>>> history(std::string customer_id, AtTill at) override;
  Task<Answered<std::vector<Section>>> sections(std::string customer_id, AtTill at) override;
  Task<Answered<Promotion>> redeem(RedeemAct act, AtTill at) override;

  // What a platform told about somebody outside of a till's question: into the index.
  Task<Result<void>> learn(FoundProfile found);
  // One profile becomes another's: `from` is gone from the index, its identifiers lead to `into`.
  // not_found names which. more: facts of others that become true with it.
  Task<Result<void>> merge(std::string into, std::string from, std::string by,
                           std::vector<journal::PutFact> more = {});

 private:
  struct Seen {
    std::optional<IndexEntry> entry;
    bool from_index = false;
  };
  struct Finding {  // one identifier looked up
    Result<Seen> seen;
    bool asked = true;
  };
  struct Write {
    std::string customer_id;  // "": a new one
    model::CustomerChange change;
    bool look_up_first = false;  // new, and nobody could be asked
    std::string conflict;
    AtTill at;
  };

  // Somebody by number; not_found and unavailable have words for staff.
  Task<Result<IndexEntry>> known(std::string customer_id, Duration& platform_took);
  Task<Finding> look_up(Key key, Tick until, Duration& platform_took);
  std::vector<Key> questions_about(const Key& key, const std::optional<IndexEntry>& known) const;
  Task<SourceAnswer> ask(Key key, Tick until, Duration& platform_took);
  Task<Result<std::vector<Sighting>>> sight(std::vector<Key> keys, Tick until,
                                            Duration& platform_took);
  // With what was decided elsewhere since.
  Task<Result<IndexEntry>> with_consents(IndexEntry entry);
  // The index as it is after this sighting.
  Task<Result<IndexEntry>> adopt(FoundProfile found);
  Task<Result<std::optional<IndexEntry>>> entry_of(FoundProfile found);
  Task<Result<ShownCustomer>> show(IndexEntry entry, bool from_index);
  Task<Result<IndexEntry>> store(Write write);
  Task<Result<ShownCustomer>> store_and_show(Write write);
  Task<Result<std::optional<journal::RecordRow>>> record_of(std::string customer_id);
  journal::OpenCase conflict_case(const std::string& customer_id, const std::string& conflict,
                                  std::optional<RecordId> record);
  Task<Result<void>> open_conflict(IndexEntry entry, std::string conflict);
  Task<Result<void>> commit(Write write, std::optional<IndexEntry> before, IndexEntry after,
                            std::vector<model::ConsentDecision> decisions);
  Task<Answered<ShownCustomer>> add_alone(model::CustomerChange change, AtTill at);
  Task<Answered<ShownCustomer>> update_alone(IndexEntry entry, model::CustomerChange change,
                                             AtTill at, Duration platform_took);
  // Of the identifiers given those that differ from the customer's.
  std::vector<Key> keys_of(const model::CustomerChange& change,
                           const model::Customer& customer) const;
  bool is_pending(const IndexEntry& entry) const;
  Tick patience_ends() const { return on_.clock.tick() + settings_.patience; }
  std::string new_customer_id();

  DeskParts on_;
  CrmSettings settings_;
  std::uint32_t settings_version_;
  LiveReads live_;
  Turns people_;  // who is being added or corrected, by identifier
};

}  // namespace tillbridge::crm
