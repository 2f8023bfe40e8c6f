#include "outbound/egress.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tillbridge::outbound {
namespace {

struct Network {
  std::uint32_t address;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

constexpr std::array<Network, 15> refused_v4{{
    {v4(0, 0, 0, 0), 8},        // this network
    {v4(10, 0, 0, 0), 8},       // private
    {v4(100, 64, 0, 0), 10},    // carrier-grade NAT
    {v4(127, 0, 0, 0), 8},      // loopback
    {v4(169, 254, 0, 0), 16},   // link-local, cloud metadata
    {v4(172, 16, 0, 0), 12},    // private
    {v4(192, 0, 0, 0), 24},     // protocol assignments
    {v4(192, 0, 2, 0), 24},     // documentation
    {v4(192, 88, 99, 0), 24},   // 6to4 relays
    {v4(192, 168, 0, 0), 16},   // private
    {v4(198, 18, 0, 0), 15},    // benchmarks
    {v4(198, 51, 100, 0), 24},  // documentation
    {v4(203, 0, 113, 0), 24},   // documentation
    {v4(224, 0, 0, 0), 4},      // multicast
    {v4(240, 0, 0, 0), 4},      // reserved, broadcast
}};

bool is_public_v4(std::uint32_t address) {
  for (const Network& network : refused_v4) {
    if ((address >> (32 - network.bits)) == (network.address >> (32 - network.bits))) return false;
  }
  return true;
}

using Bytes16 = std::array<std::uint8_t, 16>;

std::uint32_t v4_at(const Bytes16& bytes, std::size_t at) {
  return v4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

std::uint32_t word_at(const Bytes16& bytes, std::size_t at) {
  return (std::uint32_t{bytes[at]} << 8) | bytes[at + 1];
}

bool all_zero(const Bytes16& bytes, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

bool is_public_v6(const Bytes16& bytes) {
  if (all_zero(bytes, 0, 10) && word_at(bytes, 10) == 0xffff)  // ::ffff:a.b.c.d
    return is_public_v4(v4_at(bytes, 12));
  if (word_at(bytes, 0) == 0x64 && word_at(bytes, 2) == 0xff9b && all_zero(bytes, 4, 12))
    return is_public_v4(v4_at(bytes, 12));  // 64:ff9b::/96, NAT64
  if (word_at(bytes, 0) == 0x2002)          // 6to4
    return is_public_v4(v4_at(bytes, 2));
  if ((bytes[0] & 0xe0) != 0x20) return false;  // only 2000::/3 is global unicast
  if (word_at(bytes, 0) == 0x2001) {
    if (word_at(bytes, 2) < 0x200) return false;   // 2001::/23, Teredo among them
    if (word_at(bytes, 2) == 0xdb8) return false;  // documentation
  }
  return word_at(bytes, 0) != 0x3fff;  // documentation
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    Bytes16 bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return is_public_v6(bytes);
  }
  return false;
}

std::optional<bool> is_public_address_text(const std::string& text) {
  sockaddr_in in{};
  if (::inet_pton(AF_INET, text.c_str(), &in.sin_addr) == 1) {
    return is_public_v4(ntohl(in.sin_addr.s_addr));
  }
  in6_addr address{};
  if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  Bytes16 bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  return is_public_v6(bytes);
}

}  // namespace tillbridge::outbound
