#pragma once
// What proves that two tables hold the same rows, whatever the order in which they are read: the
// sum of a 128-bit digest per row. A digest is the beginning of the SHA-256 of the row's canonical
// form, in which every column has its type and length, NULL is not an empty text, and a stored body
// stands as what it is when opened. Sums, because equal rows would cancel each other out otherwise.
// Each object is for one thread.

#include <array>
#include <cstdint>
#include <string>

#include "journal/copy/row.h"
#include "journal/copy/table.h"
#include "journal/payload.h"

struct evp_md_ctx_st;

namespace tillbridge::journal::copy {

struct Digest {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
  Digest& operator+=(const Digest& other);  // modulo 2^128
};

// The rows of a table fall into so many parts by their key, so that what differs can be found
// without keeping the rows (difference.h).
constexpr std::size_t sum_parts = 1'024;

class Sum {
 public:
  void add(const Digest& digest, std::size_t part);
  std::uint64_t rows() const { return rows_; }
  std::string text() const;  // 32 hexadecimal digits
  const Digest& part(std::size_t number) const { return parts_[number]; }
  friend bool operator==(const Sum& a, const Sum& b) {
    return a.rows_ == b.rows_ && a.parts_ == b.parts_;
  }

 private:
  std::array<Digest, sum_parts> parts_{};
  std::uint64_t rows_ = 0;
};

class Canonical {
 public:
  Canonical();
  ~Canonical();
  Canonical(const Canonical&) = delete;
  Canonical& operator=(const Canonical&) = delete;

  Digest digest(const Table& table, Row row);
  // Bodies among the rows so far that cannot be opened; they count as the bytes that are stored.
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  std::string form_;
  PayloadOpener opener_;
  std::uint64_t unreadable_ = 0;
  evp_md_ctx_st* hashing_;
};

std::size_t part_of(const Table& table, Row row);
// The key for people: "shop/4711".
std::string key_text(const Table& table, Row row);

}  // namespace tillbridge::journal::copy
