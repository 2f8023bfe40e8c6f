#include "outbound/mail_message.h"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "outbound/fake_mailer.h"
#include "outbound/mail_call.h"

namespace tillbridge::outbound {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Mail mail() {
  Mail mail;
  mail.from = "hub@shop.example";
  mail.to = {"anna@shop.example"};
  mail.subject = "Stock is behind";
  mail.text = "One line\n";
  mail.date = from_unix_seconds(784'111'777);
  mail.message_id = "m1@shop.example";
  return mail;
}

// What a reader of mail makes of a header; the words are checked for their form on the way.
std::string decoded(std::string_view header) {
  constexpr std::string_view begin = "=?UTF-8?B?";
  if (!header.starts_with(begin)) return std::string(header);
  std::string text;
  while (!header.empty()) {
    const std::string_view word = header.substr(0, header.find("\r\n "));
    EXPECT_LE(word.size(), 75U);
    EXPECT_TRUE(word.starts_with(begin) && word.ends_with("?=")) << word;
    const auto bytes =
        base64_decode(word.substr(begin.size(), word.size() - begin.size() - 2)).value_or("??");
    EXPECT_NE(static_cast<unsigned char>(bytes[0]) & 0xc0, 0x80) << "a character is cut";
    text += bytes;
    header.remove_prefix(std::min(word.size() + 3, header.size()));
  }
  return text;
}

TEST(MailMessage, the_header_says_who_when_and_what) {
  Mail asked = mail();
  asked.to.push_back("bo@shop.example");
  const auto message = compose(asked);
  ASSERT_TRUE(message) << message.error().what;
  EXPECT_THAT(
      message->headers,
      ElementsAre("Date: Sun, 06 Nov 1994 08:49:37 +0000", "From: hub@shop.example",
                  "To: anna@shop.example,\r\n bo@shop.example", "Message-ID: <m1@shop.example>",
                  "Subject: Stock is behind", "Auto-Submitted: auto-generated"));
  EXPECT_EQ(message->from, "hub@shop.example");
  EXPECT_THAT(message->to, ElementsAre("anna@shop.example", "bo@shop.example"));
}

TEST(MailMessage, lines_of_the_text_end_as_mail_wants_them) {
  Mail asked = mail();
  asked.text = "\na\nb\r\nc\n\nd";
  EXPECT_EQ(compose(asked)->text, "\r\na\r\nb\r\nc\r\n\r\nd");
}

TEST(MailMessage, nothing_can_break_out_of_its_line) {
  const auto refused = [](auto change) {
    Mail asked = mail();
    change(asked);
    const auto message = compose(asked);
    if (message) return std::string("it was composed");
    EXPECT_EQ(message.error().kind, Error::Kind::rejected);
    return message.error().what;
  };
  for (const char* text : {"a\r\nBcc: eve@evil.example", "a\nb", "a\rb", "a\x7f", "a\x01"}) {
    EXPECT_THAT(refused([&](Mail& m) { m.subject = text; }), HasSubstr("subject"));
  }
  EXPECT_THAT(refused([](Mail& m) { m.subject = std::string("a\0b", 3); }), HasSubstr("subject"));
  for (const char* text :
       {"", "anna", "@shop.example", "anna@", "anna@shop.example\r\nRCPT TO:<eve@evil.example>",
        "anna@shop.example> SIZE=1", "<anna@shop.example>", "Anna <anna@shop.example>",
        "anna@shop.example,bo@shop.example", "anna @shop.example", "a@b@c", "\"a b\"@shop.example",
        "j\xc3\xbcrgen@shop.example", "anna@shop.example\n", "anna@[127.0.0.1]"}) {
    EXPECT_THAT(refused([&](Mail& m) { m.from = text; }), HasSubstr("sender")) << text;
    EXPECT_THAT(refused([&](Mail& m) { m.to.emplace_back(text); }), HasSubstr("recipients"))
        << text;
    EXPECT_THAT(refused([&](Mail& m) { m.message_id = text; }), HasSubstr("message id")) << text;
    if (*text != 0) EXPECT_THAT(refused([&](Mail& m) { m.from = text; }), Not(HasSubstr(text)));
  }
  EXPECT_THAT(refused([](Mail& m) { m.to.clear(); }), HasSubstr("no recipient"));
  EXPECT_THAT(refused([](Mail& m) { m.to.resize(101, m.to[0]); }), HasSubstr("100"));
  EXPECT_THAT(refused([](Mail& m) { m.from = std::string(250, 'a') + "@b.example"; }),
              HasSubstr("sender"));
}

TEST(MailMessage, subjects_that_are_not_plain_become_encoded_words) {
  EXPECT_EQ(header_text("Plain subject: 5 orders"), "Plain subject: 5 orders");
  EXPECT_EQ(header_text(""), "");
  EXPECT_EQ(header_text("\xc3\x9c"), "=?UTF-8?B?w5w=?=");
  std::string mixed;
  for (int i = 0; i < 60; ++i) {
    mixed += i % 3 == 0 ? "\xc3\xa4" : i % 3 == 1 ? "\xe2\x82\xac" : "\xf0\x9f\x93\xa6";
    EXPECT_EQ(decoded(header_text(mixed)), mixed);
    EXPECT_EQ(decoded(header_text("x" + mixed)), "x" + mixed);
  }
  for (const std::string& text : {std::string(65, 'a'), std::string(500, 'b'),
                                  std::string("=?UTF-8?B?w5w=?="), std::string("tab\there")}) {
    EXPECT_NE(header_text(text), text);
    EXPECT_EQ(decoded(header_text(text)), text);
  }
  const std::string no_utf8(200, '\x80');
  EXPECT_THAT(header_text(no_utf8), HasSubstr("=?UTF-8?B?"));  // and it comes to an end
}

TEST(MailServer, only_mail_servers_without_credentials_in_the_url_are_called) {
  MailServer server;
  server.url = "smtp://mail.example.com:587";
  ASSERT_TRUE(check_server(server));
  EXPECT_EQ(check_server(server)->key, "smtp://mail.example.com:587");
  EXPECT_EQ(check_server(server)->label, "mail.example.com");
  server.url = "smtps://mail.example.com";
  EXPECT_EQ(check_server(server)->key, "smtps://mail.example.com:465");
  for (const char* url :
       {"", "http://mail.example.com", "imap://mail.example.com", "smtp://", "mail.example.com",
        "smtp://anna:topsecret@mail.example.com", "smtp://mail.example.com/\r\nQUIT"}) {
    server.url = url;
    const auto target = check_server(server);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().kind, Error::Kind::rejected);
    EXPECT_THAT(target.error().what, Not(HasSubstr("topsecret")));
  }
}

TEST(FakeMailer, keeps_what_was_sent_and_answers_by_its_script) {
  Loop loop{1};
  FakeMailer mailer([](const MailServer&, const Mail& sent) -> Result<void> {
    if (sent.subject.empty()) return fail(Error::Kind::retry, "later");
    return {};
  });
  const auto run = [](FakeMailer& to, std::vector<Result<void>>& results) -> Task<void> {
    const MailServer server;
    const Mail empty;
    results.push_back(co_await to.send(server, mail()));
    results.push_back(co_await to.send(server, empty));
  };
  std::vector<Result<void>> results;
  boost::asio::co_spawn(loop, run(mailer, results), [](std::exception_ptr) {});
  loop.run();
  ASSERT_EQ(results.size(), 2U);
  EXPECT_TRUE(results[0]);
  EXPECT_FALSE(results[1]);
  EXPECT_EQ(mailer.mails().at(0).subject, "Stock is behind");
}

}  // namespace
}  // namespace tillbridge::outbound
