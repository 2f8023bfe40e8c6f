#pragma once
// A workspace's settings in the console: the file's, until somebody edits them here. An edited
// document is kept as a fact beside the journal's settings versions and replaces the file's for as
// long as the file says what it said then; whoever changes the file takes the word back. Core
// thread.

#include <functional>
#include <string>
#include <vector>

#include "api/settings_desk.h"
#include "app/config_edited.h"
#include "app/desk/record_acts.h"

namespace tillbridge::app {

// The settings with what was edited in the console. Start-up; an edited document that cannot be
// read any more is left aside with a warning in the log.
enum class LeftAside { forget, leave };  // what the file has overruled: by who leads, for good
Task<Result<void>> apply_edited_settings(Config& config, ConfigFile file, journal::Journal& journal,
                                         LeftAside left_aside = LeftAside::forget);

class HubSettingsDesk final : public api::SettingsDesk {
 public:
  // take_up: the hub shall start anew with the newest settings, soon.
  HubSettingsDesk(const Clock& clock, journal::Journal& journal, const Config& running,
                  ConfigFile file, std::function<void()> take_up);

  Task<Result<json::Object>> read(std::string workspace) override;
  Result<json::Object> check(const std::string& workspace, const std::string& document) override;
  Task<Result<json::Object>> trial(std::string workspace, std::string document,
                                   std::size_t records) override;
  Task<Result<json::Object>> put(std::string workspace, std::string document,
                                 std::uint32_t based_on, std::string by, std::string note) override;

 private:
  Result<const Workspace*> find(const std::string& workspace) const;
  Task<Result<std::uint32_t>> newest(std::string workspace);
  Result<Workspace> checked(const std::string& workspace, const std::string& document) const;
  Task<Result<std::vector<RecordId>>> past_records(std::string workspace, std::size_t limit);

  const Clock& clock_;
  journal::Journal& journal_;
  const Config& running_;
  ConfigFile file_;
  std::function<void()> take_up_;
};

}  // namespace tillbridge::app
