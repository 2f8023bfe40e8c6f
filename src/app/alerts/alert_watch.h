#pragma once
// The alerts of a running hub (docs/console.md "Alerts"): looks every few seconds at everything
// that people want to be told of, tells what has changed (desk/alert_rules.h), opens and closes the
// cases that belong to it, escalates overdue ones, and sees to it that notices arrive
// (desk/notices.h). Its state is a fact of the journal, written when it changes and in the same
// step as the cases: a restart neither repeats nor loses a notice, except one that was just being
// sent. Core thread.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/alert_desk.h"
#include "app/alerts/alert_cases.h"
#include "app/alerts/alert_document.h"
#include "app/alerts/connection_signals.h"
#include "app/alerts/disk_signals.h"
#include "app/alerts/escalation_watch.h"
#include "app/alerts/notice_sender.h"
#include "app/alerts/store_watch.h"
#include "app/alerts/watched_workspace.h"
#include "app/surroundings.h"
#include "base/task_group.h"
#include "desk/alert_rules.h"
#include "desk/notices.h"
#include "outbound/mail.h"

namespace tillbridge::app {

struct AlertWatchParts {
  Surroundings on;
  outbound::Mailer& mailer;
  std::function<Task<json::Object>()> status;  // as api::Operations::status()
  std::vector<WatchedWorkspace> workspaces;
  std::string console_url;  // for links, "https://hub.example.com"; may be ""
  std::string data_dir;
  std::function<void(std::string topic)> changed;  // for the live feed; may be empty
};

struct AlertWatchSettings {
  NoticeSenderSettings sending = {};
  Duration look_every = std::chrono::seconds{5};
  Duration read_every = std::chrono::seconds{60};  // the journal and the disk
  // Stores are not judged for so long after a start: what they sold meanwhile has to come in first.
  Duration silence_grace = std::chrono::minutes{3};
  DiskLook disk = disk_space;
};

class AlertWatch final : public api::AlertDesk {
 public:
  explicit AlertWatch(AlertWatchParts parts, AlertWatchSettings settings = {});
  ~AlertWatch() override;

  Task<void> run();  // until request_stop()
  void request_stop();
  // Of every step that the journal has stored; cheap.
  void stored(const journal::Step& step);

  // What run() does again and again; for tests.
  Task<Result<void>> recall();  // state and settings of the journal; nothing else works before
  Task<void> look();
  Task<void> send();  // what is due, until each is sent or has failed

  json::Array alerts() override;
  Task<Result<void>> acknowledge(std::string id, std::string by) override;
  Task<Result<void>> mute(std::string id, Duration how_long, std::string by) override;
  json::Object settings() override;
  Task<Result<json::Object>> put_settings(json::Object wanted, std::string by) override;
  Task<Result<json::Object>> test_channel(std::string id, std::string by) override;
  Task<Result<json::Array>> stores(std::string workspace) override;
  json::Object progress(const std::string& workspace) override;

 private:
  struct Recovered {
    desk::Alert alert;
    Instant at;
  };
  struct Judged {  // of a workspace's stores, since they were read last; nullopt: not to be judged
    std::optional<std::vector<desk::Signal>> silence, unidentified;
  };

  Task<void> run_sending();
  Task<void> read_journal();
  Task<void> escalate(EscalationWatch& watch);
  std::vector<desk::Signal> signals(Instant now, Tick tick);
  void judge_stores(Instant now);
  void add_store_signals(std::size_t workspace, Instant now, std::vector<desk::Signal>& out) const;
  void tell(const desk::Transition& transition, Instant now);
  void remember_recovered(const desk::Transition& transition);
  void drop_old_recovered(Instant now);

  json::Object state_document() const;
  Result<void> take_state(const std::string& text);
  // Stores the step together with the state, if that has changed; nothing when there is nothing.
  Task<Result<void>> store(journal::Step step);

  void collect(Instant now);
  Task<void> drain(std::string channel);
  Task<Result<void>> send_one(desk::DueSend due);

  Result<void> check_recalled() const;
  void tell_consoles();

  AlertWatchParts parts_;
  AlertWatchSettings settings_;
  Surroundings on_;
  AlertSubjects subjects_;
  desk::NoticePlace place_;
  AlertDocument document_;
  desk::AlertRules rules_;
  desk::Notices notices_;
  std::deque<Recovered> recovered_;  // of the last day, oldest first
  ConnectionSignals connections_;
  DiskSignals disk_;
  AlertCases cases_;
  NoticeSender sender_;
  std::vector<std::unique_ptr<StoreWatch>> stores_;            // by workspace
  std::vector<Judged> judged_;                                 // likewise
  std::vector<std::unique_ptr<EscalationWatch>> escalations_;  // likewise

  bool recalled_ = false;
  bool reads_fail_ = false, writes_fail_ = false;  // of the journal
  std::string stored_state_;                       // what the journal has; "" unknown
  Tick written_at_{};                              // the state
  journal::Step unsaved_;  // of cases, of looks whose step could not be stored
  std::optional<Tick> read_next_at_, judges_stores_from_;

  std::map<std::string, std::deque<desk::DueSend>> outbox_;  // by channel, under way
  std::set<std::string> draining_;
  std::map<std::uint64_t, std::optional<Result<void>>> awaited_;  // tests at somebody's wish
  Signal stop_, sending_, settled_;
  TaskGroup sends_, background_;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
