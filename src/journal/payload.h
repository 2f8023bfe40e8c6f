#pragma once
// Bodies as they lie in the table payload (format.md "Payloads"): compressed where that helps, with
// a checksum over the stored bytes. Each object is for one thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace tillbridge::journal {

enum class Codec : std::uint8_t { raw = 0, zstd = 1 };

struct StoredPayload {
  Codec codec = Codec::raw;
  std::int64_t checksum = 0;
  std::string_view bytes;  // of the input or of the packer's buffer: until the next pack()
};

class PayloadPacker {
 public:
  PayloadPacker();
  ~PayloadPacker();
  StoredPayload pack(std::string_view body);

 private:
  ZSTD_CCtx_s* context_;
  std::string buffer_;
};

class PayloadOpener {
 public:
  PayloadOpener();
  ~PayloadOpener();
  // corrupt when the checksum or the compressed form is wrong.
  Result<std::string> open(const StoredPayload& stored);

 private:
  ZSTD_DCtx_s* context_;
};

// The parts of a delivery in one body: each part as 4 bytes of length (little endian) and its
// bytes.
std::string join_parts(const std::vector<std::string>& parts);
Result<std::vector<std::string>> split_parts(std::string_view body);

}  // namespace tillbridge::journal
