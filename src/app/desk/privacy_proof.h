#pragma once
// What remains of an erasure, as facts of the connection "console": "erasure/<id>" the proof,
// without personal data; "erasing/<id>" whom it is about, only until everybody has answered;
// "erased/<hash>" so that a person who comes back (a late event, a backup put back) is noticed;
// "erasure-key" the key of those hashes. Whoever holds the journal could test guessed addresses
// against the hashes: they are as protected as the journal, not anonymous. Pure.

#include <optional>
#include <string>
#include <vector>

#include "app/desk/privacy_person.h"
#include "base/clock.h"

namespace tillbridge::app {

struct ProofLine {
  std::string what, where;  // "records", "journal"
  std::uint64_t count = 0;
  Instant at;
  std::string answer;
};

// What one platform was asked about one identifier.
struct PlatformAsk {
  std::string connection;
  std::string kind, value;        // as the platform calls it: "email", "registered"; secret outside
                                  // "erasing/<id>"
  std::string state = "waiting";  // "asked", "waiting", "refused"
  std::string answer;
  Instant at;
};

struct Erasure {
  std::uint64_t id = 0;
  std::string by;
  Instant at;
  bool erased = false;              // here; false: was cut off, goes on
  std::vector<std::string> hashes;  // "email:<hash>"
  std::vector<ProofLine> lines;
  std::vector<PlatformAsk> asks;
};

// "erasing", "waiting", "refused", "asked", or "done" where no platform had to be asked.
std::string state_of(const Erasure& erasure);
json::Object view_of(const Erasure& erasure);    // for the API: {"id", "state", "proof", ...}
std::string proof_text(const Erasure& erasure);  // without the asks' values
std::optional<Erasure> read_proof(const std::string& text);
// The values that the proof leaves out, with the identity.
std::string secret_text(const Identity& identity, const Erasure& erasure);
std::optional<Identity> read_secret(const std::string& text, Erasure& into);

std::string proof_key(std::uint64_t id);
std::string erasing_key(std::uint64_t id);
std::string erased_key(const std::string& hash);
constexpr const char* erasure_key_fact = "erasure-key";
constexpr const char* proof_prefix = "erasure/";
bool is_erasure_key(std::string_view key);

// HMAC-SHA-256 in hex of "kind:value".
std::string keyed_hash(const std::string& key, const Identifier& identifier);
std::string new_hash_key();

}  // namespace tillbridge::app
