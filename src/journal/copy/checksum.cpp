#include "journal/copy/checksum.h"

#include <array>
#include <string_view>

#include <openssl/evp.h>

#include "base/assert.h"
#include "base/hash.h"

namespace tillbridge::journal::copy {
namespace {

// Part of the canonical form: a body that cannot be opened must not look like one that can.
constexpr char null_mark = 'n';
constexpr char integer_mark = 'i';
constexpr char bytes_mark = 'b';
constexpr char body_mark = 'o';
constexpr char unreadable_mark = 'u';

void append_number(std::string& to, std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    to.push_back(static_cast<char>((value >> shift) & 0xffU));
  }
}

void append_bytes(std::string& to, char mark, std::string_view bytes) {
  to.push_back(mark);
  append_number(to, bytes.size());
  to += bytes;
}

void append(std::string& to, const Value& value) {
  switch (value.type) {
    case Value::Type::null:
      to.push_back(null_mark);
      return;
    case Value::Type::integer:
      to.push_back(integer_mark);
      append_number(to, static_cast<std::uint64_t>(value.integer));
      return;
    case Value::Type::bytes:
      append_bytes(to, bytes_mark, value.bytes);
  }
}

std::uint64_t number_of(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t at = 0; at < 8; ++at) value = value << 8U | bytes[at];
  return value;
}

}  // namespace

Digest& Digest::operator+=(const Digest& other) {
  low += other.low;
  high += other.high + (low < other.low ? 1 : 0);
  return *this;
}

void Sum::add(const Digest& digest, std::size_t part) {
  parts_[part] += digest;
  ++rows_;
}

std::string Sum::text() const {
  Digest all;
  for (const auto& part : parts_) all += part;
  std::string digits;
  for (const std::uint64_t half : {all.high, all.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      digits.push_back("0123456789abcdef"[(half >> shift) & 0xfU]);
    }
  }
  return digits;
}

Canonical::Canonical() : hashing_(EVP_MD_CTX_new()) {
  TB_ASSERT(hashing_ != nullptr);
  TB_ASSERT(EVP_DigestInit_ex(hashing_, EVP_sha256(), nullptr) == 1);
}

Canonical::~Canonical() {
  EVP_MD_CTX_free(hashing_);
}

Digest Canonical::digest(const Table& table, Row row) {
  TB_ASSERT(row.size() == table.columns.size());
  form_.clear();
  const std::size_t plain = table.holds_bodies ? row.size() - 1 : row.size();
  for (const auto& value : row.first(plain)) append(form_, value);
  if (table.holds_bodies) {
    const auto& codec = row[plain - 2];
    const auto& bytes = row[plain].bytes;
    const StoredPayload stored{static_cast<Codec>(codec.integer), row[plain - 1].integer, bytes};
    const auto body = opener_.open(stored);
    append_bytes(form_, body ? body_mark : unreadable_mark, body ? *body : bytes);
    if (!body) ++unreadable_;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  // Without a type it begins again with the one it has.
  TB_ASSERT(EVP_DigestInit_ex(hashing_, nullptr, nullptr) == 1);
  TB_ASSERT(EVP_DigestUpdate(hashing_, form_.data(), form_.size()) == 1);
  TB_ASSERT(EVP_DigestFinal_ex(hashing_, hash.data(), nullptr) == 1);
  return {number_of(hash.data()), number_of(hash.data() + 8)};
}

std::size_t part_of(const Table& table, Row row) {
  std::string key;
  for (const auto& value : row.first(table.key_columns)) append(key, value);
  return stable_hash(key) % sum_parts;
}

std::string key_text(const Table& table, Row row) {
  std::string key;
  for (const auto& value : row.first(table.key_columns)) {
    if (!key.empty()) key += '/';
    if (value.type == Value::Type::integer) key += std::to_string(value.integer);
    if (value.type == Value::Type::bytes) key += value.bytes;
  }
  return key;
}

}  // namespace tillbridge::journal::copy
