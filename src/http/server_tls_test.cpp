#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server_for_tests.h"

namespace tillbridge::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using for_tests::encrypted;
using for_tests::RunningServer;
using for_tests::TestCertificate;
using testing::HasSubstr;

Task<Reply> hello(Request request) {
  Reply reply;
  reply.body = "hello " + request.path + std::string(request.path == "/large" ? 200'000 : 0, 'x');
  co_return reply;
}

class TlsPeer {
 public:
  TlsPeer(std::uint16_t port, const TestCertificate& certificate, int version_max = TLS1_3_VERSION)
      : context_(asio::ssl::context::tls_client), stream_(io_, context_) {
    context_.load_verify_file(certificate.certificate_file);
    SSL_set_verify(stream_.native_handle(), SSL_VERIFY_PEER, nullptr);
    SSL_set1_host(stream_.native_handle(), "localhost");
    SSL_set_security_level(stream_.native_handle(), 0);
    SSL_set_min_proto_version(stream_.native_handle(), TLS1_VERSION);
    SSL_set_max_proto_version(stream_.native_handle(), version_max);
    SSL_set1_verify_cert_store(stream_.native_handle(),
                               SSL_CTX_get_cert_store(context_.native_handle()));
    stream_.next_layer().connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    stream_.handshake(asio::ssl::stream_base::client, error);
  }

  // All bytes until the server closes.
  std::string exchange(const std::string& request) {
    asio::write(stream_, asio::buffer(request));
    std::string text;
    boost::system::error_code end;
    asio::read(stream_, asio::dynamic_buffer(text), end);
    clean_end = end == asio::error::eof;
    stream_.shutdown(end);
    return text;
  }

  boost::system::error_code error;
  bool clean_end = false;

 private:
  asio::io_context io_;
  asio::ssl::context context_;
  asio::ssl::stream<tcp::socket> stream_;
};

TEST(ServerTls, serves_requests_and_says_goodbye) {
  const TestCertificate certificate;
  RunningServer server(encrypted(certificate), hello);
  TlsPeer peer(server.port, certificate);
  ASSERT_FALSE(peer.error) << peer.error.message();
  const std::string text = peer.exchange(
      "GET /a HTTP/1.1\r\nHost: hub\r\n\r\nGET /large HTTP/1.1\r\nHost: hub\r\n\r\n"
      "GET /b HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("hello /a"));
  EXPECT_THAT(text, HasSubstr("hello /b"));
  EXPECT_GT(text.size(), 200'000U);
  EXPECT_TRUE(peer.clean_end);
}

TEST(ServerTls, streams_end_with_a_goodbye) {
  const TestCertificate certificate;
  const auto pieces = [](std::shared_ptr<ByteStream> out) -> Task<void> {
    for (int i = 0; i < 100; ++i) co_await out->write("piece " + std::to_string(i) + "\n");
  };
  const auto ready = [](Reply reply) -> Task<Reply> { co_return reply; };
  RunningServer server(encrypted(certificate), [&](Request) {
    Reply reply;
    reply.stream = pieces;
    return ready(std::move(reply));
  });
  TlsPeer peer(server.port, certificate);
  ASSERT_FALSE(peer.error) << peer.error.message();
  const std::string text = peer.exchange("GET /events HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("\r\npiece 0\n\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\npiece 99\n\r\n0\r\n\r\n"));
  EXPECT_TRUE(peer.clean_end);
}

TEST(ServerTls, old_versions_and_plain_requests_are_refused) {
  const TestCertificate certificate;
  RunningServer server(encrypted(certificate), hello);
  const TlsPeer old(server.port, certificate, TLS1_1_VERSION);
  EXPECT_TRUE(old.error);
  const TlsPeer modern(server.port, certificate, TLS1_2_VERSION);
  EXPECT_FALSE(modern.error) << modern.error.message();
  for_tests::RawPeer plain(server.port);
  plain.send("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_EQ(plain.answer().status, 0);
  EXPECT_THAT(
      server.metrics.prometheus_text(),
      HasSubstr("tillbridge_http_refused_total{listener=\"public\",reason=\"tls_handshake\"} 2"));
}

TEST(ServerTls, a_peer_that_never_shakes_hands_is_closed) {
  const TestCertificate certificate;
  ServerSettings settings = encrypted(certificate);
  settings.receive_time_max = std::chrono::milliseconds{100};
  RunningServer server(settings, hello);
  for_tests::RawPeer silent(server.port);
  EXPECT_TRUE(silent.at_end());
}

TEST(ServerTls, errors_of_start_name_the_file) {
  const TestCertificate certificate;
  const TestCertificate other;
  const auto start = [](const ServerSettings& settings) -> std::string {
    try {
      RunningServer server(settings, hello);
      return "started";
    } catch (const std::runtime_error& e) {
      return e.what();
    }
  };
  ServerSettings settings = encrypted(certificate);
  settings.tls_key_file.clear();
  EXPECT_THAT(start(settings), HasSubstr("no key file"));
  settings.tls_key_file = "/nowhere/key.pem";
  EXPECT_THAT(start(settings), HasSubstr("/nowhere/key.pem"));
  settings.tls_key_file = other.key_file;
  EXPECT_THAT(start(settings), HasSubstr(other.key_file.string()));
  settings.tls_certificate_file = certificate.key_file;
  EXPECT_THAT(start(settings), HasSubstr(certificate.key_file.string()));
}

}  // namespace
}  // namespace tillbridge::http
