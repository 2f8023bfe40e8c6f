// CurlTransport on the wire: what it sends, what it makes of answers, and above all whether it
// tells "never sent" from "may have arrived".

#include <atomic>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "http/server_for_tests.h"
#include "outbound/curl_transport.h"

namespace tillbridge::outbound {
namespace {

using http::Reply;
using http::Request;
using http::for_tests::encrypted;
using http::for_tests::eventually;
using http::for_tests::LoopThread;
using http::for_tests::RawPeer;
using http::for_tests::RunningServer;
using http::for_tests::TestCertificate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

std::string gzip(std::string text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Says what it saw, and misbehaves by path.
class Platform {
 public:
  explicit Platform(http::ServerSettings settings = {})
      : server(std::move(settings),
               [this](Request request) { return answer(std::move(request)); }) {}

  std::atomic<int> seen = 0;
  std::atomic<bool> drop_next = false;
  RunningServer server;

 private:
  Task<Reply> answer(Request request) {
    ++seen;
    Reply reply;
    reply.headers.push_back(http::Header{"X-Kind", " Mixed Case "});
    reply.body = request.method + " " + request.path + "\n";
    for (const http::Header& header : request.headers)
      reply.body += header.name + ": " + header.value + "\n";
    reply.body += "\n" + request.body;
    if (drop_next.exchange(false)) reply.break_off = Reply::Break::reset_before_answer;
    if (request.path == "/500") reply.status = 500;
    if (request.path == "/302") {
      reply.status = 302;
      reply.headers.push_back(http::Header{"Location", "/elsewhere"});
    }
    if (request.path == "/reset") reply.break_off = Reply::Break::reset_before_answer;
    if (request.path == "/half") reply.break_off = Reply::Break::reset_inside_answer;
    if (request.path == "/never") reply.break_off = Reply::Break::never_answer;
    if (request.path == "/large") reply.body = std::string(100'000, 'x');
    if (request.path == "/gzip" || request.path == "/bomb") {
      reply.headers.push_back(http::Header{"Content-Encoding", "gzip"});
      reply.body = gzip(request.path == "/bomb" ? std::string(1'000'000, '0') : "packed text");
    }
    co_return reply;
  }
};

class Outbound : public testing::Test {
 protected:
  void SetUp() override { make({}); }
  void TearDown() override { drop(); }

  void make(CurlSettings settings) {
    core.call([&] {
      transport.reset();
      transport = std::make_unique<CurlTransport>(core.loop, metrics, std::move(settings));
    });
  }
  void drop() {
    core.call([&] { transport.reset(); });
  }
  Result<HttpAnswer> send(HttpRequest request) {
    return core.run(transport->send(std::move(request)));
  }
  Result<HttpAnswer> get(const std::string& path) { return send(to(path)); }
  HttpRequest to(const std::string& path, const std::string& method = "GET") const {
    HttpRequest request;
    request.method = method;
    request.url = platform.server.url(path);
    return request;
  }
  static Error::Kind kind_of(const Result<HttpAnswer>& result) {
    EXPECT_FALSE(result) << "it was answered";
    return result ? Error::Kind::corrupt : result.error().kind;
  }

  Platform platform;
  telemetry::Metrics metrics;
  LoopThread core;
  std::unique_ptr<CurlTransport> transport;
};

std::uint16_t port_of_nobody() {
  RunningServer server({}, [](Request) -> Task<Reply> { co_return Reply{}; });
  return server.port;
}

TEST_F(Outbound, sends_what_it_was_given_and_nothing_else) {
  HttpRequest request = to("/orders", "POST");
  request.headers = {{"X-Key", "k1"}, {"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.body = R"({"a":1})";
  request.basic_user = "anna";
  request.basic_password = Secret("secret:word");
  const auto answer = send(std::move(request));
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("x-kind"), "Mixed Case");
  EXPECT_THAT(answer->body, HasSubstr("POST /orders\n"));
  EXPECT_THAT(answer->body, HasSubstr("X-Key: k1\n"));
  EXPECT_THAT(answer->body, HasSubstr("X-Empty: \n"));
  EXPECT_THAT(answer->body, HasSubstr("User-Agent: Tillbridge\n"));
  EXPECT_THAT(answer->body, HasSubstr("Authorization: Basic YW5uYTpzZWNyZXQ6d29yZA==\n"));
  EXPECT_THAT(answer->body, HasSubstr("\n\n{\"a\":1}"));
  EXPECT_THAT(answer->body, Not(HasSubstr("form-urlencoded")));
  EXPECT_GT(answer->took, Duration{0});
}

TEST_F(Outbound, every_method_goes_out_as_it_is) {
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    HttpRequest request = to("/m", method);
    if (method != "GET" && method != "DELETE") request.body = "content";
    request.bearer = Secret("Bearer token-1");
    const auto answer = send(std::move(request));
    ASSERT_TRUE(answer) << method;
    EXPECT_THAT(answer->body, HasSubstr(method + " /m\n"));
    EXPECT_THAT(answer->body, HasSubstr("Authorization: Bearer token-1\n"));
    EXPECT_EQ(answer->body.ends_with("\n\ncontent"), method != "GET" && method != "DELETE");
  }
  const auto empty = send(to("/m", "PUT"));
  ASSERT_TRUE(empty);
  EXPECT_THAT(empty->body, HasSubstr("Content-Length: 0\n"));
  const auto head = send(to("/m", "HEAD"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
}

TEST_F(Outbound, large_bodies_go_without_waiting_for_continue) {
  HttpRequest request = to("/upload", "POST");
  request.body = std::string(1'000'000, 'b');
  const auto answer = send(std::move(request));
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, Not(HasSubstr("Expect")));
  EXPECT_GT(answer->body.size(), 1'000'000U);
}

TEST_F(Outbound, answers_are_values_whatever_their_status) {
  EXPECT_EQ(get("/500")->status, 500);
  const auto redirect = get("/302");
  EXPECT_EQ(redirect->status, 302);
  EXPECT_EQ(redirect->header("location"), "/elsewhere");
  EXPECT_EQ(get("/gzip")->body, "packed text");
  const std::string text = metrics.prometheus_text();
  EXPECT_THAT(text,
              HasSubstr("tillbridge_outbound_calls_total{host=\"127.0.0.1\",result=\"5xx\"} 1"));
  EXPECT_THAT(text, HasSubstr("tillbridge_outbound_call_seconds_count{host=\"127.0.0.1\"} 3"));
}

TEST_F(Outbound, what_was_never_sent_is_to_retry) {
  HttpRequest refused;
  refused.method = "POST";
  refused.url = "http://127.0.0.1:" + std::to_string(port_of_nobody()) + "/orders?key=hush";
  const auto result = send(refused);
  EXPECT_EQ(kind_of(result), Error::Kind::retry);
  EXPECT_THAT(result.error().what, HasSubstr("POST to 127.0.0.1"));
  EXPECT_THAT(result.error().what, HasSubstr("nothing was sent"));
  EXPECT_THAT(result.error().what, Not(HasSubstr("hush")));
  HttpRequest unknown;
  unknown.url = "http://no-such-host.invalid/";
  EXPECT_EQ(kind_of(send(unknown)), Error::Kind::retry);
}

TEST_F(Outbound, a_connection_that_is_never_made_is_to_retry) {
  // A listener that never accepts and whose queue is full swallows connection attempts.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const RawPeer queued(ntohs(address.sin_port));
  HttpRequest request;
  request.method = "POST";
  request.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  request.connect_time_max = milliseconds{150};
  const auto result = send(request);
  EXPECT_EQ(kind_of(result), Error::Kind::retry) << result.error().what;
  ::close(listener);
}

// curl tries ::1 first, where nobody listens, and its next socket often has the number of the
// first.
TEST_F(Outbound, an_address_that_refuses_does_not_hold_up_the_next_one) {
  for (int i = 0; i < 20; ++i) {
    make({});
    HttpRequest request = to("/");
    request.url = "http://localhost:" + std::to_string(platform.server.port) + "/";
    const auto answer = send(request);
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_LT(answer->took, seconds{1});
  }
}

TEST_F(Outbound, what_may_have_arrived_has_an_unknown_outcome) {
  EXPECT_EQ(kind_of(send(to("/reset", "POST"))), Error::Kind::unknown_outcome);
  EXPECT_EQ(kind_of(send(to("/half", "POST"))), Error::Kind::unknown_outcome);
  HttpRequest never = to("/never", "POST");
  never.total_time_max = milliseconds{200};
  const Tick started = platform.server.clock.tick();
  EXPECT_EQ(kind_of(send(never)), Error::Kind::unknown_outcome);
  EXPECT_GE(platform.server.clock.tick() - started, milliseconds{190});
  EXPECT_EQ(platform.seen, 3);
}

TEST_F(Outbound, a_post_is_never_sent_twice_when_a_pooled_connection_dies) {
  ASSERT_TRUE(get("/warm"));
  platform.drop_next = true;
  const auto post = send(to("/orders", "POST"));
  EXPECT_EQ(kind_of(post), Error::Kind::unknown_outcome);
  EXPECT_EQ(platform.seen, 2);
  ASSERT_TRUE(get("/warm"));
  platform.drop_next = true;
  EXPECT_TRUE(get("/list")) << "a GET may be repeated";
  EXPECT_EQ(platform.seen, 5);
}

// The handle has called another place before, and has repeated calls before.
TEST_F(Outbound, a_repeated_get_goes_out_as_the_first_one_did) {
  Platform elsewhere;
  HttpRequest other;
  other.url = elsewhere.server.url("/other");
  HttpRequest request = to("/list");
  request.basic_user = "anna";
  request.basic_password = Secret("secret:word");
  for (int time = 0; time < 8; ++time) {  // curl repeats one call five times at most
    ASSERT_TRUE(send(other));
    const auto first = send(request);
    ASSERT_TRUE(first) << first.error().what;
    EXPECT_THAT(first->body, HasSubstr("Authorization: Basic "));
    platform.drop_next = true;
    const auto repeated = send(request);
    ASSERT_TRUE(repeated) << time << ": " << repeated.error().what;
    EXPECT_EQ(repeated->body, first->body) << time;
  }
  EXPECT_EQ(platform.seen, 8 * 3);
}

TEST_F(Outbound, answers_that_are_too_large_are_rejected) {
  for (const char* path : {"/large", "/bomb"}) {
    HttpRequest request = to(path);
    request.answer_bytes_max = 50'000;
    const auto result = send(request);
    EXPECT_EQ(kind_of(result), Error::Kind::rejected) << path;
    EXPECT_THAT(result.error().what, HasSubstr("50000 bytes"));
  }
  HttpRequest enough = to("/large");
  enough.answer_bytes_max = 100'000;
  EXPECT_EQ(send(enough)->body.size(), 100'000U);
}

TEST_F(Outbound, users_urls_do_not_lead_into_our_own_network) {
  ASSERT_TRUE(get("/warm"));  // a pooled connection to the same place must not help
  const std::string port = std::to_string(platform.server.port);
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0",
                                 "2130706433", "10.0.0.1", "169.254.169.254"}) {
    HttpRequest request;
    request.url = "http://" + host + ":" + port + "/";
    request.user_supplied_url = true;
    const auto result = send(request);
    EXPECT_EQ(kind_of(result), Error::Kind::rejected) << host;
    EXPECT_THAT(result.error().what, HasSubstr("private or reserved")) << host;
  }
  EXPECT_EQ(platform.seen, 1);
  EXPECT_THAT(metrics.prometheus_text(),
              HasSubstr("host=\"user_supplied\",result=\"rejected\"} 8"));
}

TEST_F(Outbound, what_may_lead_to_public_addresses_only_finds_no_way_inside) {
  const std::string port = std::to_string(platform.server.port);
  HttpRequest request;
  request.url = "http://127.0.0.1:" + port + "/";
  request.public_addresses_only = true;
  for (int at = 0; at < 2; ++at) {
    const auto result = send(request);
    EXPECT_EQ(kind_of(result), Error::Kind::rejected);
    EXPECT_THAT(result.error().what, HasSubstr("private or reserved"));
    // The second time there is a pooled connection, opened by who may go anywhere.
    if (at == 0) ASSERT_TRUE(get("/warm"));
  }
  EXPECT_EQ(platform.seen, 1);
}

TEST_F(Outbound, bad_requests_never_reach_the_wire) {
  const auto rejected = [&](const HttpRequest& request) {
    const auto result = send(request);
    EXPECT_EQ(kind_of(result), Error::Kind::rejected) << request.url;
    EXPECT_THAT(result.error().what, Not(HasSubstr("hush")));
  };
  for (const char* url : {"", "no url", "ftp://host/x", "file:///etc/passwd", "http://",
                          "http://u:hush@127.0.0.1/", "http://127.0.0.1/a\r\nX: hush"}) {
    HttpRequest request;
    request.url = url;
    rejected(request);
  }
  HttpRequest header = to("/");
  header.headers = {{"X-A", "b\r\nX-Hush: hush"}};
  rejected(header);
  HttpRequest method = to("/");
  method.method = "GET /hush HTTP/1.1\r\nX:";
  rejected(method);
  HttpRequest bearer = to("/");
  bearer.bearer = Secret("hush\r\nX: y");
  rejected(bearer);
  EXPECT_EQ(platform.seen, 0);
}

Task<void> collect(CurlTransport& transport, HttpRequest request, std::vector<int>& statuses) {
  const Result<HttpAnswer> answer = co_await transport.send(std::move(request));
  statuses.push_back(answer ? answer->status : 0);
}

TEST_F(Outbound, many_calls_at_once_are_all_answered_within_the_limits) {
  CurlSettings narrow;
  narrow.connections_per_host_max = 4;
  narrow.in_flight_max = 8;
  make(narrow);
  std::vector<int> statuses;
  core.call([&] {
    for (int i = 0; i < 300; ++i) {
      boost::asio::co_spawn(core.loop,
                            collect(*transport, to("/" + std::to_string(i), "POST"), statuses),
                            boost::asio::detached);
    }
  });
  ASSERT_TRUE(eventually([&] { return core.call([&] { return statuses.size(); }) == 300; }));
  EXPECT_THAT(statuses, testing::Each(200));
  EXPECT_LE(platform.server.connections(), 4U);
  EXPECT_EQ(platform.seen, 300);
}

TEST_F(Outbound, waiting_for_a_turn_has_the_same_deadline) {
  CurlSettings one;
  one.connections_per_host_max = 1;
  make(one);
  std::vector<int> statuses;
  HttpRequest hog = to("/never");
  hog.total_time_max = seconds{8};
  core.call([&] {
    boost::asio::co_spawn(core.loop, collect(*transport, hog, statuses), boost::asio::detached);
  });
  ASSERT_TRUE(eventually([&] { return platform.seen == 1; }));
  HttpRequest waiting = to("/ok", "POST");
  waiting.total_time_max = milliseconds{100};
  EXPECT_EQ(kind_of(send(waiting)), Error::Kind::retry);
  EXPECT_EQ(platform.seen, 1);
  drop();
  ASSERT_TRUE(eventually([&] { return core.call([&] { return statuses.size(); }) == 1; }));
}

TEST_F(Outbound, going_away_settles_what_is_under_way) {
  std::optional<Result<HttpAnswer>> settled;
  core.call([&] {
    boost::asio::co_spawn(
        core.loop, transport->send(to("/never", "POST")),
        [&](std::exception_ptr, Result<HttpAnswer> result) { settled = std::move(result); });
  });
  ASSERT_TRUE(eventually([&] { return platform.seen == 1; }));
  drop();
  ASSERT_TRUE(eventually([&] { return core.call([&] { return settled.has_value(); }); }));
  EXPECT_EQ(kind_of(*settled), Error::Kind::unknown_outcome);
}

// Handles are used again: whatever a call was like, and however it ended, the next one goes out as
// it would from a hub that has just started.
TEST_F(Outbound, nothing_of_a_call_stays_for_the_next) {
  std::vector<HttpRequest> calls;
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "REPORT"})
    calls.push_back(to("/plain", method));
  calls.push_back(to("/with-body", "DELETE"));
  calls.back().body = "gone";
  calls.push_back(to("/headers?a=b", "POST"));
  calls.back().headers = {{"X-Key", "k1"}, {"Content-Type", "text/plain"}, {"X-Empty", ""}};
  calls.back().body = std::string(2'000, 'b');
  calls.push_back(to("/bearer"));
  calls.back().bearer = Secret("Bearer abc");
  calls.push_back(to("/basic", "POST"));
  calls.back().basic_user = "vera";
  calls.back().basic_password = Secret("of the till");
  calls.push_back(to("/large-body", "PUT"));
  calls.back().body = std::string(200'000, 'l');
  const std::size_t good = calls.size();
  calls.push_back(to("/gzip"));
  calls.push_back(to("/500", "POST"));
  calls.push_back(to("/reset", "POST"));
  calls.push_back(to("/half"));
  calls.push_back(to("/never", "POST"));
  calls.back().total_time_max = milliseconds{20};
  calls.back().connect_time_max = milliseconds{20};
  calls.push_back(to("/large"));
  calls.back().answer_bytes_max = 1'000;
  calls.push_back(to("/private", "POST"));
  calls.back().public_addresses_only = true;
  calls.push_back(to("/private", "POST"));
  calls.back().user_supplied_url = true;
  calls.push_back(to("/nobody", "POST"));
  calls.back().url = "http://127.0.0.1:" + std::to_string(port_of_nobody()) + "/";

  std::vector<std::string> alone;
  for (std::size_t next = 0; next < good; ++next) {
    make({});
    const auto answer = send(calls[next]);
    ASSERT_TRUE(answer) << answer.error().what;
    alone.push_back(answer->body);
  }
  for (std::size_t before = 0; before < calls.size(); ++before) {
    for (std::size_t next = 0; next < good; ++next) {
      make({});
      static_cast<void>(send(calls[before]));
      for (int time = 0; time < 2; ++time) {
        const auto answer = send(calls[next]);
        ASSERT_TRUE(answer) << before << " then " << next << ": " << answer.error().what;
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, alone[next]) << before << " then " << next;
      }
    }
  }
}

TEST_F(Outbound, tls_is_verified) {
  const TestCertificate certificate;
  Platform secure(encrypted(certificate));
  HttpRequest request;
  request.method = "POST";
  request.url = "https://127.0.0.1:" + std::to_string(secure.server.port) + "/orders";
  EXPECT_EQ(kind_of(send(request)), Error::Kind::retry);
  EXPECT_EQ(secure.seen, 0);
  CurlSettings trusting;
  trusting.ca_file = certificate.certificate_file;
  make(trusting);
  const auto answer = send(request);
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(secure.seen, 1);
}

// What TLS says between two answers (tickets) and bodies that come in many pieces hold up nobody.
TEST_F(Outbound, many_calls_at_once_are_all_answered_under_tls) {
  const TestCertificate certificate;
  Platform secure(encrypted(certificate));
  CurlSettings narrow;
  narrow.ca_file = certificate.certificate_file;
  narrow.connections_per_host_max = 4;
  make(narrow);
  std::vector<int> statuses;
  core.call([&] {
    for (int i = 0; i < 100; ++i) {
      HttpRequest request = to("", "POST");
      request.url = "https://127.0.0.1:" + std::to_string(secure.server.port) + "/orders";
      request.body = std::string(static_cast<std::size_t>(i) * 2'000, 'b');
      boost::asio::co_spawn(core.loop, collect(*transport, std::move(request), statuses),
                            boost::asio::detached);
    }
  });
  ASSERT_TRUE(eventually([&] { return core.call([&] { return statuses.size(); }) == 100; }));
  EXPECT_THAT(statuses, testing::Each(200));
  EXPECT_LE(secure.server.connections(), 4U);
  EXPECT_EQ(secure.seen, 100);
}

TEST_F(Outbound, the_environments_proxy_is_ignored_and_ours_is_used) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_TRUE(get("/direct"));
  ::unsetenv("http_proxy");
  CurlSettings through;
  through.proxy = "http://127.0.0.1:" + std::to_string(platform.server.port);
  make(through);
  HttpRequest request;
  request.url = "http://shop.invalid/by/proxy";  // only the proxy would have to resolve it
  const auto answer = send(request);
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_THAT(answer->body, HasSubstr("GET /by/proxy\n"));
  EXPECT_THAT(answer->body, HasSubstr("Host: shop.invalid\n"));
}

}  // namespace
}  // namespace tillbridge::outbound
