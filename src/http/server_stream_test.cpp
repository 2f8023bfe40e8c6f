#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/task_group.h"
#include "http/server_for_tests.h"

namespace tillbridge::http {
namespace {

using for_tests::eventually;
using for_tests::metric;
using for_tests::RawAnswer;
using for_tests::RawPeer;
using for_tests::RunningServer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

using Stream = std::shared_ptr<ByteStream>;
using StreamFunction = std::function<Task<void>(Stream)>;

Task<Reply> ready(Reply reply) {
  co_return reply;
}

Handler streaming(StreamFunction function) {
  return [function](Request) {
    Reply reply;
    reply.content_type = "text/event-stream";
    reply.stream = function;
    return ready(std::move(reply));
  };
}

std::string get(const std::string& path, const std::string& version = "1.1") {
  return "GET " + path + " HTTP/" + version + "\r\nHost: hub\r\n\r\n";
}

// The chunks of a body joined; nullopt when the last chunk is missing.
std::optional<std::string> unchunked(std::string_view text) {
  std::string body;
  for (;;) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::size_t size = std::stoul(std::string(text.substr(0, end)), nullptr, 16);
    if (text.size() < end + 2 + size + 2) return std::nullopt;
    body += text.substr(end + 2, size);
    text.remove_prefix(end + 2 + size + 2);
    if (size == 0) return text.empty() ? std::optional(body) : std::nullopt;
  }
}

double open_streams(const RunningServer& server) {
  return metric(server, "tillbridge_http_streams{listener=\"public\"}");
}

double refusals(const RunningServer& server, const std::string& reason) {
  return metric(server,
                "tillbridge_http_refused_total{listener=\"public\",reason=\"" + reason + "\"}");
}

// A producer of events: says hello, then waits for something to send or for the end. What it has
// seen is read by the test's thread.
struct Producer {
  std::atomic<int> started = 0;
  std::atomic<int> told_closed = 0;
  std::atomic<int> returned = 0;
  Loop* loop = nullptr;
  std::unique_ptr<Signal> wake;  // on the loop
  std::atomic<bool> enough = false;

  static Task<void> run(Producer& self, Stream out) {
    if (!self.wake) self.wake = std::make_unique<Signal>(*self.loop);
    co_await out->write("data: hello\n\n");
    out->on_closed([&self] {
      ++self.told_closed;
      self.wake->notify();
    });
    ++self.started;  // only now: who sees it may rely on being told
    while (out->open() && !self.enough) co_await self.wake->wait(seconds{20});
    if (self.enough) co_await out->write("data: bye\n\n");
    EXPECT_EQ(co_await out->write(""), out->open());
    ++self.returned;
  }
  StreamFunction function() {
    return [this](Stream out) { return run(*this, std::move(out)); };
  }
};

class ServerStream : public testing::Test {
 protected:
  void serve(ServerSettings settings = {}) {
    server = std::make_unique<RunningServer>(std::move(settings), streaming(producer.function()));
    producer.loop = &server->core.loop;
  }
  void TearDown() override {
    if (!server) return;
    server->stop(milliseconds{100});
    server->core.call([this] { producer.wake.reset(); });  // before its loop
    server.reset();
  }
  void wake_up() {
    server->core.call([this] { producer.wake->notify(); });
  }

  Producer producer;
  std::unique_ptr<RunningServer> server;
};

TEST_F(ServerStream, pieces_arrive_when_they_are_written_and_the_answer_ends_with_the_function) {
  serve();
  RawPeer peer(server->port);
  peer.send(get("/events"));
  const RawAnswer head = peer.answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has("Transfer-Encoding: chunked"));
  EXPECT_TRUE(head.has("Connection: close"));
  EXPECT_TRUE(head.has("Content-Type: text/event-stream"));
  EXPECT_THAT(head.head, Not(HasSubstr("Content-Length")));
  ASSERT_TRUE(eventually([&] { return producer.started == 1; }));
  EXPECT_EQ(open_streams(*server), 1);
  producer.enough = true;
  wake_up();
  EXPECT_FALSE(peer.at_end());  // closed, with the body pending
  EXPECT_EQ(unchunked(peer.pending()), "data: hello\n\ndata: bye\n\n");
  EXPECT_EQ(producer.told_closed, 0);
  EXPECT_TRUE(eventually([&] { return open_streams(*server) == 0; }));
}

