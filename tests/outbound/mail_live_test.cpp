// Mail on the wire: what a mail server gets to see, and whether the result tells "not taken" from
// "may have been taken".

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "http/server_for_tests.h"
#include "outbound/curl_mailer.h"
#include "outbound/curl_transport.h"
#include "smtp_receiver_for_tests.h"

namespace tillbridge::outbound {
namespace {

using for_tests::SmtpMail;
using for_tests::SmtpReceiver;
using for_tests::SmtpScript;
using http::for_tests::eventually;
using http::for_tests::LoopThread;
using http::for_tests::RunningServer;
using http::for_tests::TestCertificate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class MailOnTheWire : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // of the receiver's OpenSSL
    core.call([this] { mailer = std::make_unique<CurlMailer>(core.loop, metrics); });
  }
  void TearDown() override {
    core.call([this] { mailer.reset(); });
  }

  static MailServer plain(const SmtpReceiver& receiver) {
    MailServer server;
    server.url = receiver.url();
    server.tls = MailServer::Tls::never;
    return server;
  }
  static Mail mail() {
    Mail mail;
    mail.from = "hub@shop.example";
    mail.to = {"anna@shop.example"};
    mail.subject = "Stock is behind";
    mail.text = "One line\n";
    mail.date = from_unix_seconds(784'111'777);
    mail.message_id = "m1@shop.example";
    return mail;
  }
  Result<void> send(MailServer server, Mail what = mail()) {
    return core.run(mailer->send(std::move(server), std::move(what)));
  }
  // What becomes of a mail when the server answers to this verb in this way.
  Result<void> send_against(const std::string& verb, const std::string& reply,
                            Duration time_max = seconds{10}) {
    SmtpScript script;
    script.replies[verb] = reply;
    script.offers = {"AUTH PLAIN"};
    const SmtpReceiver receiver(std::move(script));
    MailServer server = plain(receiver);
    server.user = "anna";
    server.password = Secret("topsecret");
    server.total_time_max = time_max;
    return send(std::move(server));
  }
  static Error::Kind kind_of(const Result<void>& result) {
    EXPECT_FALSE(result) << "it was taken";
    if (result) return Error::Kind::corrupt;
    EXPECT_THAT(result.error().what, Not(HasSubstr("shop.example")));
    EXPECT_THAT(result.error().what, Not(HasSubstr("topsecret")));
    return result.error().kind;
  }

  telemetry::Metrics metrics;
  LoopThread core;
  std::unique_ptr<CurlMailer> mailer;
};

