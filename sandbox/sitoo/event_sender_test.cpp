#include "sitoo/event_sender.h"

#include <functional>
#include <memory>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "base/json.h"
#include "outbound/transport.h"

namespace sandbox::sitoo {
namespace {

namespace json = tillbridge::json;
namespace outbound = tillbridge::outbound;
using std::chrono::milliseconds;
using tillbridge::Result;
using tillbridge::Task;

// Answers from a script after a moment, and watches that calls never overlap.
class Receiver final : public outbound::Transport {
 public:
  using Script = std::function<Result<int>(std::size_t call)>;
  Receiver(tillbridge::Loop& loop, Script script) : loop_(loop), script_(std::move(script)) {}

  Task<Result<outbound::HttpAnswer>> send(outbound::HttpRequest request) override {
    EXPECT_EQ(running_++, 0) << "two batches in flight";
    requests.push_back(std::move(request));
    const std::size_t call = requests.size() - 1;
    co_await tillbridge::sleep_for(loop_, milliseconds{1});
    --running_;
    const Result<int> status = script_(call);
    if (!status) co_return tillbridge::fail(status.error());
    outbound::HttpAnswer answer;
    answer.status = *status;
    co_return answer;
  }

  std::vector<std::string> event_ids(std::size_t call) const {
    std::vector<std::string> ids;
    const json::Value batch = *json::parse(requests.at(call).body);
    for (const auto& event : batch.as_array()) {
      ids.emplace_back(event.at("event_id").as_string());
    }
    return ids;
  }

  std::vector<outbound::HttpRequest> requests;

 private:
  tillbridge::Loop& loop_;
  Script script_;
  int running_ = 0;
};

class SitooSender : public ::testing::Test {
 protected:
  SitooSender() {
    settings_.retry_first = milliseconds{1};
    settings_.retry_max = milliseconds{2};
  }

  Event event(int number) {
    Event made;
    made.id = "id-" + std::to_string(number);
    made.type = "order";
    made.date_s = 1'767'225'600 + number;
    made.order_id = 20'000 + number;
    made.warehouse_id = 7;
    made.order_event_type = "add";
    made.state_changed = "closed";
    return made;
  }

  // Queues events, runs until `done` says so (or ten seconds), stops.
  void run(int events, Receiver::Script script, std::function<bool(const SenderCounts&)> done) {
    receiver_ = std::make_unique<Receiver>(loop_, std::move(script));
    sender_ = std::make_unique<EventSender>(
        loop_, clock_, *receiver_, dice_, settings_,
        [this](const std::string& id, std::int64_t) { acknowledged_.push_back(id); });
    sender_->subscribe({"http://hub.example/sitoo/", "spi", "secret"});
    for (int i = 0; i < events; ++i) sender_->queue(event(i));
    sender_->start();
    boost::asio::co_spawn(loop_.get_executor(), wait_and_stop(std::move(done)),
                          boost::asio::detached);
    loop_.run();
  }
  Task<void> wait_and_stop(std::function<bool(const SenderCounts&)> done) {
    const tillbridge::SystemClock real;
    const tillbridge::Tick until = real.tick() + std::chrono::seconds{10};
    while (!done(sender_->counts()) && real.tick() < until) {
      co_await tillbridge::sleep_for(loop_, milliseconds{1});
    }
    EXPECT_TRUE(done(sender_->counts()));
    co_await sender_->stop();
  }
  static bool all_gone(const SenderCounts& counts) {
    return counts.waiting == 0 && counts.in_flight == 0;
  }

