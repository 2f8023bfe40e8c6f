#pragma once
// A Mailer for tests: answers from a script, keeps what was sent. Core thread.

#include <functional>
#include <vector>

#include "outbound/mail.h"

namespace tillbridge::outbound {

class FakeMailer final : public Mailer {
 public:
  using Script = std::function<Result<void>(const MailServer&, const Mail&)>;
  // Without a script, each mail is taken.
  explicit FakeMailer(Script script = {}) : script_(std::move(script)) {}
  Task<Result<void>> send(MailServer server, Mail mail) override;
  const std::vector<Mail>& mails() const { return mails_; }

 private:
  Script script_;
  std::vector<Mail> mails_;
};

}  // namespace tillbridge::outbound