TEST_F(MailOnTheWire, the_server_gets_envelope_header_and_text) {
  const SmtpReceiver receiver({});
  Mail sent = mail();
  sent.to.push_back("bo@shop.example");
  sent.subject =
      "R\xc3\xbc"
      "ckstand";
  sent.text =
      "Gr\xc3\xbc\xc3\x9f"
      "e\n.\n.dotted = 1\nQUIT\n" +
      std::string(200, 'x') + "\n";
  const auto result = send(plain(receiver), std::move(sent));
  ASSERT_TRUE(result) << result.error().what;
  ASSERT_EQ(receiver.mails().size(), 1U);
  const SmtpMail got = receiver.mails()[0];
  EXPECT_THAT(got.from, StartsWith("<hub@shop.example>"));
  EXPECT_THAT(got.to, ElementsAre("<anna@shop.example>", "<bo@shop.example>"));
  EXPECT_THAT(got.text, HasSubstr("Date: Sun, 06 Nov 1994 08:49:37 +0000\r\n"));
  EXPECT_THAT(got.text, HasSubstr("From: hub@shop.example\r\n"));
  EXPECT_THAT(got.text, HasSubstr("To: anna@shop.example,\r\n bo@shop.example\r\n"));
  EXPECT_THAT(got.text, HasSubstr("Message-ID: <m1@shop.example>\r\n"));
  EXPECT_THAT(got.text, HasSubstr("Subject: =?UTF-8?B?UsO8Y2tzdGFuZA==?=\r\n"));
  EXPECT_THAT(got.text, HasSubstr("Mime-Version: 1.0\r\n"));
  EXPECT_THAT(got.text, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(got.text, HasSubstr("Content-Transfer-Encoding: quoted-printable\r\n"));
  EXPECT_THAT(got.text, HasSubstr("\r\n\r\nGr=C3=BC=C3=9Fe\r\n.\r\n.dotted =3D 1\r\nQUIT\r\nxxx"));
  EXPECT_THAT(got.text, Not(HasSubstr(std::string(77, 'x'))));  // long lines are cut
  EXPECT_FALSE(got.encrypted);
  EXPECT_TRUE(eventually([&] { return receiver.heard().back() == "QUIT"; }));
  EXPECT_THAT(metrics.prometheus_text(),
              HasSubstr("tillbridge_outbound_calls_total{host=\"127.0.0.1\",result=\"2xx\"} 1"));
}

TEST_F(MailOnTheWire, credentials_go_through_tls_when_it_is_required) {
  const TestCertificate certificate;
  SmtpScript script{
      {}, {"STARTTLS", "AUTH PLAIN"}, certificate.certificate_file, certificate.key_file};
  const SmtpReceiver receiver(script);
  MailServer server;
  server.url = receiver.url();
  server.ca_file = certificate.certificate_file;
  server.user = "anna";
  server.password = Secret("topsecret");
  for (const auto tls : {MailServer::Tls::required, MailServer::Tls::if_offered}) {
    server.tls = tls;
    const auto result = send(server);
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_TRUE(receiver.mails().back().encrypted);
    EXPECT_EQ(base64_decode(receiver.mails().back().credentials).value_or(""),
              std::string("\0anna\0topsecret", 15));
  }
  server.ca_file.clear();  // the certificate is nobody's then
  EXPECT_EQ(kind_of(send(server)), Error::Kind::retry);
  EXPECT_EQ(receiver.mails().size(), 2U);
}

TEST_F(MailOnTheWire, smtps_is_encrypted_from_the_start) {
  const TestCertificate certificate;
  SmtpScript script{{}, {}, certificate.certificate_file, certificate.key_file, true};
  const SmtpReceiver receiver(script);
  MailServer server;
  server.url = receiver.url("smtps");
  server.ca_file = certificate.certificate_file;
  const auto result = send(server);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE(receiver.mails().at(0).encrypted);
}

TEST_F(MailOnTheWire, nothing_is_said_in_clear_when_tls_is_required_and_not_offered) {
  const SmtpReceiver receiver({{}, {"AUTH PLAIN"}, "", ""});
  MailServer server = plain(receiver);
  server.tls = MailServer::Tls::required;
  server.user = "anna";
  server.password = Secret("topsecret");
  EXPECT_EQ(kind_of(send(server)), Error::Kind::retry);
  EXPECT_THAT(receiver.heard(), Not(Contains("AUTH")));
  EXPECT_THAT(receiver.heard(), Not(Contains("MAIL")));
  server.tls = MailServer::Tls::if_offered;
  EXPECT_TRUE(send(server));
}

TEST_F(MailOnTheWire, refusals_say_whether_trying_again_makes_sense) {
  EXPECT_EQ(kind_of(send_against("CONNECT", "554 not here")), Error::Kind::rejected);
  EXPECT_EQ(kind_of(send_against("CONNECT", "421 too busy")), Error::Kind::retry);
  EXPECT_EQ(kind_of(send_against("LOGIN", "535 5.7.8 wrong")), Error::Kind::auth);
  EXPECT_EQ(kind_of(send_against("LOGIN", "454 4.7.0 later")), Error::Kind::retry);
  EXPECT_EQ(kind_of(send_against("MAIL", "530 log in first")), Error::Kind::auth);
  EXPECT_EQ(kind_of(send_against("MAIL", "550 not you")), Error::Kind::rejected);
  EXPECT_EQ(kind_of(send_against("RCPT", "550 no such user")), Error::Kind::rejected);
  EXPECT_EQ(kind_of(send_against("RCPT", "450 greylisted")), Error::Kind::retry);
  EXPECT_EQ(kind_of(send_against("DATA", "554 no")), Error::Kind::rejected);
  EXPECT_EQ(kind_of(send_against("TEXT", "554 spam")), Error::Kind::rejected);
  EXPECT_EQ(kind_of(send_against("TEXT", "451 disk full")), Error::Kind::retry);
  EXPECT_THAT(send_against("RCPT", "550 no such user").error().what, HasSubstr("answered 550"));
}

TEST_F(MailOnTheWire, a_server_without_a_login_is_not_told_the_credentials) {
  const SmtpReceiver receiver({});
  MailServer server = plain(receiver);
  server.user = "anna";
  server.password = Secret("topsecret");
  EXPECT_TRUE(send(server));  // it takes mail from anybody
  EXPECT_THAT(receiver.heard(), Not(Contains("AUTH")));
}

TEST_F(MailOnTheWire, silence_and_broken_connections_are_told_apart_by_how_far_the_mail_got) {
  for (const char* verb : {"CONNECT", "EHLO", "LOGIN", "MAIL", "RCPT", "DATA"}) {
    EXPECT_EQ(kind_of(send_against(verb, "silence", milliseconds{150})), Error::Kind::retry)
        << verb;
    EXPECT_EQ(kind_of(send_against(verb, "close")), Error::Kind::retry) << verb;
  }
  EXPECT_EQ(kind_of(send_against("TEXT", "silence", milliseconds{900})),
            Error::Kind::unknown_outcome);
  EXPECT_EQ(kind_of(send_against("TEXT", "close")), Error::Kind::unknown_outcome);
}

TEST_F(MailOnTheWire, a_server_that_is_not_there_is_retried) {
  MailServer server;
  {
    const SmtpReceiver receiver({});
    server = plain(receiver);
  }
  EXPECT_EQ(kind_of(send(server)), Error::Kind::retry);
  server.url = "smtp://no-such-host.invalid";
  EXPECT_EQ(kind_of(send(server)), Error::Kind::retry);
  server.url = "http://127.0.0.1";
  EXPECT_EQ(kind_of(send(server)), Error::Kind::rejected);
}

TEST_F(MailOnTheWire, a_server_that_does_not_say_goodbye_holds_up_nobody_for_long) {
  SmtpScript script;
  script.replies["QUIT"] = "silence";
  const SmtpReceiver receiver(script);
  const SystemClock clock;
  const Tick started = clock.tick();
  EXPECT_TRUE(send(plain(receiver)));
  EXPECT_LT(clock.tick() - started, seconds{4});
}

TEST_F(MailOnTheWire, other_calls_go_on_and_the_end_comes_soon_while_a_server_is_silent) {
  SmtpScript script;
  script.replies["TEXT"] = "silence";
  const SmtpReceiver receiver(script);
  const RunningServer platform({},
                               [](http::Request) -> Task<http::Reply> { co_return http::Reply{}; });
  const auto begin = [&] {
    return boost::asio::co_spawn(core.loop.get_executor(), mailer->send(plain(receiver), mail()),
                                 boost::asio::use_future);
  };
  auto first = begin();
  ASSERT_TRUE(eventually([&] { return receiver.mails().size() == 1; }));
  auto second = begin();  // waits for its turn
  auto transport = core.call(
      [this] { return std::make_unique<CurlTransport>(core.loop, metrics, CurlSettings{}); });
  HttpRequest request;
  request.url = platform.url("/");
  request.total_time_max = seconds{5};
  EXPECT_TRUE(core.run(transport->send(request)));

  const SystemClock clock;
  const Tick stopped = clock.tick();
  core.call([&] {
    mailer.reset();
    transport.reset();
  });
  EXPECT_LT(clock.tick() - stopped, seconds{4});
  EXPECT_EQ(kind_of(first.get()), Error::Kind::unknown_outcome);
  EXPECT_EQ(kind_of(second.get()), Error::Kind::retry);
}

TEST_F(MailOnTheWire, mails_go_out_one_after_the_other) {
  const SmtpReceiver receiver({});
  std::vector<std::future<Result<void>>> sending;
  for (int i = 0; i < 20; ++i) {
    sending.push_back(boost::asio::co_spawn(
        core.loop.get_executor(), mailer->send(plain(receiver), mail()), boost::asio::use_future));
  }
  for (auto& one : sending) EXPECT_TRUE(one.get());
  EXPECT_EQ(receiver.mails().size(), 20U);
}

}  // namespace
}  // namespace tillbridge::outbound
