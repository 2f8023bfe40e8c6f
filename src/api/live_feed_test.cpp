#include "api/live_feed.h"

#include <gmock/gmock.h>

namespace tillbridge::api {
namespace {

using testing::HasSubstr;

// A browser that reads only when it is told to.
class SlowBrowser final : public http::ByteStream {
 public:
  explicit SlowBrowser(Loop& loop) : reads_(loop) {}

  Task<bool> write(std::string bytes) override {
    EXPECT_FALSE(writing_) << "one write at a time";
    writing_ = true;
    while (!reading && open_) co_await reads_.wait(std::chrono::minutes{1});
    writing_ = false;
    if (open_) got.push_back(std::move(bytes));
    co_return open_;
  }
  bool open() const override { return open_; }
  void on_closed(std::function<void()> notify) override { closed_ = std::move(notify); }

  void read(bool now) {
    reading = now;
    reads_.notify();
  }
  void close() {
    open_ = false;
    reads_.notify();
    if (closed_) closed_();
  }

  bool reading = true;
  std::vector<std::string> got;

 private:
  Signal reads_;
  bool writing_ = false;
  bool open_ = true;
  std::function<void()> closed_;
};

class LiveFeedTest : public testing::Test {
 protected:
  LiveFeedTest() : tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    tasks.start(feed.run());
    tasks.start(feed.subscribe([this] { return stands; }).stream(browser));
  }
  ~LiveFeedTest() override {
    feed.request_stop();
    browser->close();
    EXPECT_TRUE(run_until([this] { return tasks.running() == 0; }));
  }
  bool run_until(const std::function<bool()>& done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    loop.restart();
    while (!done() && std::chrono::steady_clock::now() < until)
      loop.run_one_for(std::chrono::milliseconds{50});
    return done();
  }
  void store_case() {
    journal::Step step;
    step.cases.emplace_back();
    feed.stored(step);
  }
  void store_record() {
    journal::Step step;
    step.records.emplace_back();
    feed.stored(step);
  }

  Loop loop{1};
  LiveFeed feed{loop};
  std::shared_ptr<SlowBrowser> browser = std::make_shared<SlowBrowser>(loop);
  TaskGroup tasks;
  bool stands = true;
};

// A laptop that sleeps with the console open: what happens meanwhile gathers in one message.
TEST_F(LiveFeedTest, ABrowserThatDoesNotReadGetsOneMessageOfAllThatChanged) {
  ASSERT_TRUE(run_until([this] { return browser->got.size() == 1; }));
  browser->read(false);
  store_case();
  const auto asleep = std::chrono::steady_clock::now() + std::chrono::seconds{3};
  run_until([&] {
    store_record();
    feed.changed("bulk");
    return std::chrono::steady_clock::now() > asleep;
  });
  EXPECT_EQ(browser->got.size(), 1U);
  browser->read(true);
  ASSERT_TRUE(run_until([this] { return browser->got.size() == 3; }));
  EXPECT_THAT(browser->got[1], HasSubstr(R"("cases")"));
  EXPECT_THAT(browser->got[2], HasSubstr(R"({"topics":["bulk","records"]})"));
}

TEST_F(LiveFeedTest, ANoteOnACaseIsAChangeOfCases) {
  ASSERT_TRUE(run_until([this] { return browser->got.size() == 1; }));
  journal::Step step;
  step.audits.emplace_back().act = "case.note";
  feed.stored(step);
  ASSERT_TRUE(run_until([this] { return browser->got.size() == 2; }));
  EXPECT_THAT(browser->got[1], HasSubstr(R"({"topics":["cases"]})"));
}

}  // namespace
}  // namespace tillbridge::api
