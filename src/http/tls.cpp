#include <openssl/ssl.h>

#include "http/listener.h"

namespace tillbridge::http {
namespace {

Result<void> check(const boost::system::error_code& error, const std::string& what) {
  if (!error) return {};
  return fail(Error::Kind::invalid_input, what + ": " + error.message());
}

}  // namespace

Result<std::unique_ptr<asio::ssl::context>> make_tls(const ServerSettings& settings) {
  if (settings.tls_key_file.empty()) {
    return fail(Error::Kind::invalid_input, "a TLS certificate is set for the listener '" +
                                                settings.name + "' but no key file: set both");
  }
  boost::system::error_code error;
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* native = tls->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections keep no record buffers
  // An encrypted key must be an error and not a question on the terminal.
  tls->set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, error);
  tls->use_certificate_chain_file(settings.tls_certificate_file, error);
  TB_CHECK(check(error, "cannot use the TLS certificate file '" + settings.tls_certificate_file +
                            "' (a PEM chain is expected)"));
  tls->use_private_key_file(settings.tls_key_file, asio::ssl::context::pem, error);
  TB_CHECK(check(error, "cannot use the TLS key file '" + settings.tls_key_file +
                            "' (an unencrypted PEM key that belongs to the certificate '" +
                            settings.tls_certificate_file + "' is expected)"));
  if (SSL_CTX_check_private_key(native) != 1) {
    return fail(Error::Kind::invalid_input, "the TLS key file '" + settings.tls_key_file +
                                                "' does not belong to the certificate in '" +
                                                settings.tls_certificate_file + "'");
  }
  return tls;
}

}  // namespace tillbridge::http
