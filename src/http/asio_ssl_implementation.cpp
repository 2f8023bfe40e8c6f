// The TLS half of Asio, compiled once (BOOST_ASIO_SEPARATE_COMPILATION); the other half is in
// base/.
#include <boost/asio/ssl/impl/src.hpp>
