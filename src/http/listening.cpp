#include "http/listening.h"

namespace tillbridge::http {

Result<void> listen_on(Acceptor& acceptor, const std::string& address, std::uint16_t port) {
  const std::string place = address + ":" + std::to_string(port);
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) {
    return fail(Error::Kind::invalid_input, "'" + address + "' is not an IP address to listen on");
  }
  const asio::ip::tcp::endpoint endpoint(ip, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  boost::system::error_code ignored;
  acceptor.close(ignored);
  std::string advice;
  if (error == asio::error::address_in_use)
    advice = ": another program (or a second one of ours) uses this port";
  if (error == asio::error::access_denied)
    advice = ": ports below 1024 need the right to bind them";
  return fail(Error::Kind::unavailable,
              "cannot listen on " + place + ": " + error.message() + advice);
}

}  // namespace tillbridge::http
