#include "http/server.h"

#include <atomic>
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

Task<Reply> echo(Request request) {
  Reply reply;
  reply.content_type = "text/plain";
  reply.body = request.method + " " + request.path + " [" + request.body + "]";
  if (request.path == "/throw") throw std::runtime_error("a defect");
  if (request.path == "/close") reply.close = true;
  if (request.path == "/nothing") reply.status = 204;
  if (request.path == "/large") reply.body = std::string(300'000, 'x');
  if (request.path == "/peer") reply.body = request.peer;
  if (request.path == "/reset") reply.break_off = Reply::Break::reset_before_answer;
  if (request.path == "/half") reply.break_off = Reply::Break::reset_inside_answer;
  if (request.path == "/never") reply.break_off = Reply::Break::never_answer;
  co_return reply;
}

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: hub\r\n\r\n";
}

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: hub\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

ServerSettings impatient() {
  ServerSettings settings;
  settings.receive_time_max = milliseconds{150};
  settings.idle_time_max = milliseconds{400};
  settings.handle_time_max = milliseconds{150};
  return settings;
}

double refusals(const RunningServer& server, const std::string& reason) {
  return metric(server,
                "tillbridge_http_refused_total{listener=\"public\",reason=\"" + reason + "\"}");
}

TEST(Server, keeps_the_connection_for_further_requests) {
  RunningServer server({}, echo);
  RawPeer peer(server.port);
  for (int i = 0; i < 3; ++i) {
    peer.send(post("/events", "body " + std::to_string(i)));
    const RawAnswer answer = peer.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /events [body " + std::to_string(i) + "]");
    EXPECT_THAT(answer.head, HasSubstr("\r\nDate: "));
    EXPECT_THAT(answer.head, HasSubstr(" GMT\r\n"));
    EXPECT_TRUE(answer.has("Content-Type: text/plain"));
  }
  peer.send(get("/peer"));
  EXPECT_EQ(peer.answer().body, "127.0.0.1");
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(metric(server, "tillbridge_http_connections{listener=\"public\"}"), 1);
  EXPECT_EQ(metric(server, "tillbridge_http_requests_total{code=\"2xx\",listener=\"public\"}"), 4);
}

TEST(Server, answers_pipelined_requests_in_order) {
  RunningServer server({}, echo);
  RawPeer peer(server.port);
  std::string all;
  for (int i = 0; i < 50; ++i) all += i % 2 == 0 ? get("/" + std::to_string(i)) : post("/p", "x");
  peer.send(all);
  for (int i = 0; i < 50; ++i) {
    const RawAnswer answer = peer.answer();
    ASSERT_EQ(answer.body, i % 2 == 0 ? "GET /" + std::to_string(i) + " []" : "POST /p [x]");
  }
}

