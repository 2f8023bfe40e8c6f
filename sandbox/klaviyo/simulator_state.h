#pragma once
// The parts of the simulated account and how a call goes through them. Only for simulator*.cpp.

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "base/task_group.h"
#include "klaviyo/access.h"
#include "klaviyo/agenda.h"
#include "klaviyo/calls.h"
#include "klaviyo/fault_plan.h"
#include "klaviyo/simulator.h"
#include "klaviyo/webhooks.h"
#include "klaviyo/windows.h"

namespace sandbox::klaviyo {

struct Simulator::State {
  State(tillbridge::Loop& its_loop, const tillbridge::Clock& its_clock,
        tillbridge::outbound::Transport& transport, tillbridge::Entropy entropy, EventStored stored,
        Settings its_settings)
      : loop(its_loop),
        clock(its_clock),
        settings(std::move(its_settings)),
        faults(tillbridge::Entropy{entropy.next()}),
        access(tillbridge::Entropy{entropy.next()}),
        webhooks(loop, clock, transport, tillbridge::Entropy{entropy.next()}, settings),
        account(clock, tillbridge::Entropy{entropy.next()}, settings,
                [this](const StoredEvent& event, const Metric& metric, bool) {
                  if (!webhooks.all().empty())
                    webhooks.queue(topic_of(metric), webhook_entry(event, metric, settings));
                }),
        calls(clock, settings, account, agenda, webhooks, faults, std::move(stored)),
        changed(loop),
        tasks(loop, [](const std::string& what) {
          std::fprintf(stderr, "klaviyo simulator: %s\n", what.c_str());
        }) {}

  tillbridge::Task<Reply> handle(tillbridge::http::Request request);
  std::optional<Reply> before_commit(const Fault& fault) const;
  Reply answered(const tillbridge::http::Request& request, const Match& matched, const Fault& fault,
                 std::uint64_t number);
  Reply called(const tillbridge::http::Request& request, const Match& matched,
               std::uint64_t number);
  Reply dispatched(const tillbridge::http::Request& request, const Match& matched,
                   const std::string& who, std::uint64_t number);
  std::optional<Reply> read_body(const tillbridge::http::Request& request, Call& call) const;
  Verdict take(const std::string& who, std::int64_t second, std::int64_t minute, std::int64_t day);
  std::optional<Reply> take_for_options(const Call& call, const std::string& who);
  void apply_due();
  tillbridge::Task<void> work();
  Profile* person(std::string_view person);
  boost::json::object status() const;

  tillbridge::Loop& loop;
  const tillbridge::Clock& clock;
  Settings settings;
  FaultPlan faults;
  Access access;
  Windows windows;
  Agenda agenda;
  Webhooks webhooks;
  Account account;
  Calls calls;
  tillbridge::Signal changed;
  tillbridge::TaskGroup tasks;
  bool started = false;

  using Count = std::map<std::string, std::uint64_t>;
  std::uint64_t requests = 0;
  Count by_operation, throttled_by_operation, by_answer, by_fault;
};

}  // namespace sandbox::klaviyo
