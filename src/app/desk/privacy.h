#pragma once
// Copies and erases a person (docs/console.md "Privacy"). An erasure goes on after a restart until
// it is complete here and every platform has taken it or refused. Core thread.
//
// Not reached: texts that staff wrote (notes, audit entries, case texts), which are evidence of
// their acts and go with their retention, and backups that were made before.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/privacy_desk.h"
#include "app/desk/privacy_proof.h"
#include "app/desk/privacy_search.h"
#include "base/outcome.h"
#include "base/task_group.h"
#include "base/turns.h"
#include "journal/journal.h"

namespace tillbridge::app {

// What a connection can be asked about a person.
struct PrivacyPlatform {
  std::string connection;
  // By which of its own kinds of identifier it may know them: {"email", "vera@kund.se"}.
  std::function<std::vector<std::pair<std::string, std::string>>(const Identity&)> identifiers;
  std::function<Task<Outcome>(std::string kind, std::string value)> ask;
};

struct PrivacyWorkspace {
  std::string name;
  std::string country;     // of phones without +: crm.country
  Turns* turns = nullptr;  // of the workspace: what is learned about people is changed in turn
};

struct PrivacySettings {
  std::vector<PrivacyWorkspace> workspaces;
  Duration ask_again = std::chrono::minutes{5};  // a platform that could not answer
};

// Everything outlives the desk.
struct PrivacyParts {
  Loop& loop;
  const Clock& clock;
  journal::Journal& journal;
  IdSource& ids;
  std::function<std::vector<PrivacyPlatform>(const std::string& workspace)> platforms;
  // Its bytes are gone and it is settled: TargetConnection::erased() of its connection. May be
  // empty.
  std::function<void(const std::string& workspace, const journal::OpenDelivery& delivery)> drop;
};

class HubPrivacyDesk final : public api::PrivacyDesk {
 public:
  HubPrivacyDesk(PrivacyParts parts, PrivacySettings settings);

  Task<void> run();  // until request_stop(): takes up what is not complete
  void request_stop();

  // {"records", "facts", "arrivals", "addresses", "identifiers", "notes", "erased_before"}
  Task<Result<json::Object>> find(std::string workspace, api::Person person) override;
  Task<Result<json::Object>> copy(std::string workspace, api::Person person) override;
  Task<Result<json::Object>> erase(std::string workspace, api::Person person,
                                   std::string by) override;
  Task<Result<json::Object>> erasures(std::string workspace, std::string after,
                                      std::size_t limit) override;
  Task<Result<json::Object>> erasure(std::string workspace, std::string id) override;

 private:
  struct Counted {
    std::uint64_t records = 0, deliveries = 0, arrivals = 0, facts = 0;
  };

  Result<const PrivacyWorkspace*> find_workspace(const std::string& name) const;
  PrivacyPlace place_of(const PrivacyWorkspace& workspace) const;
  Task<Result<std::string>> hash_key(std::string workspace);
  Task<Result<json::Array>> erased_before(std::string workspace, Identity identity);
  Task<Result<std::optional<std::string>>> fact(std::string workspace, std::string key);

  Task<Result<void>> begin(const PrivacyWorkspace& workspace, Identity identity, std::string by,
                           std::uint64_t id);
  // Takes up an erasure wherever it is.
  Task<Result<Erasure>> go_on(const PrivacyWorkspace& workspace, std::uint64_t id);
  Task<Result<void>> erase_here(const PrivacyWorkspace& workspace, Identity identity,
                                std::uint64_t id, Counted& counted);
  Task<Result<void>> erase_records(const PrivacyWorkspace& workspace,
                                   std::vector<journal::RecordRow> records, Counted& counted);
  Task<Result<void>> erase_arrivals(const PrivacyWorkspace& workspace, Identity identity,
                                    std::uint64_t id, std::vector<journal::ArrivalRow> arrivals,
                                    Counted& counted);
  Task<Result<void>> forget_facts(const PrivacyWorkspace& workspace, Identity identity,
                                  std::vector<FactFound> facts, Counted& counted);
  Task<void> ask_platforms(std::string workspace, Erasure& erasure);
  Task<Result<void>> store(std::string workspace, Erasure erasure, std::string secret);
  void add_lines(Erasure& erasure, const Counted& counted) const;
  Task<void> take_up(const PrivacyWorkspace& workspace);

  PrivacyParts on_;
  PrivacySettings settings_;
  Turns turns_;  // one works on an erasure at a time
  Signal changed_;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
