#include "http/static_files.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tillbridge::http {
namespace {

Request ask(const std::string& path, std::vector<Header> headers = {},
            const std::string& method = "GET") {
  Request request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

std::string header(const Reply& reply, std::string_view name) {
  std::string found;
  for (const Header& h : reply.headers) {
    if (h.name != name) continue;
    EXPECT_EQ(found, "") << "twice: " << name;
    found = h.value;
  }
  return found;
}

StaticFiles console() {
  StaticFiles files({Header{"X-Content-Type-Options", "nosniff"}});
  files.add({"/index.html", "text/html; charset=utf-8", "<html>", "", "i1", false});
  files.add({"/assets/app-3f2a.js", "text/javascript", "plain script", "PACKED", "a1", true});
  return files;
}

TEST(StaticFiles, a_file_comes_with_its_type_etag_and_the_given_headers) {
  const StaticFiles files = console();
  const auto reply = files.serve(ask("/assets/app-3f2a.js"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "plain script");
  EXPECT_EQ(reply->content_type, "text/javascript");
  EXPECT_EQ(header(*reply, "ETag"), "\"a1\"");
  EXPECT_EQ(header(*reply, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(*reply, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(*reply, "Content-Encoding"), "");
  EXPECT_EQ(header(*reply, "X-Content-Type-Options"), "nosniff");
}

TEST(StaticFiles, gzip_goes_to_those_who_take_it) {
  const StaticFiles files = console();
  for (const char* accept : {"gzip", "br, GZIP;q=0.5", "deflate, gzip;q=1.0, *;q=0", "*", "br,*"}) {
    const auto reply = files.serve(ask("/assets/app-3f2a.js", {{"accept-encoding", accept}}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "PACKED") << accept;
    EXPECT_EQ(header(*reply, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(*reply, "ETag"), "\"a1.gz\"");
  }
  for (const char* accept : {"", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "xgzip", ";;,="}) {
    const auto reply = files.serve(ask("/assets/app-3f2a.js", {{"Accept-Encoding", accept}}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "plain script") << accept;
  }
  const auto without = files.serve(ask("/", {{"Accept-Encoding", "gzip"}}));
  ASSERT_TRUE(without);
  EXPECT_EQ(without->body, "<html>");
  EXPECT_EQ(header(*without, "Vary"), "");
}

TEST(StaticFiles, what_the_client_has_is_not_sent_again) {
  const StaticFiles files = console();
  for (const char* has : {"\"a1\"", "W/\"a1\"", "\"x\", W/\"a1\" ,\"y\"", "*"}) {
    const auto reply = files.serve(ask("/assets/app-3f2a.js", {{"If-None-Match", has}}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 304) << has;
    EXPECT_EQ(reply->body, "");
    EXPECT_EQ(header(*reply, "ETag"), "\"a1\"");
    EXPECT_EQ(header(*reply, "Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(header(*reply, "X-Content-Type-Options"), "nosniff");
  }
  for (const char* has : {"", "\"a\"", "a1", "\"a1.gz\"", "\"a1"}) {
    const auto reply = files.serve(ask("/assets/app-3f2a.js", {{"If-None-Match", has}}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200) << has;
  }
  const auto packed = files.serve(
      ask("/assets/app-3f2a.js", {{"If-None-Match", "\"a1.gz\""}, {"Accept-Encoding", "gzip"}}));
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->status, 304);
}

TEST(StaticFiles, routes_of_the_client_get_the_index) {
  const StaticFiles files = console();
  for (const char* path : {"/", "/index.html", "/orders", "/orders/12", "/v1.2/orders", "/apis"}) {
    const auto reply = files.serve(ask(path));
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->body, "<html>") << path;
    EXPECT_EQ(header(*reply, "Cache-Control"), "no-cache");
  }
  for (const char* path : {"/api", "/api/", "/api/orders", "/missing.js", "/assets/../app.js", "",
                           "orders", "/favicon.ico"}) {
    EXPECT_FALSE(files.serve(ask(path))) << path;
  }
  EXPECT_FALSE(StaticFiles().serve(ask("/")));
}

TEST(StaticFiles, only_get_and_head_are_answered) {
  const StaticFiles files = console();
  EXPECT_TRUE(files.serve(ask("/", {}, "HEAD")));
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"})
    EXPECT_FALSE(files.serve(ask("/", {}, method))) << method;
}

TEST(StaticFiles, what_cannot_be_served_is_refused_at_start) {
  StaticFiles files = console();
  EXPECT_THROW(files.add({"/index.html", "text/html", "", "", "i2", false}), std::invalid_argument);
  EXPECT_THROW(files.add({"app.js", "text/javascript", "", "", "a", true}), std::invalid_argument);
  for (const char* etag : {"", "\"a\"", "a b", "a,b", "a\r\nb"})
    EXPECT_THROW(files.add({"/b.js", "text/javascript", "", "", etag, true}),
                 std::invalid_argument);
}

}  // namespace
}  // namespace tillbridge::http
