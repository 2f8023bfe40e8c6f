#include "outbound/curl_mailer.h"

#include "outbound/curl_engine.h"
#include "outbound/mail_call.h"

namespace tillbridge::outbound {
namespace {

// A second mail under way would have its time run out while curl is blocked in the first.
CurlSettings one_at_a_time() {
  CurlSettings settings;
  settings.in_flight_max = 1;
  return settings;
}

}  // namespace

CurlMailer::CurlMailer(Loop& loop, telemetry::Metrics& metrics)
    : engine_(std::make_unique<CurlEngine>(
          loop, metrics, one_at_a_time(),
          metrics.gauge("tillbridge_outbound_mails_in_flight", "Mails under way."))) {}

CurlMailer::~CurlMailer() = default;

Task<Result<void>> CurlMailer::send(MailServer server, Mail mail) {
  TB_CO_TRY(Target target, check_server(server));
  TB_CO_TRY(MailMessage message, compose(mail));
  auto call = std::make_unique<MailCall>(std::move(server), std::move(message), std::move(target));
  TB_CO_TRY(const HttpAnswer done, co_await engine_->ask(std::move(call)));
  static_cast<void>(done);  // there is nothing to say about a mail that was taken
  co_return Result<void>{};
}

}  // namespace tillbridge::outbound
