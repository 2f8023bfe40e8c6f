#include "outbound/fake_mailer.h"

namespace tillbridge::outbound {

Task<Result<void>> FakeMailer::send(MailServer server, Mail mail) {
  mails_.push_back(mail);
  if (!script_) co_return Result<void>{};
  co_return script_(server, mails_.back());
}

}  // namespace tillbridge::outbound
