#include "app/listener_settings.h"

namespace tillbridge::app {

http::ServerSettings server_settings(const Listener& listener, std::string name) {
  http::ServerSettings settings;
  settings.address = listener.address;
  settings.port = listener.port;
  settings.tls_certificate_file = listener.tls_certificate_file;
  settings.tls_key_file = listener.tls_key_file;
  if (listener.body_bytes_max > 0) settings.body_bytes_max = listener.body_bytes_max;
  settings.name = std::move(name);
  return settings;
}

}  // namespace tillbridge::app
