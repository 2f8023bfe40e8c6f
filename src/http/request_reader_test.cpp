#include "http/request_reader.h"

#include <string>

#include <gtest/gtest.h>

namespace tillbridge::http {
namespace {

// Feeds text in pieces of this size, as a connection would; returns what is left over.
std::string feed(RequestReader& reader, const std::string& text, std::size_t piece) {
  std::string pending;
  std::size_t at = 0;
  while (!reader.finished() && at < text.size()) {
    pending += text.substr(at, piece);
    at += piece;
    pending.erase(0, reader.feed(pending));
  }
  return pending + (at < text.size() ? text.substr(at) : "");
}

int refusal_of(const std::string& text, ReaderLimits limits = {}) {
  int first = -1;
  for (const std::size_t piece : {text.size(), std::size_t{1}, std::size_t{7}}) {
    RequestReader reader(limits);
    feed(reader, text, piece);
    const int refusal = reader.finished() ? reader.refusal() : -1;
    if (piece == text.size()) first = refusal;
    EXPECT_EQ(refusal, first) << "in pieces of " << piece << ": " << text.substr(0, 80);
  }
  return first;
}

const std::string host = "Host: hub\r\n";

TEST(RequestReader, reads_a_request_however_it_is_cut) {
  const std::string text = "POST /events/a%20b?x=1&y=%41 HTTP/1.1\r\n" + host +
                           "Content-Length: 5\r\nX-Two: 1\r\nX-Two: 2\r\n\r\nhelloGET /next";
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    RequestReader reader(ReaderLimits{});
    EXPECT_EQ(feed(reader, text, piece), "GET /next");
    ASSERT_TRUE(reader.finished());
    ASSERT_EQ(reader.refusal(), 0);
    EXPECT_TRUE(reader.keep_alive());
    const Request request = reader.take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/events/a b");
    EXPECT_EQ(request.raw_path, "/events/a%20b");
    EXPECT_EQ(request.query, "x=1&y=%41");
    EXPECT_EQ(request.body, "hello");
    EXPECT_EQ(request.header("x-two"), "1");
    EXPECT_EQ(request.headers.size(), 4U);
  }
}

TEST(RequestReader, reads_chunks_and_leaves_trailers_out) {
  const std::string text =
      "POST / HTTP/1.1\r\n" + host +
      "Transfer-Encoding: chunked\r\n\r\n"
      "4;note=x\r\nwiki\r\n5\r\npedia\r\n0\r\nAuthorization: Basic eA==\r\n\r\n";
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    RequestReader reader(ReaderLimits{});
    EXPECT_EQ(feed(reader, text, piece), "");
    ASSERT_TRUE(reader.finished()) << piece;
    ASSERT_EQ(reader.refusal(), 0);
    const Request request = reader.take();
    EXPECT_EQ(request.body, "wikipedia");
    EXPECT_EQ(request.header("authorization"), "");
  }
}

TEST(RequestReader, limits_have_their_status) {
  const ReaderLimits small{256, 10};
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n" + host + "X: " + std::string(300, 'a'), small), 431);
  EXPECT_EQ(refusal_of("GET /" + std::string(300, 'a'), small), 431);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n" + host + "Content-Length: 11\r\n\r\n", small), 413);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n" + host +
                           "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n",
                       small),
            413);
  EXPECT_NE(refusal_of("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n4;" +
                           std::string(400, 'x'),
                       small),
            -1);
  EXPECT_EQ(
      refusal_of("POST / HTTP/1.1\r\n" + host + "Content-Length: 10\r\n\r\n0123456789", small), 0);
}

TEST(RequestReader, what_is_malformed_or_ambiguous_is_refused) {
  EXPECT_EQ(refusal_of("\x16\x03\x01 hello TLS\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n"), 400);  // no Host
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n" + host + host + "\r\n"), 400);
  EXPECT_EQ(refusal_of("GET elsewhere HTTP/1.1\r\n" + host + "\r\n"), 400);
  EXPECT_EQ(refusal_of("GET /%00 HTTP/1.1\r\n" + host + "\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\n" + host + "\r\n"), 505);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n" + host +
                       "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n" + host +
                       "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
            400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n" + host + "Expect: miracles\r\n\r\n"), 417);
  EXPECT_EQ(refusal_of("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestReader, promises_continue_once_and_only_while_the_body_is_missing) {
  const std::string head =
      "POST / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  RequestReader reader(ReaderLimits{});
  EXPECT_EQ(reader.feed(head), head.size());
  EXPECT_TRUE(reader.take_continue());
  EXPECT_FALSE(reader.take_continue());
  EXPECT_EQ(reader.feed("ok"), 2U);
  EXPECT_EQ(reader.take().body, "ok");
  reader.begin();
  reader.feed(head + "ok");
  EXPECT_TRUE(reader.finished());
  EXPECT_FALSE(reader.take_continue());
}

TEST(RequestReader, version_and_target_forms) {
  RequestReader reader(ReaderLimits{});
  reader.feed("GET http://hub:80/a?b HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(reader.finished());
  EXPECT_EQ(reader.version(), 10U);
  EXPECT_FALSE(reader.keep_alive());
  const Request absolute = reader.take();
  EXPECT_EQ(absolute.path, "/a");
  EXPECT_EQ(absolute.query, "b");
  reader.begin();
  reader.feed("GET http://hub?b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(reader.keep_alive());
  EXPECT_EQ(reader.take().path, "/");
}

}  // namespace
}  // namespace tillbridge::http
