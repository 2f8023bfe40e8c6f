#include "http/forwarder.h"

#include <gtest/gtest.h>

#include "http/server_for_tests.h"

namespace tillbridge::http {
namespace {

using namespace for_tests;

Task<Reply> echo(Request request) {
  Reply reply;
  reply.body = "got " + request.body;
  co_return reply;
}

std::string post(const std::string& body) {
  return "POST /events HTTP/1.1\r\nHost: hub\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

class ForwarderTest : public testing::Test {
 protected:
  void forward(ForwarderSettings settings = {}) {
    const Result<void> started = loop.call([&] {
      forwarder = std::make_unique<Forwarder>(loop.loop, std::move(settings));
      return forwarder->start();
    });
    ASSERT_TRUE(started) << started.error().what;
    port = loop.call([&] { return forwarder->port(); });
  }
  void pass_to(std::uint16_t hub_port) {
    const Destination destination{"127.0.0.1", hub_port};
    loop.call([&] { forwarder->pass_to(destination); });
  }
  std::size_t connections() {
    return loop.call([&] { return forwarder->connections(); });
  }
  ~ForwarderTest() override {
    loop.call([&] { forwarder.reset(); });
  }

  LoopThread loop;
  std::unique_ptr<Forwarder> forwarder;
  std::uint16_t port = 0;
  RunningServer hub{ServerSettings{}, echo};
};

TEST_F(ForwarderTest, RequestsAndAnswersPassOneAfterTheOther) {
  forward();
  pass_to(hub.port);
  RawPeer caller(port);
  for (const std::string& body : {std::string("one"), std::string(300'000, 'x')}) {
    caller.send(post(body));
    const RawAnswer answer = caller.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "got " + body);
  }
  EXPECT_EQ(connections(), 1U);
}

TEST_F(ForwarderTest, WhoSaysNoMoreStillGetsTheAnswer) {
  forward();
  pass_to(hub.port);
  RawPeer caller(port);
  caller.send(
      "POST /events HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_EQ(caller.answer().body, "got 1");
  EXPECT_TRUE(caller.at_end());
}

TEST_F(ForwarderTest, WithNobodyToPassThemToCallersAreCutOff) {
  forward();
  {
    RawPeer caller(port);
    caller.send(post("1"));
    EXPECT_EQ(caller.answer().status, 0);
  }
  pass_to(hub.port);
  RawPeer later(port);
  later.send(post("2"));
  EXPECT_EQ(later.answer().body, "got 2");
}

TEST_F(ForwarderTest, AHubThatDoesNotAnswerCutsTheCallerOff) {
  forward();
  {
    const RunningServer gone{ServerSettings{}, echo};
    pass_to(gone.port);
  }
  RawPeer caller(port);
  caller.send(post("1"));
  EXPECT_EQ(caller.answer().status, 0);
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(ForwarderTest, WhenAnotherOneLeadsNobodyStaysWithTheOldOne) {
  RunningServer other{ServerSettings{}, echo};
  forward();
  pass_to(hub.port);
  RawPeer caller(port);
  caller.send(post("1"));
  EXPECT_EQ(caller.answer().status, 200);
  pass_to(hub.port);
  caller.send(post("2"));
  EXPECT_EQ(caller.answer().status, 200) << "nothing has changed";
  pass_to(other.port);
  EXPECT_EQ(caller.answer().status, 0);
  EXPECT_TRUE(eventually([&] { return connections() == 0 && hub.connections() == 0; }));
  RawPeer again(port);
  again.send(post("3"));
  EXPECT_EQ(again.answer().status, 200);
  EXPECT_EQ(other.connections(), 1U);
}

TEST_F(ForwarderTest, SilentConnectionsAreClosed) {
  ForwarderSettings settings;
  settings.idle_time_max = std::chrono::milliseconds{50};
  forward(settings);
  pass_to(hub.port);
  RawPeer caller(port);
  caller.send(post("1"));
  EXPECT_EQ(caller.answer().status, 200);
  EXPECT_TRUE(caller.at_end());
}

TEST_F(ForwarderTest, ThereIsALimit) {
  ForwarderSettings settings;
  settings.connections_max = 1;
  forward(settings);
  pass_to(hub.port);
  RawPeer first(port);
  first.send(post("1"));
  EXPECT_EQ(first.answer().status, 200);
  RawPeer second(port);
  second.send(post("2"));
  EXPECT_EQ(second.answer().status, 0);
}

TEST_F(ForwarderTest, APortThatIsTakenIsSaid) {
  forward();
  const Result<void> again = loop.call([&] {
    ForwarderSettings settings;
    settings.port = port;
    Forwarder second(loop.loop, settings);
    return second.start();
  });
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find(std::to_string(port)), std::string::npos);
}

}  // namespace
}  // namespace tillbridge::http