TEST(Server, takes_chunked_bodies_and_expect_continue) {
  RunningServer server({}, echo);
  RawPeer peer(server.port);
  peer.send(
      "POST /c HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n0\r\n\r\n");
  EXPECT_EQ(peer.answer().body, "POST /c [wiki]");
  peer.send("POST /c HTTP/1.1\r\nHost: hub\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(peer.answer().status, 100);
  peer.send("ok");
  EXPECT_EQ(peer.answer().body, "POST /c [ok]");
}

TEST(Server, head_and_204_have_no_body_and_large_ones_arrive_whole) {
  RunningServer server({}, echo);
  RawPeer peer(server.port);
  peer.send("HEAD /h HTTP/1.1\r\nHost: hub\r\n\r\n" + get("/nothing") + get("/large"));
  const RawAnswer head = peer.answer(true);
  EXPECT_TRUE(head.has("Content-Length: 10"));
  const RawAnswer nothing = peer.answer();
  EXPECT_EQ(nothing.status, 204);
  EXPECT_EQ(nothing.head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(peer.answer().body.size(), 300'000U);
}

TEST(Server, closes_when_either_side_wants_to) {
  RunningServer server({}, echo);
  RawPeer asked(server.port);
  asked.send(get("/close"));
  EXPECT_TRUE(asked.answer().has("Connection: close"));
  EXPECT_TRUE(asked.at_end());
  RawPeer old(server.port);
  old.send("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.answer().has("Connection: close"));
  EXPECT_TRUE(old.at_end());
  RawPeer kept(server.port);
  kept.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(kept.answer().has("Connection: keep-alive"));
  kept.send(get("/more"));
  EXPECT_EQ(kept.answer().status, 200);
}

TEST(Server, an_exception_in_a_handler_is_500_and_counted) {
  RunningServer server({}, echo);
  RawPeer peer(server.port);
  peer.send(get("/throw"));
  EXPECT_EQ(peer.answer().status, 500);
  peer.send(get("/after"));
  EXPECT_EQ(peer.answer().status, 200);
  EXPECT_EQ(metric(server, "tillbridge_http_handler_failures_total{listener=\"public\"}"), 1);
}

TEST(Server, refusals_have_their_status_even_while_the_peer_still_sends) {
  ServerSettings settings;
  settings.header_bytes_max = 1024;
  settings.body_bytes_max = 1000;
  RunningServer server(settings, echo);
  RawPeer large(server.port);
  large.send(post("/big", std::string(1'000'000, 'x')));
  EXPECT_EQ(large.answer().status, 413);
  RawPeer header(server.port);
  header.send("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'a'));
  EXPECT_EQ(header.answer().status, 431);
  RawPeer malformed(server.port);
  malformed.send("\x16\x03\x01 this is TLS\r\n\r\n");
  const RawAnswer answer = malformed.answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(malformed.at_end());
  EXPECT_EQ(refusals(server, "body_too_large"), 1);
  EXPECT_EQ(refusals(server, "header_too_large"), 1);
  EXPECT_EQ(refusals(server, "malformed"), 1);
}

TEST(Server, a_slow_sender_gets_408_and_an_idle_one_is_closed) {
  RunningServer server(impatient(), echo);
  RawPeer idle(server.port);
  RawPeer slow(server.port);
  const Tick started = server.clock.tick();
  slow.send("POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000000\r\n\r\n");
  std::jthread dripping([&slow](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      slow.send("s");  // each byte on its own must not buy more time
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(slow.answer().status, 408);
  EXPECT_LT(server.clock.tick() - started, seconds{5});
  dripping.request_stop();
  EXPECT_TRUE(idle.at_end());
  EXPECT_EQ(refusals(server, "receive_time"), 1);
}

TEST(Server, a_slow_handler_is_answered_for_with_503) {
  std::unique_ptr<Signal> release;
  std::atomic<bool> finished = false;
  RunningServer* running = nullptr;
  RunningServer server(impatient(), [&](Request request) {
    release = std::make_unique<Signal>(running->core.loop);
    return [](Signal& signal, std::atomic<bool>& done, Request) -> Task<Reply> {
      co_await signal.wait(seconds{20});
      done = true;
      co_return Reply{};
    }(*release, finished, std::move(request));
  });
  running = &server;
  RawPeer peer(server.port);
  peer.send(get("/slow"));
  const RawAnswer answer = peer.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(refusals(server, "handle_time"), 1);
  server.core.call([&] { release->notify(); });
  EXPECT_TRUE(eventually([&] { return finished && server.connections() == 0; }));
  server.core.call([&] { release.reset(); });  // before its loop
}

TEST(Server, connections_over_the_limit_are_closed_and_counted) {
  ServerSettings settings;
  settings.connections_max = 2;
  RunningServer server(settings, echo);
  RawPeer first(server.port);
  RawPeer second(server.port);
  ASSERT_TRUE(eventually([&] { return server.connections() == 2; }));
  RawPeer third(server.port);
  EXPECT_TRUE(third.at_end());
  EXPECT_EQ(refusals(server, "connection_limit"), 1);
  first.send(get("/still"));
  EXPECT_EQ(first.answer().status, 200);
}

TEST(Server, stop_lets_a_running_request_finish_and_closes_the_idle) {
  std::unique_ptr<Signal> release;
  RunningServer* running = nullptr;
  std::atomic<bool> entered = false;
  RunningServer server({}, [&](Request request) {
    release = std::make_unique<Signal>(running->core.loop);
    entered = true;
    return [](Signal& signal, Request) -> Task<Reply> {
      co_await signal.wait(seconds{20});
      Reply reply;
      reply.body = "finished";
      co_return reply;
    }(*release, std::move(request));
  });
  running = &server;
  RawPeer idle(server.port);
  auto busy = std::make_unique<RawPeer>(server.port);
  busy->send(get("/work"));
  ASSERT_TRUE(eventually([&] { return entered && server.connections() == 2; }));
  std::jthread stopping([&server] { server.stop(seconds{10}); });
  EXPECT_TRUE(idle.at_end());
  EXPECT_THROW(RawPeer(server.port), std::runtime_error);
  server.core.call([&] { release->notify(); });
  const RawAnswer answer = busy->answer();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_TRUE(busy->at_end());
  busy.reset();
  stopping.join();
  server.core.call([&] { release.reset(); });  // before its loop
}

TEST(Server, stop_ends_drills_and_half_sent_requests_after_the_grace) {
  RunningServer server({}, echo);
  RawPeer held(server.port);
  held.send(get("/never"));
  RawPeer half(server.port);
  half.send("GET / HT");
  RawPeer other(server.port);
  other.send(get("/"));
  EXPECT_EQ(other.answer().status, 200);
  ASSERT_TRUE(eventually([&] { return server.connections() == 3; }));
  server.stop(milliseconds{50});
  EXPECT_EQ(held.answer().status, 0);
  EXPECT_EQ(half.answer().status, 0);
  EXPECT_EQ(server.connections(), 0U);
}

TEST(Server, drills_break_off_as_asked) {
  RunningServer server({}, echo);
  RawPeer reset(server.port);
  reset.send(get("/reset"));
  EXPECT_TRUE(reset.was_reset());
  EXPECT_EQ(reset.pending(), "");
  RawPeer half(server.port);
  half.send(post("/half", std::string(2000, 'y')));
  EXPECT_TRUE(half.was_reset());
  EXPECT_THAT(half.pending(), HasSubstr("\r\n\r\nPOST /half [yyyy"));
  EXPECT_LT(half.pending().size(), 1500U);
}

TEST(Server, errors_of_start_say_what_to_do) {
  RunningServer server({}, echo);
  for_tests::LoopThread core;
  const auto start = [&](ServerSettings settings) {
    return core.call([&] {
      Server other(core.loop, server.clock, server.metrics, settings, echo);
      return other.start();
    });
  };
  ServerSettings taken;
  taken.port = server.port;
  const Result<void> in_use = start(taken);
  ASSERT_FALSE(in_use);
  EXPECT_EQ(in_use.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(in_use.error().what, HasSubstr("127.0.0.1:" + std::to_string(server.port)));
  EXPECT_THAT(in_use.error().what, HasSubstr("another program"));
  ServerSettings named;
  named.address = "example";
  const Result<void> no_address = start(named);
  ASSERT_FALSE(no_address);
  EXPECT_THAT(no_address.error().what, HasSubstr("not an IP address"));
}

}  // namespace
}  // namespace tillbridge::http
