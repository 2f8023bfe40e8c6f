#include "journal/payload.h"

#include <zstd.h>

#include "base/assert.h"
#include "base/hash.h"

namespace tillbridge::journal {
namespace {

constexpr int level = 1;  // measured choice: the journal thread is the scarce one
// Short bodies go without entropy coding: its tables take more than half of the time and save a
// fifth of the bytes.
constexpr int short_level = -1;
constexpr std::size_t short_below = 2'048;
constexpr std::size_t compress_from = 96;  // shorter bodies do not get smaller
constexpr std::size_t body_bytes_max =
    256U << 20;  // LIMIT: a damaged length must not ask for all memory

std::int64_t checksum_of(std::string_view bytes) {
  return static_cast<std::int64_t>(stable_hash(bytes));
}

}  // namespace

PayloadPacker::PayloadPacker() : context_(ZSTD_createCCtx()) {
  TB_ASSERT(context_ != nullptr);
}

PayloadPacker::~PayloadPacker() {
  ZSTD_freeCCtx(context_);
}

StoredPayload PayloadPacker::pack(std::string_view body) {
  if (body.size() >= compress_from) {
    buffer_.resize(ZSTD_compressBound(body.size()));
    const std::size_t size =
        ZSTD_compressCCtx(context_, buffer_.data(), buffer_.size(), body.data(), body.size(),
                          body.size() < short_below ? short_level : level);
    if (!ZSTD_isError(size) && size < body.size()) {
      const std::string_view packed(buffer_.data(), size);
      return {Codec::zstd, checksum_of(packed), packed};
    }
  }
  return {Codec::raw, checksum_of(body), body};
}

PayloadOpener::PayloadOpener() : context_(ZSTD_createDCtx()) {
  TB_ASSERT(context_ != nullptr);
}

PayloadOpener::~PayloadOpener() {
  ZSTD_freeDCtx(context_);
}

Result<std::string> PayloadOpener::open(const StoredPayload& stored) {
  if (checksum_of(stored.bytes) != stored.checksum) {
    return fail(Error::Kind::corrupt, "the checksum does not fit the bytes");
  }
  if (stored.codec == Codec::raw) return std::string(stored.bytes);
  if (stored.codec != Codec::zstd) return fail(Error::Kind::corrupt, "unknown codec");
  const auto size = ZSTD_getFrameContentSize(stored.bytes.data(), stored.bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > body_bytes_max) {
    return fail(Error::Kind::corrupt, "the compressed frame has no sensible length");
  }
  std::string body(static_cast<std::size_t>(size), '\0');
  const std::size_t got = ZSTD_decompressDCtx(context_, body.data(), body.size(),
                                              stored.bytes.data(), stored.bytes.size());
  if (ZSTD_isError(got) || got != body.size()) {
    return fail(Error::Kind::corrupt, "the compressed frame is damaged");
  }
  return body;
}

std::string join_parts(const std::vector<std::string>& parts) {
  std::size_t total = 0;
  for (const auto& part : parts) total += 4 + part.size();
  std::string body;
  body.reserve(total);
  for (const auto& part : parts) {
    TB_ASSERT(part.size() <= body_bytes_max);
    const auto size = static_cast<std::uint32_t>(part.size());
    for (unsigned shift = 0; shift < 32; shift += 8) {
      body.push_back(static_cast<char>((size >> shift) & 0xffU));
    }
    body += part;
  }
  return body;
}

Result<std::vector<std::string>> split_parts(std::string_view body) {
  std::vector<std::string> parts;
  while (!body.empty()) {
    if (body.size() < 4) return fail(Error::Kind::corrupt, "a part's length is cut off");
    std::uint32_t size = 0;
    for (unsigned at = 0; at < 4; ++at) {
      size |= static_cast<std::uint32_t>(static_cast<unsigned char>(body[at])) << (8 * at);
    }
    body.remove_prefix(4);
    if (size > body.size()) return fail(Error::Kind::corrupt, "a part is cut off");
    parts.emplace_back(body.substr(0, size));
    body.remove_prefix(size);
  }
  return parts;
}

}  // namespace tillbridge::journal
