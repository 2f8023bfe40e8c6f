#pragma once
// Inside of the transport: one mail on its way. The mailer's thread only, except check_server().

#include <string>
#include <string_view>

#include "outbound/call.h"
#include "outbound/mail_message.h"

struct curl_slist;
struct curl_mime;

namespace tillbridge::outbound {

// Refuses other schemes than smtp and smtps, and credentials inside the URL.
Result<Target> check_server(const MailServer& server);

class MailCall final : public Call {
 public:
  MailCall(MailServer server, MailMessage message, Target target);
  ~MailCall() override;

  // What is told of a mail that was taken is an empty answer with the server's code.
  Result<HttpAnswer> finish(int code, Tick now) override;
  Result<HttpAnswer> cancelled() const override;

 private:
  struct Callbacks;
  friend struct Callbacks;

  void set_up_protocol(void* easy, const CurlSettings& settings) const override;
  void prepare_protocol(const CurlSettings& settings) override;
  void prepare_message();
  void saw_command(std::string_view line);
  void saw_reply(std::string_view line);
  Error error(Error::Kind kind, const std::string& what) const;

  MailServer server_;
  MailMessage message_;
  curl_slist* recipients_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_mime* content_ = nullptr;

  // What has been said so far. curl's code alone does not tell how far a failed mail got.
  bool asked_data_ = false;  // the last command was DATA
  int reply_ = 0;            // the server's code for it, 0 before it comes
  bool text_begun_ = false;  // 354: from here on the mail may be taken
  bool answered_ = false;    // a reply to the text has come
  bool leaving_ = false;     // QUIT: what comes now says nothing about the mail
};

}  // namespace tillbridge::outbound
