#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "http/reply_text.h"

namespace tillbridge::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PercentDecode, decodes_and_keeps_what_is_malformed) {
  EXPECT_EQ(percent_decode("a%20b+c", false), "a b+c");
  EXPECT_EQ(percent_decode("a%20b+c", true), "a b c");
  EXPECT_EQ(percent_decode("%c3%A5", false), "\xc3\xa5");
  EXPECT_EQ(percent_decode("100%", false), "100%");
  EXPECT_EQ(percent_decode("%4", false), "%4");
  EXPECT_EQ(percent_decode("%zz%41", false), "%zzA");
  EXPECT_EQ(percent_decode("%2525", false), "%25");
}

TEST(Request, finds_headers_and_parameters) {
  Request request;
  request.headers = {{"X-Kind", "first"}, {"x-kind", "second"}};
  request.query = "a=1&b=x%26y&a=2&flag&c=p+q&=none";
  EXPECT_EQ(request.header("x-KIND"), "first");
  EXPECT_EQ(request.header("missing"), "");
  EXPECT_EQ(request.parameter("a"), "1");
  EXPECT_EQ(request.parameter("b"), "x&y");
  EXPECT_EQ(request.parameter("c"), "p q");
  EXPECT_EQ(request.parameter("flag"), "");
  EXPECT_EQ(request.parameter("d"), std::nullopt);
}

std::optional<BasicCredentials> read_authorization(const std::string& value) {
  Request request;
  request.headers = {{"Authorization", value}};
  return basic_credentials(request);
}

TEST(BasicCredentials, reads_user_and_password) {
  const auto read = read_authorization("bAsIc " + base64_encode("anna:pass:word"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->user, "anna");
  EXPECT_EQ(read->password, "pass:word");
}

TEST(BasicCredentials, absent_or_malformed_is_nothing) {
  EXPECT_FALSE(basic_credentials(Request{}));
  EXPECT_FALSE(read_authorization("Basic"));
  EXPECT_FALSE(read_authorization("Basic ???"));
  EXPECT_FALSE(read_authorization("Basic " + base64_encode("no colon")));
  EXPECT_FALSE(read_authorization("Bearer " + base64_encode("a:b")));
}

TEST(ReplyText, foreign_text_cannot_add_headers) {
  Reply reply;
  reply.body = "x";
  reply.headers = {{"X-Echo", "a\r\nSet-Cookie: stolen=1"},
                   {"X-Bad\r\nSet-Cookie", "stolen=2"},
                   {"X-Good", "yes"},
                   {"Content-Length", "900"},
                   {"Transfer-Encoding", "chunked"}};
  reply.content_type = "text/html\r\n\r\n<script>";
  const std::string head = reply_head(reply, ReplyFacts{}, "now");
  EXPECT_THAT(head, Not(HasSubstr("stolen")));
  EXPECT_THAT(head, Not(HasSubstr("script")));
  EXPECT_THAT(head, Not(HasSubstr("900")));
  EXPECT_THAT(head, Not(HasSubstr("chunked")));
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nX-Good: yes\r\nDate: now\r\nContent-Length: 1\r\n\r\n");
}

TEST(ReplyText, connection_and_length_fit_version_and_status) {
  Reply reply;
  EXPECT_THAT(reply_head(reply, {10, true, false}, "now"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(reply_head(reply, {11, true, false}, "now"), Not(HasSubstr("Connection")));
  EXPECT_THAT(reply_head(reply, {11, false, false}, "now"), HasSubstr("Connection: close\r\n"));
  reply.status = 204;
  EXPECT_THAT(reply_head(reply, {11, true, false}, "now"), Not(HasSubstr("Content-Length")));
  EXPECT_FALSE(has_body(reply, {11, true, false}));
  reply.status = 200;
  reply.headers = {{"date", "mine"}};
  EXPECT_THAT(reply_head(reply, {11, true, false}, "now"), Not(HasSubstr("now")));
  EXPECT_FALSE(has_body(reply, {11, true, true}));
}

TEST(ReplyText, date_is_that_of_the_standard) {
  EXPECT_EQ(http_date(from_unix_seconds(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace tillbridge::http
