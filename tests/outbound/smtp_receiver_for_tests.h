#pragma once
// A mail server for tests: one connection after the other on a thread of its own, answers from a
// script, keeps what it was told.

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tillbridge::outbound::for_tests {

struct SmtpScript {
  // Answers by verb that differ from "all is well". CONNECT is the greeting, TEXT what comes after
  // the text's last dot, LOGIN after the credentials. "silence": none, and none to anything after
  // it; "close": the connection is closed instead.
  std::map<std::string, std::string> replies;
  std::set<std::string> offers;  // "STARTTLS", "AUTH PLAIN"
  std::string certificate_file;  // for TLS
  std::string key_file;
  bool tls_at_once = false;  // smtps
};

struct SmtpMail {
  std::string from;             // "<hub@shop.example>" and what follows it
  std::vector<std::string> to;  // likewise
  std::string text;             // as it came, dots unstuffed
  std::string credentials;      // base64, of AUTH PLAIN
  bool encrypted = false;
};

class SmtpReceiver {
 public:
  explicit SmtpReceiver(SmtpScript script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
      throw std::runtime_error("the receiver of mail cannot listen");
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~SmtpReceiver() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept
    {
      const std::lock_guard lock(mutex_);
      if (peer_ >= 0) ::shutdown(peer_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
  }
  SmtpReceiver(const SmtpReceiver&) = delete;
  SmtpReceiver& operator=(const SmtpReceiver&) = delete;

  std::string url(const std::string& scheme = "smtp") const {
    return scheme + "://127.0.0.1:" + std::to_string(port);
  }
  std::vector<SmtpMail> mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }
  // The verbs in order, those of all connections.
  std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  std::uint16_t port = 0;

 private:
  void serve() {
    while (!stopping_) {
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      {
        const std::lock_guard lock(mutex_);
        peer_ = peer;
      }
      if (!stopping_) converse();
      if (ssl_ != nullptr) SSL_free(ssl_);
      ssl_ = nullptr;
      pending_.clear();
      const std::lock_guard lock(mutex_);
      ::close(peer_);
      peer_ = -1;
    }
  }

  void converse() {
    mail_ = {};
    if (script_.tls_at_once && !encrypt()) return;
    if (!reply("CONNECT", "220 mail.example ready")) return;
    while (const auto line = read_line()) {
      if (!obey(*line)) return;
    }
  }

  bool obey(const std::string& line) {
    const std::string verb = line.substr(0, line.find(' '));
    {
      const std::lock_guard lock(mutex_);
      heard_.push_back(verb);
    }
    if (verb == "EHLO") return reply(verb, offered());
    if (verb == "STARTTLS") return reply(verb, "220 go ahead") && encrypt();
    if (verb == "AUTH") return log_in(line);
    if (verb == "MAIL") mail_.from = line.substr(line.find(':') + 1);
    if (verb == "RCPT") mail_.to.push_back(line.substr(line.find(':') + 1));
    if (verb == "DATA") {
      if (!reply(verb, "354 go ahead")) return false;
      return !went_well_ || take_text();
    }
    if (verb == "QUIT") {
      reply(verb, "221 bye");
      return false;
    }
    return reply(verb, "250 ok");
  }

  std::string offered() const {
    std::string lines = "250-mail.example\r\n";
    for (const std::string& offer : script_.offers) {
      if (offer != "STARTTLS" || ssl_ == nullptr) lines += "250-" + offer + "\r\n";
    }
    return lines + "250 HELP";
  }

  bool log_in(const std::string& line) {
    constexpr std::string_view plain = "AUTH PLAIN";
    std::optional<std::string> credentials = line.substr(std::min(plain.size() + 1, line.size()));
    if (credentials->empty()) {
      if (!reply("AUTH", "334 ")) return false;
      if (!went_well_) return true;
      credentials = read_line();
    }
    if (!credentials) return false;
    mail_.credentials = *credentials;
    return reply("LOGIN", "235 welcome");
  }

  bool take_text() {
    mail_.text.clear();
    for (;;) {
      auto line = read_line();
      if (!line) return false;
      if (*line == ".") break;
      if (line->starts_with('.')) line->erase(0, 1);
      mail_.text += *line + "\r\n";
    }
    mail_.encrypted = ssl_ != nullptr;
    {
      const std::lock_guard lock(mutex_);
      mails_.push_back(mail_);
    }
    return reply("TEXT", "250 taken");
  }

  // False when the conversation is over.
  bool reply(const std::string& to, const std::string& usual) {
    const auto found = script_.replies.find(to);
    const std::string& text = found == script_.replies.end() ? usual : found->second;
    if (text == "close") return false;
    if (text == "silence") {
      while (read_line()) {
      }
      return false;
    }
    went_well_ = text[0] == '2' || text[0] == '3';
    const std::string line = text + "\r\n";
    if (ssl_ != nullptr) return SSL_write(ssl_, line.data(), static_cast<int>(line.size())) > 0;
    return ::send(peer_, line.data(), line.size(), MSG_NOSIGNAL) > 0;
  }

  std::optional<std::string> read_line() {
    std::size_t end = 0;
    while ((end = pending_.find("\r\n")) == std::string::npos) {
      char bytes[4096];
      const auto n = ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes)
                                     : ::recv(peer_, bytes, sizeof bytes, 0);
      if (n <= 0) return std::nullopt;
      pending_.append(bytes, static_cast<std::size_t>(n));
    }
    std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 2);
    return line;
  }

  bool encrypt() {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context, script_.certificate_file.c_str());
    SSL_CTX_use_PrivateKey_file(context, script_.key_file.c_str(), SSL_FILETYPE_PEM);
    ssl_ = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(ssl_, peer_);
    return SSL_accept(ssl_) == 1;
  }

  const SmtpScript script_;
  int listener_ = -1;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;

  mutable std::mutex mutex_;  // guards these; the rest is the thread's own
  std::vector<SmtpMail> mails_;
  std::vector<std::string> heard_;
  int peer_ = -1;  // written by the thread only

  SSL* ssl_ = nullptr;
  std::string pending_;
  SmtpMail mail_;
  bool went_well_ = true;
};

}  // namespace tillbridge::outbound::for_tests
