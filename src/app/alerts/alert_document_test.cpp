#include "app/alerts/alert_document.h"

#include "app/alerts/alert_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* whole = R"({
  "channels": [
    {"id": "", "kind": "webhook", "title": "Chat of retail", "url": "https://hooks.test/T/t0ken",
     "to": [], "level": "critical", "kinds": ["silence"],
     "quiet": {"days": ["Saturday", "sun"], "from": "22:00", "until": "07:00"},
     "critical_in_quiet_hours": false},
    {"kind": "mail", "title": "IT", "url": "", "to": ["it@kund.se"], "level": "warning"}],
  "mail": {"url": "smtp://mail.kund.se:587", "from": "hub@kund.se", "user": "hub",
           "password": {"env": "SMTP_PASSWORD"}},
  "self_test_at": "07:30",
  "thresholds": {"errors_warning_percent": 10}})";

Result<AlertDocument> read(std::string_view text, const AlertDocument& present = {},
                           bool plain_http = false) {
  return read_alert_document(json::parse(text).value().as_object(), present, plain_http);
}

std::string refusal(std::string_view text, const AlertDocument& present = {}) {
  const auto document = read(text, present);
  return document ? "" : document.error().what;
}

TEST(AlertDocument, IsReadAndStoredWithoutLoss) {
  const auto document = read(whole);
  ASSERT_TRUE(document) << document.error().what;
  ASSERT_EQ(document->channels.size(), 2U);
  const AlertChannel& chat = document->channels[0];
  EXPECT_EQ(chat.id, "chat-of-retail");
  EXPECT_EQ(chat.quiet->days, (std::vector<int>{5, 6}));
  EXPECT_EQ(chat.quiet->from, std::chrono::hours{22});
  EXPECT_EQ(document->thresholds.errors_warning_percent, 10);
  EXPECT_EQ(document->self_test_at, std::chrono::minutes{450});
  const auto again = read_alert_document(stored_form(*document), {}, false);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(json::to_text(stored_form(*again)), json::to_text(stored_form(*document)));
}

TEST(AlertDocument, SecretsAreNotShownAndKeptWhenTheyComeBackAsShown) {
  const auto document = read(whole);
  ASSERT_TRUE(document);
  const json::Object shown = shown_form(*document, {});
  const std::string text = json::to_text(shown);
  EXPECT_THAT(text, Not(HasSubstr("t0ken")));
  EXPECT_THAT(text, HasSubstr("https://hooks.test/..."));
  EXPECT_THAT(text, HasSubstr(R"json("password":"(kept)")json"));
  const auto kept = read_alert_document(shown, *document, false);
  ASSERT_TRUE(kept) << kept.error().what;
  EXPECT_EQ(json::to_text(stored_form(*kept)), json::to_text(stored_form(*document)));
  EXPECT_THAT(refusal(text), HasSubstr("channels[0].url")) << "nothing there to keep";
}

TEST(AlertDocument, WhatIsLeftOutStays) {
  const auto document = read(whole);
  ASSERT_TRUE(document);
  const auto changed = read(R"({"thresholds":{"opened_after_s":5}})", *document);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->channels.size(), 2U);
  EXPECT_EQ(changed->thresholds.opened_after_s, 5);
  EXPECT_EQ(changed->thresholds.errors_warning_percent, 10);
}

