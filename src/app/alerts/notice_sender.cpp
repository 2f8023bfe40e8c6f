#include "app/alerts/notice_sender.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr Duration send_time_max = std::chrono::seconds{10};
constexpr std::size_t answer_bytes_max = 64 * 1024;

}  // namespace

NoticeSender::NoticeSender(Surroundings on, outbound::Mailer& mailer, NoticeSenderSettings settings)
    : on_(on), mailer_(mailer), settings_(std::move(settings)) {}

Task<Result<void>> NoticeSender::send(AlertChannel channel, AlertMail mail, desk::Message message,
                                      std::uint64_t id) {
  if (channel.kind == desk::ChannelKind::webhook)
    co_return co_await post(std::move(channel), std::move(message));
  co_return co_await this->mail(std::move(channel), std::move(mail), std::move(message), id);
}

Task<Result<void>> NoticeSender::post(AlertChannel channel, desk::Message message) {
  outbound::HttpRequest request;
  request.method = "POST";
  request.url = channel.url;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = desk::webhook_body(message);
  request.total_time_max = send_time_max;
  request.answer_bytes_max = answer_bytes_max;
  request.user_supplied_url = !settings_.allow_private_urls;
  const auto answer = co_await on_.transport.send(std::move(request));
  if (!answer) co_return fail(answer.error());
  if (answer->status >= 200 && answer->status < 300) co_return Result<void>{};
  const bool of_server = answer->status >= 500 || answer->status == 429;
  co_return fail(of_server ? Error::Kind::retry : Error::Kind::rejected,
                 fmt::format("the webhook answered {}", answer->status));
}

Task<Result<void>> NoticeSender::mail(AlertChannel channel, AlertMail from, desk::Message message,
                                      std::uint64_t id) {
  outbound::MailServer server;
  server.url = from.url;
  server.user = from.user;
  server.tls = from.tls;
  server.ca_file = settings_.ca_file;
  server.total_time_max = send_time_max;
  // Fetched each time: a changed password needs no restart.
  if (from.password) {
    auto password = secrets::fetch(*from.password, settings_.environment);
    if (!password) co_return fail(Error::Kind::auth, password.error().what);
    server.password = std::move(*password);
  }
  desk::Email text = desk::email_of(message);
  outbound::Mail mail;
  mail.from = from.from;
  mail.to = channel.to;
  mail.subject = std::move(text.subject);
  mail.text = std::move(text.body);
  mail.date = message.at;
  mail.message_id = fmt::format("alert-{}-{}-{}@{}", channel.id, to_unix_us(message.at), id,
                                from.from.substr(from.from.find('@') + 1));
  co_return co_await mailer_.send(std::move(server), std::move(mail));
}

}  // namespace tillbridge::app
