#pragma once
// Sends one message to one channel: a POST of JSON to a webhook, or a mail. Core thread.

#include <string>

#include "app/alerts/alert_document.h"
#include "app/surroundings.h"
#include "outbound/mail.h"
#include "secrets/reference.h"

namespace tillbridge::app {

struct NoticeSenderSettings {
  bool allow_private_urls = false;  // else webhooks reach the public internet only
  std::string ca_file;              // for the mail server; "": the system's
  secrets::Environment environment = secrets::process_environment();
};

class NoticeSender {
 public:
  NoticeSender(Surroundings on, outbound::Mailer& mailer, NoticeSenderSettings settings);

  // `id` tells messages apart for mail programs. Errors name neither addresses nor what follows
  // the host of a URL; rejected: this message, otherwise the channel as a whole is in trouble.
  Task<Result<void>> send(AlertChannel channel, AlertMail mail, desk::Message message,
                          std::uint64_t id);

  bool allows_plain_http() const { return settings_.allow_private_urls; }

 private:
  Task<Result<void>> post(AlertChannel channel, desk::Message message);
  Task<Result<void>> mail(AlertChannel channel, AlertMail server, desk::Message message,
                          std::uint64_t id);

  Surroundings on_;
  outbound::Mailer& mailer_;
  NoticeSenderSettings settings_;
};

}  // namespace tillbridge::app