TEST(AlertDocument, NamesTheMemberThatIsWrong) {
  const auto channel = [](const std::string& members) {
    return R"({"channels":[{"title":"Chat","kind":"webhook","url":"https://hooks.test/a",)" +
           members + "}]}";
  };
  const auto refused = [&](const std::string& members) { return refusal(channel(members)); };
  EXPECT_EQ(refused(R"("level":"warning")"), "");
  EXPECT_THAT(refused(R"("level":"ok")"), HasSubstr("channels[0].level"));
  EXPECT_THAT(refused(R"("kinds":["lag","moon"])"), HasSubstr("channels[0].kinds"));
  EXPECT_THAT(refused(R"("id":"Chat of retail")"), HasSubstr("channels[0].id"));
  EXPECT_THAT(refused(R"("quiet":{"from":"25:00","until":"07:00"})"), HasSubstr(".quiet.from"));
  EXPECT_THAT(refused(R"("quiet":{"days":["caturday"],"from":"22:00","until":"07:00"})"),
              HasSubstr(".quiet.days"));
  const auto url = [](const std::string& text) {
    return refusal(R"({"channels":[{"title":"Chat","kind":"webhook","url":")" + text + R"("}]})");
  };
  for (const char* wrong : {"", "hooks.test", "http://hooks.test/a", "ftp://hooks.test/a",
                            "https://anna:secret@hooks.test/a", "https:///a"})
    EXPECT_THAT(url(wrong), HasSubstr("channels[0].url")) << wrong;
  EXPECT_TRUE(read(R"({"channels":[{"title":"C","kind":"webhook","url":"http://127.0.0.1:1/a"}]})",
                   {}, true));
  EXPECT_THAT(refusal(R"({"channels":[{"title":"IT","kind":"mail","to":["nobody"]}]})"),
              HasSubstr("channels[0].to"));
  EXPECT_THAT(refusal(R"({"channels":[{"title":"IT","kind":"mail","to":["it@kund.se"]}]})"),
              HasSubstr("mail.url"));
  EXPECT_THAT(refusal(R"({"mail":{"password":"hunter2"}})"), HasSubstr("mail.password"));
  EXPECT_THAT(refusal(R"json({"mail":{"password":"(kept)"}})json"), HasSubstr("mail.password"));
  EXPECT_THAT(refusal(R"({"mail":{"url":"https://mail.kund.se"}})"), HasSubstr("mail.url"));
  EXPECT_THAT(refusal(R"({"self_test_at":"soon"})"), HasSubstr("self_test_at"));
  EXPECT_THAT(refusal(R"({"thresholds":{"patience":1}})"), HasSubstr("thresholds.patience"));
  EXPECT_THAT(refusal(R"({"thresholds":{"errors_warning_percent":50}})"),
              HasSubstr("errors_critical_percent"));
  EXPECT_THAT(refusal(R"({"channels":[{"id":"a","title":"A","kind":"webhook",
                          "url":"https://hooks.test/a"},{"id":"a","title":"B","kind":"webhook",
                          "url":"https://hooks.test/b"}]})"),
              HasSubstr("is another channel's as well"));
}

TEST(AlertDocument, PasswordsAreFetchedWhereTheyAreAndSettingsOutliveARestart) {
  test::AlertBench hub;
  hub.put(R"({"channels":[{"title":"IT","kind":"mail","to":["it@kund.se"]}],
              "mail":{"url":"smtp://mail.kund.se:587","from":"hub@kund.se","user":"hub",
                      "password":"env:SMTP_PASSWORD"},"self_test_at":null})");
  hub.restart();
  const auto sent = hub.bench.await(hub.watch->test_channel("it", "anna"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->at("sent"), true) << json::to_text(*sent);
  ASSERT_EQ(hub.mail_servers.size(), 1U);
  EXPECT_TRUE(hub.mail_servers[0].password.matches("hush"));
  EXPECT_EQ(hub.mailer.mails()[0].to, std::vector<std::string>{"it@kund.se"});
  EXPECT_THAT(hub.mailer.mails()[0].message_id, HasSubstr("@kund.se"));

  // Not what belongs to a platform or to the hub: the mail server is chosen here.
  for (const char* other : {"env:SITOO_API_PASSWORD", "file:/var/lib/tillbridge/control.token",
                            "file:/run/secrets/../smtp"}) {
    EXPECT_FALSE(hub.bench.await(
        hub.watch->put_settings(json::Object{{"mail", json::Object{{"password", other}}}}, "anna")))
        << other;
  }
  hub.put(R"({"mail":{"password":"env:SMTP_MISSING"}})");
  const auto refused = hub.bench.await(hub.watch->test_channel("it", "anna"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->at("sent"), false);
  EXPECT_THAT(json::text(*refused, "message").value_or(""), HasSubstr("SMTP_MISSING is not set"));
}

TEST(AlertDocument, PrivateAddressesAreRefusedUnlessTheHubAllowsThem) {
  test::AlertBench hub;
  hub.with_webhook();
  ASSERT_TRUE(hub.bench.await(hub.watch->test_channel("chat", "anna")));
  EXPECT_TRUE(hub.transport.requests()[0].user_supplied_url);
  EXPECT_EQ(hub.transport.requests()[0].url, "https://hooks.test/t0ken");
  hub.settings.sending.allow_private_urls = true;
  hub.restart();
  ASSERT_TRUE(hub.bench.await(hub.watch->test_channel("chat", "anna")));
  EXPECT_FALSE(hub.transport.requests()[1].user_supplied_url);
}

}  // namespace
}  // namespace tillbridge::app
