#include "crm/live_reads.h"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::crm {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::SizeIs;

// Answers when it is let go.
class GatedSource final : public ProfileSource {
 public:
  explicit GatedSource(Loop& loop) : opened_(loop) {}
  std::string connection() const override { return "bloomreach"; }
  bool searches_by(KeyType type) const override { return type == KeyType::email; }
  Task<SourceAnswer> find(Key key, Duration within) override {
    asked.push_back(key);
    granted = within;
    if (breaks) throw std::runtime_error("a defect");
    while (!open_) co_await opened_.wait(std::chrono::seconds{1});
    SourceAnswer answer;
    answer.outcome.kind = Outcome::Kind::delivered;
    FoundProfile found;
    found.handle = key.value;
    answer.found = found;
    co_return answer;
  }
  Task<SourcePage> changed(Instant /*since*/, std::string /*next*/) override {
    co_return SourcePage{};
  }
  void open() {
    open_ = true;
    opened_.notify();
  }

  std::vector<Key> asked;
  Duration granted{0};
  bool breaks = false;

 private:
  bool open_ = false;
  Signal opened_;
};

class LiveReadsTest : public testing::Test {
 protected:
  ~LiveReadsTest() override {
    source.open();
    tasks.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }

  template <typename Condition>
  bool run_until(Condition condition) {
    const Tick deadline = clock.tick() + std::chrono::seconds{20};
    while (!condition()) {
      if (clock.tick() > deadline) return false;
      if (loop.stopped()) loop.restart();
      loop.run_one_for(milliseconds{5});
    }
    return true;
  }
  void ask(const std::string& email, Duration patience) {
    const Key key{KeyType::email, email};
    boost::asio::co_spawn(loop, reads.find(key, clock.tick() + patience),
                          [this](const std::exception_ptr& failure, SourceAnswer answer) {
                            EXPECT_FALSE(failure);
                            answers.push_back(std::move(answer));
                          });
  }
  bool is_found(const SourceAnswer& answer) const {
    return answer.outcome.kind == Outcome::Kind::delivered && answer.found;
  }

  static constexpr milliseconds short_patience{60};
  static constexpr std::chrono::seconds long_patience{15};
  Loop loop{1};
  SystemClock clock;
  GatedSource source{loop};
  std::vector<std::string> failures;
  TaskGroup tasks{loop, [this](const std::string& what) { failures.push_back(what); }};
  LiveReads reads{loop, clock, &source};
  std::vector<SourceAnswer> answers;
};

TEST_F(LiveReadsTest, AllWhoAskForTheSameShareOneRead) {
  reads.start(tasks);
  constexpr std::size_t askers = 20;
  for (std::size_t asker = 0; asker < askers; ++asker) ask("vera@example.org", long_patience);
  ask("otto@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return source.asked.size() == 2; }));
  EXPECT_LE(source.granted, Duration{long_patience});
  source.open();
  ASSERT_TRUE(run_until([&] { return answers.size() == askers + 1; }));
  EXPECT_THAT(source.asked, SizeIs(2));
  for (const SourceAnswer& answer : answers) EXPECT_TRUE(is_found(answer));
}

TEST_F(LiveReadsTest, AnAnswerIsNotKeptForTheNext) {
  reads.start(tasks);
  source.open();
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 2; }));
  EXPECT_THAT(source.asked, SizeIs(2));
}

TEST_F(LiveReadsTest, NobodyWaitsLongerThanTheirDeadlineForASourceThatHangs) {
  reads.start(tasks);
  const Tick began = clock.tick();
  ask("vera@example.org", short_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  EXPECT_GE(clock.tick() - began, Duration{short_patience});
  EXPECT_EQ(answers[0].outcome.kind, Outcome::Kind::transient);
  EXPECT_FALSE(answers[0].found);
  EXPECT_THAT(answers[0].outcome.reason, HasSubstr("did not answer"));
}

TEST_F(LiveReadsTest, WhoComesWhileAReadHangsJoinsItAndHasItsLateAnswer) {
  reads.start(tasks);
  ask("vera@example.org", short_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  ask("vera@example.org", long_patience);
  loop.run_for(milliseconds{5});
  EXPECT_THAT(source.asked, SizeIs(1)) << "a platform that hangs is not asked the same again";
  source.open();
  ASSERT_TRUE(run_until([&] { return answers.size() == 2; }));
  EXPECT_FALSE(is_found(answers[0]));
  EXPECT_TRUE(is_found(answers[1]));
  EXPECT_THAT(source.asked, SizeIs(1));
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 3; }));
  EXPECT_THAT(source.asked, SizeIs(2)) << "that one has landed";
}

TEST_F(LiveReadsTest, AReadHasItsFullAllowanceHoweverLittleTheAskerCanWait) {
  reads.start(tasks);
  const Tick began = clock.tick();
  ask("vera@example.org", short_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  EXPECT_LT(clock.tick() - began, read_allowance) << "the asker is answered by their own deadline";
  EXPECT_EQ(source.granted, read_allowance);
  ask("otto@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return source.asked.size() == 2; }));
  EXPECT_GT(source.granted, read_allowance) << "a till that waits longer is not cut short either";
}

TEST_F(LiveReadsTest, TooLittleTimeIsNoTime) {
  reads.start(tasks);
  ask("vera@example.org", milliseconds{10});
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  EXPECT_EQ(answers[0].outcome.kind, Outcome::Kind::transient);
  EXPECT_THAT(source.asked, SizeIs(0));
}

TEST_F(LiveReadsTest, ASourceThatBreaksFailsThoseWhoWaitAndCanBeAskedAgain) {
  reads.start(tasks);
  source.breaks = true;
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  EXPECT_EQ(answers[0].outcome.kind, Outcome::Kind::transient);
  EXPECT_THAT(failures, testing::ElementsAre("a defect"));
  source.breaks = false;
  source.open();
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 2; }));
  EXPECT_TRUE(is_found(answers[1]));
}

TEST_F(LiveReadsTest, BeforeTheStartAndWhileStoppingNobodyIsAsked) {
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  reads.start(tasks);
  tasks.request_stop();
  ask("vera@example.org", long_patience);
  ASSERT_TRUE(run_until([&] { return answers.size() == 2; }));
  EXPECT_THAT(source.asked, SizeIs(0));
  EXPECT_EQ(answers[1].outcome.kind, Outcome::Kind::transient);
}

TEST_F(LiveReadsTest, KnowsWhatItsSourceCanBeAsked) {
  EXPECT_TRUE(reads.has_source());
  EXPECT_TRUE(reads.searches_by(KeyType::email));
  EXPECT_FALSE(reads.searches_by(KeyType::phone));
  EXPECT_EQ(reads.connection(), "bloomreach");
  const LiveReads none(loop, clock, nullptr);
  EXPECT_FALSE(none.has_source());
  EXPECT_FALSE(none.searches_by(KeyType::email));
  EXPECT_EQ(none.connection(), "");
}

}  // namespace
}  // namespace tillbridge::crm
