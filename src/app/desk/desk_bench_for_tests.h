#pragma once
// One workspace as the hub runs it, between a scripted Sitoo, Bloomreach and Klaviyo, that can be
// started again with other settings on the same journal.

#include <memory>
#include <string>
#include <vector>

#include "app/desk/record_acts.h"
#include "app/klaviyo_for_tests.h"
#include "app/test_bench.h"

namespace tillbridge::app::test {

class DeskBench : public JournalBench {
 public:
  explicit DeskBench(const Workspace& settings = bloomreach_shop())
      : transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        acts(clock, journal, ids, workspaces) {
    start(settings);
  }
  ~DeskBench() { stop(); }

  static Workspace bloomreach_shop() {
    Workspace made;
    made.name = workspace_name;
    made.sitoo = sitoo_config();
    made.bloomreach_connected = true;
    made.bloomreach.base_url = "http://bloomreach.test";
    made.bloomreach.project_token = "p";
    made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
    made.settling = Duration{0};
    return made;
  }
  static Workspace two_platforms() {
    Workspace made = bloomreach_shop();
    made.klaviyo_connected = true;
    made.klaviyo.base_url = std::string(TableKlaviyo::base);
    made.klaviyo.api_key = Secret("pk_test");
    return made;
  }

  WorkspaceRuntime& shop() { return *workspaces.front(); }
  // As after a kill: what is not in the journal is gone.
  void restart(const Workspace& settings) {
    stop();
    start(settings);
  }

  void announce(int order) {
    const std::string id = fmt::format("e-{}", ++events_);
    const std::string body = "[" + event(id, order, "closed", "add") + "]";
    EXPECT_EQ(await(shop().receiver().receive(delivery_of(body))).status, 200);
  }
  void settle() {
    ASSERT_TRUE(run_until([&] { return shop().idle(); }));
  }
  void sell(int order) {
    announce(order);
    settle();
  }
  // Announced, and refused by Bloomreach.
  void sell_refused(int order) {
    refusing = true;
    sell(order);
    refusing = false;
    commands.clear();
    bodies.clear();
    EXPECT_EQ(row("bloomreach", order).state, journal::DeliveryState::parked);
  }
  // Found so at the next start.
  void block(DeliveryId delivery) {
    journal::Step step;
    journal::UpdateDelivery update;
    update.id = delivery;
    update.state = journal::DeliveryState::blocked;
    update.due_at = clock.now();
    step.delivery_updates.push_back(std::move(update));
    commit(std::move(step));
  }
  journal::DeliveryRow row(const std::string& connection, int order,
                           const std::string& kind = "sale") {
    const auto found = journey(std::to_string(order));
    for (const auto& one : found ? found->deliveries : std::vector<journal::DeliveryRow>{}) {
      if (one.connection == connection && one.effect == fmt::format("{}/{}", kind, order))
        return one;
    }
    ADD_FAILURE() << connection << " has no " << kind << " of " << order;
    return {};
  }
  RecordId record(int order) { return journey(std::to_string(order))->record.id; }
  // Of Bloomreach, in order: by the order's number that is in it.
  std::vector<std::string> orders_sent() const {
    std::vector<std::string> all;
    for (const json::Object& command : commands) {
      const json::Object* data = json::object(command, "data");
      const json::Object* properties = json::object(*data, "properties");
      const auto id = json::text(*properties, "purchase_id");
      if (json::text(*data, "event_type") == "purchase" && id) all.push_back(*id);
    }
    return all;
  }

  TillSitoo sitoo;
  TableKlaviyo klaviyo;
  outbound::FakeTransport transport;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  HubRecordActs acts;
  bool refusing = false;               // Bloomreach refuses every command ...
  std::string refused;                 // ... or those with this text in them
  std::vector<json::Object> commands;  // that reached Bloomreach
  std::vector<std::string> bodies;     // of Bloomreach's batches

 private:
  void start(const Workspace& settings) {
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    workspaces.clear();
    workspaces.push_back(std::make_unique<WorkspaceRuntime>(around, settings, 1, "/nowhere"));
    tasks_ =
        std::make_unique<TaskGroup>(loop, [](const std::string& what) { ADD_FAILURE() << what; });
    using Open = std::vector<journal::OpenDelivery>;
    const Open open = ask<Open>([](journal::Reader& reader) {
      return reader.open_deliveries(DeliveryId{}, DeliveryId{~0ULL >> 1}, 1'000);
    });
    for (const auto& delivery : open) shop().adopt(delivery);
    shop().start(*tasks_);
  }
  void stop() {
    shop().request_stop();
    EXPECT_TRUE(run_until([&] { return tasks_->running() == 0; }));
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.url.starts_with("http://sitoo.test")) return sitoo.answer(request);
    if (request.url.starts_with(TableKlaviyo::base)) return klaviyo.answer(request);
    bodies.push_back(request.body);
    const json::Value body = json::parse(request.body).value();
    json::Array results;
    for (const json::Value& command : *json::array(body.as_object(), "commands")) {
      commands.push_back(command.as_object());
      const bool no = refusing || (!refused.empty() &&
                                   json::to_text(command).find(refused) != std::string::npos);
      json::Object result{{"success", !no}};
      result["command_id"] = *json::text(command.as_object(), "command_id");
      if (no) result["errors"] = json::Array{"event is too strange"};
      results.emplace_back(std::move(result));
    }
    outbound::HttpAnswer made;
    made.status = 200;
    made.body = json::to_text(json::Object{{"success", true}, {"results", std::move(results)}});
    return made;
  }

  std::unique_ptr<TaskGroup> tasks_;
  int events_ = 0;
};

}  // namespace tillbridge::app::test
