#pragma once
// Sending an e-mail (alerts and reports to the people of the shop) over SMTP (RFC 5321). Mailer is
// the interface, CurlMailer implements it, FakeMailer is for tests.

#include <string>
#include <vector>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace tillbridge::outbound {

struct MailServer {
  std::string url;   // "smtp://mail.example.com:587", "smtps://mail.example.com"; no credentials
  std::string user;  // empty: without authentication
  Secret password;
  // STARTTLS on smtp://. if_offered gives user, password and mail to anybody who takes the offer
  // out of the line. Certificates are verified in any case.
  enum class Tls { never, if_offered, required } tls = Tls::required;
  std::string ca_file;  // extra CA bundle; empty: the system's only
  Duration total_time_max = std::chrono::seconds{20};
};

struct Mail {
  std::string from;             // "hub@example.com": ASCII, without name and angle brackets
  std::vector<std::string> to;  // the same; all see each other
  std::string subject;          // UTF-8, one line
  std::string text;             // UTF-8, lines end with \n
  Instant date{};
  std::string message_id;  // "id@example.com", unique, without angle brackets
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  // One mail to all of its recipients, or to none: a server that refuses one address refuses it.
  // Errors: rejected         the server answered 5xx, or our own rules refuse server or mail
  //         auth             the server wants other credentials
  //         retry            surely not taken: 4xx, no connection, TLS, time-out before the text
  //         unknown_outcome  the text was on its way and no answer came
  // They name the server and its code, never addresses or text. Does not throw. Call from the core
  // thread; resumes there.
  virtual Task<Result<void>> send(MailServer server, Mail mail) = 0;
};

}  // namespace tillbridge::outbound
