#pragma once
// For tests: a Server on a loop and thread of its own, a blocking raw client, and a certificate.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

namespace tillbridge::http::for_tests {

// The loop's thread. Everything on the loop is reached through run() and call().
class LoopThread {
 public:
  LoopThread() : work_(loop.get_executor()), thread_([this] { loop.run(); }) {}
  ~LoopThread() {
    work_.reset();
    loop.stop();
    thread_.join();
  }

  // Runs a coroutine on the loop and waits for its result.
  template <typename T>
  T run(Task<T> task) {
    auto future =
        boost::asio::co_spawn(loop.get_executor(), std::move(task), boost::asio::use_future);
    if (future.wait_for(std::chrono::seconds{30}) != std::future_status::ready)
      throw std::runtime_error("the loop did not finish the task in time");
    return future.get();
  }

  template <typename Function>
  auto call(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto future = task.get_future();
    boost::asio::post(loop.get_executor(), [&task] { task(); });
    return future.get();
  }

  Loop loop{1};

 private:
  boost::asio::executor_work_guard<Loop::executor_type> work_;
  std::thread thread_;
};

class RunningServer {
 public:
  RunningServer(ServerSettings settings, Handler handler) {
    const Result<void> started = core.call([&] {
      server = std::make_unique<Server>(core.loop, clock, metrics, std::move(settings),
                                        std::move(handler));
      return server->start();
    });
    if (!started) throw std::runtime_error(started.error().what);
    port = core.call([&] { return server->port(); });
  }
  ~RunningServer() {
    stop(std::chrono::milliseconds{100});
    core.call([&] { server.reset(); });
  }

  void stop(Duration grace) {
    if (stopped_) return;
    stopped_ = true;
    core.run(server->stop(grace));
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port) + path;
  }
  std::size_t connections() {
    return core.call([&] { return server->connections(); });
  }

  SystemClock clock;
  telemetry::Metrics metrics;
  LoopThread core;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;

 private:
  bool stopped_ = false;
};

// The value of one series, -1 when it is not there.
inline double metric(const RunningServer& server, const std::string& series) {
  const std::string text = server.metrics.prometheus_text();
  const std::size_t at = text.find(series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 1));
}

// Waits for something that another thread brings about.
inline bool eventually(const std::function<bool()>& condition) {
  const SystemClock clock;
  const Tick until = clock.tick() + std::chrono::seconds{10};
  while (clock.tick() < until) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

struct RawAnswer {
  int status = 0;
  std::string head;
  std::string body;
  bool has(std::string_view header_line) const {
    return head.find("\r\n" + std::string(header_line) + "\r\n") != std::string::npos;
  }
};

// A blocking client that writes bytes as they are told.
class RawPeer {
 public:
  explicit RawPeer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect to the server under test");
  }
  ~RawPeer() { ::close(socket_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // the server has had enough; its answer tells
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  // One answer. Status 0 when the connection ends before it is whole.
  RawAnswer answer(bool without_body = false) {
    RawAnswer result;
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return result;
    }
    result.head = pending_.substr(0, end + 4);
    pending_.erase(0, end + 4);
    std::size_t length = 0;
    if (const auto at = result.head.find("Content-Length: "); at != std::string::npos)
      length = std::stoul(result.head.substr(at + 16));
    while (!without_body && pending_.size() < length) {
      if (!more()) return {};
    }
    if (!without_body) {
      result.body = pending_.substr(0, length);
      pending_.erase(0, length);
    }
    result.status = std::stoi(result.head.substr(9, 3));
    return result;
  }

  // True when the server has closed in an orderly way and nothing is left to read.
  bool at_end() {
    while (more()) {
    }
    return pending_.empty() && last_ == 0;
  }
  bool was_reset() {
    while (more()) {
    }
    return last_ < 0 && error_ == ECONNRESET;
  }
  const std::string& pending() const { return pending_; }

 private:
  bool more() {
    char bytes[4096];
    last_ = ::recv(socket_, bytes, sizeof bytes, 0);
    error_ = errno;
    if (last_ <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(last_));
    return true;
  }

  int socket_;
  std::string pending_;
  ssize_t last_ = 1;
  int error_ = 0;
};

// A self-signed certificate for localhost and 127.0.0.1 in a folder that goes with the object.
class TestCertificate {
 public:
  TestCertificate() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "tillbridge-tls-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    certificate_file = folder_ / "certificate.pem";
    key_file = folder_ / "key.pem";
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    X509_NAME* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(x509.get(), name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(x509.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509.get(), key.get(), EVP_sha256());
    write(certificate_file, [&](BIO* out) { PEM_write_bio_X509(out, x509.get()); });
    write(key_file, [&](BIO* out) {
      PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  ~TestCertificate() { std::filesystem::remove_all(folder_); }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::filesystem::path certificate_file;
  std::filesystem::path key_file;

 private:
  static void write(const std::filesystem::path& file, const std::function<void(BIO*)>& content) {
    BIO* out = BIO_new_file(file.c_str(), "w");
    if (out == nullptr) throw std::runtime_error("cannot write " + file.string());
    content(out);
    BIO_free(out);
  }

  std::filesystem::path folder_;
};

inline ServerSettings encrypted(const TestCertificate& certificate) {
  ServerSettings settings;
  settings.tls_certificate_file = certificate.certificate_file;
  settings.tls_key_file = certificate.key_file;
  return settings;
}

}  // namespace tillbridge::http::for_tests
