#pragma once
// The real Mailer: libcurl on a thread of its own, which is not that of CurlTransport, because curl
// blocks its thread while it waits for the server's answer to the text of a mail. Mails go out one
// after the other; one that waits for longer than its total_time_max is to retry.

#include <memory>

#include "outbound/mail.h"
#include "telemetry/metrics.h"

namespace tillbridge::outbound {

class CurlEngine;

class CurlMailer final : public Mailer {
 public:
  CurlMailer(Loop& loop, telemetry::Metrics& metrics);
  // Cancels the mail under way (retry, or unknown_outcome) and joins the thread: within a few
  // seconds.
  ~CurlMailer() override;
  Task<Result<void>> send(MailServer server, Mail mail) override;

 private:
  std::unique_ptr<CurlEngine> engine_;
};

}  // namespace tillbridge::outbound