TEST_F(ServerStream, http_1_0_gets_plain_bytes_until_the_end) {
  serve();
  producer.enough = true;
  RawPeer peer(server->port);
  peer.send(get("/events", "1.0"));
  const RawAnswer head = peer.answer(true);
  EXPECT_THAT(head.head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(head.head, Not(HasSubstr("Content-Length")));
  EXPECT_FALSE(peer.at_end());
  EXPECT_EQ(peer.pending(), "data: hello\n\ndata: bye\n\n");
}

TEST_F(ServerStream, head_is_answered_without_running_the_function) {
  serve();
  RawPeer peer(server->port);
  peer.send("HEAD /events HTTP/1.1\r\nHost: hub\r\n\r\n");
  const RawAnswer head = peer.answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has("Transfer-Encoding: chunked"));
  peer.send("HEAD /again HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_EQ(peer.answer(true).status, 200);
  EXPECT_EQ(peer.pending(), "");
  EXPECT_EQ(producer.started, 0);
}

TEST_F(ServerStream, a_peer_that_leaves_is_noticed_while_nothing_is_sent) {
  serve();
  auto peer = std::make_unique<RawPeer>(server->port);
  peer->send(get("/events") + "what is sent now is dropped");
  EXPECT_EQ(peer->answer(true).status, 200);
  ASSERT_TRUE(eventually([&] { return producer.started == 1; }));
  peer.reset();
  EXPECT_TRUE(eventually([&] { return producer.returned == 1; }));
  EXPECT_EQ(producer.told_closed, 1);
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_EQ(open_streams(*server), 0);
}

TEST_F(ServerStream, neither_idle_nor_handle_time_end_a_stream) {
  ServerSettings settings;
  settings.handle_time_max = milliseconds{60};
  settings.idle_time_max = milliseconds{60};
  settings.receive_time_max = milliseconds{60};
  serve(settings);
  RawPeer peer(server->port);
  peer.send(get("/events"));
  EXPECT_EQ(peer.answer(true).status, 200);
  const Tick until = server->clock.tick() + milliseconds{250};
  ASSERT_TRUE(eventually([&] { return server->clock.tick() > until; }));
  EXPECT_EQ(producer.returned, 0);
  producer.enough = true;
  wake_up();
  EXPECT_FALSE(peer.at_end());
  EXPECT_EQ(unchunked(peer.pending()), "data: hello\n\ndata: bye\n\n");
}

TEST_F(ServerStream, stop_ends_streams_at_once_and_leaves_them_cut_off) {
  serve();
  RawPeer peer(server->port);
  peer.send(get("/events"));
  EXPECT_EQ(peer.answer(true).status, 200);
  ASSERT_TRUE(eventually([&] { return producer.started == 1; }));
  const Tick started = server->clock.tick();
  server->stop(seconds{20});
  EXPECT_LT(server->clock.tick() - started, seconds{5});
  EXPECT_EQ(producer.told_closed, 1);
  EXPECT_EQ(producer.returned, 1);
  EXPECT_EQ(server->connections(), 0U);
  peer.at_end();
  EXPECT_EQ(unchunked(peer.pending()), std::nullopt);
}

TEST_F(ServerStream, a_function_may_outlive_the_server) {
  serve();
  RawPeer peer(server->port);
  peer.send(get("/events"));
  EXPECT_EQ(peer.answer(true).status, 200);
  ASSERT_TRUE(eventually([&] { return producer.started == 1; }));
  server->core.call([this] {
    server->server = nullptr;  // without stop(): the function has not had its turn yet
    EXPECT_EQ(producer.told_closed, 1);
    EXPECT_EQ(producer.returned, 0);
  });
  EXPECT_TRUE(eventually([&] { return producer.returned == 1; }));
  server->core.call([this] {
    server->server = std::make_unique<Server>(server->core.loop, server->clock, server->metrics,
                                              ServerSettings{}, streaming({}));
  });
}

TEST_F(ServerStream, more_than_the_limit_get_503) {
  ServerSettings settings;
  settings.streams_max = 1;
  serve(settings);
  auto first = std::make_unique<RawPeer>(server->port);
  first->send(get("/events"));
  EXPECT_EQ(first->answer(true).status, 200);
  RawPeer second(server->port);
  second.send(get("/events"));
  EXPECT_EQ(second.answer().status, 503);
  EXPECT_EQ(refusals(*server, "stream_limit"), 1);
  first.reset();
  ASSERT_TRUE(eventually([&] { return open_streams(*server) == 0; }));
  RawPeer third(server->port);
  third.send(get("/events"));
  EXPECT_EQ(third.answer(true).status, 200);
}

TEST(ServerStreamWrite, a_peer_that_does_not_read_is_closed) {
  std::atomic<bool> refused = false;
  std::atomic<int> closed = 0;
  const auto flood = [](std::atomic<bool>& was_refused, std::atomic<int>& told,
                        Stream out) -> Task<void> {
    out->on_closed([&told] { ++told; });
    while (co_await out->write(std::string(1'000'000, 'x'))) {
    }
    EXPECT_FALSE(out->open());
    was_refused = !co_await out->write("more");
  };
  ServerSettings settings;
  settings.receive_time_max = milliseconds{100};
  RunningServer server(
      settings, streaming([&](Stream out) { return flood(refused, closed, std::move(out)); }));
  RawPeer peer(server.port);
  peer.send(get("/flood"));
  EXPECT_TRUE(eventually([&] { return refused.load(); }));
  EXPECT_EQ(closed, 1);
  EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(ServerStreamWrite, stop_wakes_a_write_that_waits) {
  struct Seen {
    std::atomic<bool> begun = false;
    std::atomic<int> pieces = 0;
    std::atomic<bool> returned = false;
  } seen;
  const auto flood = [](Seen& of, Stream out) -> Task<void> {
    of.begun = true;
    while (co_await out->write(std::string(20'000'000, 'x'))) ++of.pieces;
    of.returned = true;
  };
  RunningServer server({}, streaming([&](Stream out) { return flood(seen, std::move(out)); }));
  RawPeer peer(server.port);
  peer.send(get("/flood"));
  ASSERT_TRUE(eventually([&] { return seen.begun.load(); }));
  server.stop(seconds{20});
  EXPECT_TRUE(seen.returned);
  EXPECT_EQ(seen.pieces, 0);
}

TEST(ServerStreamWrite, large_pieces_arrive_whole) {
  const auto large = [](Stream out) -> Task<void> {
    for (const char c : {'a', 'b', 'c'}) co_await out->write(std::string(3'000'000, c));
  };
  RunningServer server({}, streaming(large));
  RawPeer peer(server.port);
  peer.send(get("/large"));
  EXPECT_EQ(peer.answer(true).status, 200);
  EXPECT_FALSE(peer.at_end());
  const auto body = unchunked(peer.pending());
  ASSERT_TRUE(body);
  EXPECT_EQ(*body, std::string(3'000'000, 'a') + std::string(3'000'000, 'b') +
                       std::string(3'000'000, 'c'));
}

TEST(ServerStreamWrite, an_exception_cuts_the_answer_off_and_is_counted) {
  std::atomic<bool> told = false;
  const auto broken = [](std::atomic<bool>& was_told, Stream out) -> Task<void> {
    co_await out->write("half");
    out->on_closed([&was_told] { was_told = true; });
    throw std::runtime_error("a defect");
  };
  RunningServer server({}, streaming([&](Stream out) { return broken(told, std::move(out)); }));
  RawPeer peer(server.port);
  peer.send(get("/broken"));
  EXPECT_EQ(peer.answer(true).status, 200);
  peer.at_end();
  EXPECT_EQ(peer.pending(), "4\r\nhalf\r\n");
  EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
  EXPECT_EQ(metric(server, "tillbridge_http_handler_failures_total{listener=\"public\"}"), 1);
  EXPECT_FALSE(told);
}

TEST(ServerStreamWrite, a_stream_that_is_kept_is_closed_after_its_function) {
  Stream kept;
  const auto keep = [](Stream& to, Stream out) -> Task<void> {
    to = out;
    co_await out->write("first");
  };
  const auto write = [](Stream out) -> Task<bool> { return out->write("second"); };
  RunningServer server({}, streaming([&](Stream out) { return keep(kept, std::move(out)); }));
  RawPeer peer(server.port);
  peer.send(get("/keep"));
  EXPECT_EQ(peer.answer(true).status, 200);
  EXPECT_FALSE(peer.at_end());
  EXPECT_EQ(unchunked(peer.pending()), "first");
  EXPECT_FALSE(server.core.run(write(kept)));
  server.core.call([&] {
    EXPECT_FALSE(kept->open());
    kept.reset();
  });
}

}  // namespace
}  // namespace tillbridge::http