  tillbridge::Loop loop_;
  tillbridge::ManualClock clock_;
  FaultDice dice_{clock_, 3};
  SenderSettings settings_;
  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<EventSender> sender_;
  std::vector<std::string> acknowledged_;
};

TEST(SitooSenderCodes, BothGenerationsOfTheTable) {
  using enum Verdict;
  const auto check = [](int status, Verdict oldest, Verdict newer) {
    EXPECT_EQ(verdict_of(status, CodeRules::oldest), oldest) << status;
    EXPECT_EQ(verdict_of(status, CodeRules::newer), newer) << status;
  };
  check(200, done, done);
  for (const int status : {429, 503, 504}) check(status, retry, retry);
  for (const int status : {500, 502}) check(status, retry, drop);
  for (const int status : {400, 401, 404, 413}) check(status, drop, drop);
  for (const int status : {201, 202, 204}) check(status, retry, drop);
}

TEST_F(SitooSender, BatchesOfTenInOrderOneAtATime) {
  run(25, [](std::size_t) { return 200; }, all_gone);
  ASSERT_EQ(receiver_->requests.size(), 3U);
  EXPECT_EQ(receiver_->event_ids(0).size(), 10U);
  EXPECT_EQ(receiver_->event_ids(2).size(), 5U);
  ASSERT_EQ(acknowledged_.size(), 25U);
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(acknowledged_[static_cast<std::size_t>(i)], "id-" + std::to_string(i));
  }
}

TEST_F(SitooSender, TheEnvelopeIsTheContracts) {
  run(1, [](std::size_t) { return 200; }, all_gone);
  const outbound::HttpRequest& request = receiver_->requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://hub.example/sitoo/events");
  EXPECT_EQ(request.basic_user, "spi");
  EXPECT_TRUE(request.basic_password.matches("secret"));
  EXPECT_EQ(request.total_time_max, std::chrono::seconds{15});
  EXPECT_EQ(request.body,
            R"([{"event_id":"id-0","event_type":"order","event_date":1767225600,"account_id":1500,)"
            R"("data":{"eshop_id":1,"order_id":20000,"warehouse_id":7,"order_event_type":"add",)"
            R"("order_state_changed":"closed"}}])");
}

TEST_F(SitooSender, WhatIsRetriedBlocksWhatIsBehind) {
  run(
      15,
      [](std::size_t call) -> Result<int> {
        if (call == 1) return tillbridge::fail(tillbridge::Error::Kind::unknown_outcome, "timeout");
        return call < 3 ? 503 : 200;
      },
      all_gone);
  ASSERT_EQ(receiver_->requests.size(), 5U);
  for (std::size_t call = 0; call < 4; ++call) EXPECT_EQ(receiver_->event_ids(call)[0], "id-0");
  EXPECT_EQ(acknowledged_.size(), 15U);
  EXPECT_EQ(sender_->counts().dropped, 0U);
}

TEST_F(SitooSender, ARefusedBatchIsLostAndTheNextGoesOn) {
  run(15, [](std::size_t call) { return call == 0 ? 401 : 200; }, all_gone);
  EXPECT_EQ(sender_->counts().dropped, 10U);
  EXPECT_EQ(acknowledged_.size(), 5U);
}

TEST_F(SitooSender, AfterTheWindowEventsAreDropped) {
  settings_.window = std::chrono::seconds{60};
  run(
      12,
      [this](std::size_t call) {
        clock_.advance(std::chrono::seconds{25});
        return call < 3 ? 503 : 200;
      },
      all_gone);
  EXPECT_EQ(sender_->counts().dropped, 10U);
  EXPECT_EQ(acknowledged_, (std::vector<std::string>{"id-10", "id-11"}));
}

TEST_F(SitooSender, DuplicatesAndReplaysAreSentButCountOnce) {
  dice_.faults().duplicate_events = 0.3;
  dice_.faults().replayed_batches = 0.3;
  run(200, [](std::size_t) { return 200; }, all_gone);
  EXPECT_EQ(acknowledged_.size(), 200U);
  const std::set<std::string> distinct(acknowledged_.begin(), acknowledged_.end());
  EXPECT_EQ(distinct.size(), 200U);
  std::size_t sent = 0;
  for (std::size_t call = 0; call < receiver_->requests.size(); ++call) {
    sent += receiver_->event_ids(call).size();
    EXPECT_LE(receiver_->event_ids(call).size(), 10U);
  }
  EXPECT_GT(sender_->counts().repeated, 20U);
  EXPECT_EQ(sent, 200U + sender_->counts().repeated);
}

}  // namespace
}  // namespace sandbox::sitoo
