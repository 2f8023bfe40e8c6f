#include "app/desk/privacy_proof.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/desk/bulk_actions_state.h"
#include "base/entropy.h"
#include "base/hmac.h"
#include "base/zone.h"

namespace tillbridge::app {
namespace {

bool any(const Erasure& erasure, std::string_view state) {
  return std::any_of(erasure.asks.begin(), erasure.asks.end(),
                     [state](const PlatformAsk& ask) { return ask.state == state; });
}

Instant instant_of_member(const json::Object& object, std::string_view member) {
  return from_unix_us(json::integer(object, member).value_or(0));
}

std::string member(const json::Value& value, std::string_view name) {
  return value.is_object() ? json::text(value.get_object(), name).value_or("") : "";
}

}  // namespace

std::string state_of(const Erasure& erasure) {
  if (!erasure.erased) return "erasing";
  if (any(erasure, "waiting")) return "waiting";
  if (any(erasure, "refused")) return "refused";
  return erasure.asks.empty() ? "done" : "asked";
}

json::Object view_of(const Erasure& erasure) {
  json::Array proof;
  for (const ProofLine& line : erasure.lines) {
    proof.emplace_back(json::Object{{"what", line.what},
                                    {"where", line.where},
                                    {"count", line.count},
                                    {"at", utc_text(line.at)},
                                    {"answer", line.answer}});
  }
  for (const PlatformAsk& ask : erasure.asks) {
    const std::string answer =
        ask.answer.empty() ? ask.state : fmt::format("{}: {}", ask.state, ask.answer);
    proof.emplace_back(json::Object{{"what", fmt::format("profile by {}", ask.kind)},
                                    {"where", ask.connection},
                                    {"count", 1},
                                    {"at", utc_text(ask.at)},
                                    {"answer", answer}});
  }
  json::Array hashes;
  for (const std::string& hash : erasure.hashes) hashes.emplace_back(hash);
  return json::Object{{"id", std::to_string(erasure.id)},
                      {"state", state_of(erasure)},
                      {"by", erasure.by},
                      {"at", utc_text(erasure.at)},
                      {"identifiers", std::move(hashes)},
                      {"proof", std::move(proof)}};
}

std::string proof_text(const Erasure& erasure) {
  json::Array lines;
  for (const ProofLine& line : erasure.lines) {
    lines.emplace_back(json::Object{{"what", line.what},
                                    {"where", line.where},
                                    {"count", line.count},
                                    {"at", to_unix_us(line.at)},
                                    {"answer", line.answer}});
  }
  json::Array asks;
  for (const PlatformAsk& ask : erasure.asks) {
    asks.emplace_back(json::Object{{"connection", ask.connection},
                                   {"kind", ask.kind},
                                   {"state", ask.state},
                                   {"answer", ask.answer},
                                   {"at", to_unix_us(ask.at)}});
  }
  return json::to_text(
      json::Object{{"id", std::to_string(erasure.id)},
                   {"by", erasure.by},
                   {"at", to_unix_us(erasure.at)},
                   {"erased", erasure.erased},
                   {"hashes", json::Array(erasure.hashes.begin(), erasure.hashes.end())},
                   {"lines", std::move(lines)},
                   {"asks", std::move(asks)}});
}

std::optional<Erasure> read_proof(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Object& object = document->get_object();
  Erasure erasure;
  erasure.id = id_of_text(json::text(object, "id").value_or(""));
  if (erasure.id == 0) return std::nullopt;
  erasure.by = json::text(object, "by").value_or("");
  erasure.at = instant_of_member(object, "at");
  erasure.erased = json::boolean(object, "erased").value_or(false);
  if (const auto* hashes = json::array(object, "hashes")) {
    for (const json::Value& hash : *hashes) {
      if (hash.is_string()) erasure.hashes.emplace_back(std::string_view(hash.get_string()));
    }
  }
  if (const auto* lines = json::array(object, "lines")) {
    for (const json::Value& one : *lines) {
      if (!one.is_object()) continue;
      const auto count = json::integer(one.get_object(), "count").value_or(0);
      erasure.lines.push_back({member(one, "what"), member(one, "where"),
                               static_cast<std::uint64_t>(count),
                               instant_of_member(one.get_object(), "at"), member(one, "answer")});
    }
  }
  if (const auto* asks = json::array(object, "asks")) {
    for (const json::Value& one : *asks) {
      if (!one.is_object()) continue;
      erasure.asks.push_back({member(one, "connection"), member(one, "kind"), "",
                              member(one, "state"), member(one, "answer"),
                              instant_of_member(one.get_object(), "at")});
    }
  }
  return erasure;
}

std::string secret_text(const Identity& identity, const Erasure& erasure) {
  json::Array values;
  for (const PlatformAsk& ask : erasure.asks) values.emplace_back(ask.value);
  return json::to_text(json::Object{{"identity", to_json(identity)}, {"values", values}});
}

std::optional<Identity> read_secret(const std::string& text, Erasure& into) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return std::nullopt;
  const auto* identity = json::array(document->get_object(), "identity");
  if (identity == nullptr) return std::nullopt;
  if (const auto* values = json::array(document->get_object(), "values")) {
    for (std::size_t at = 0; at < std::min(values->size(), into.asks.size()); ++at) {
      if ((*values)[at].is_string())
        into.asks[at].value = std::string(std::string_view((*values)[at].get_string()));
    }
  }
  return identity_from(*identity);
}

std::string proof_key(std::uint64_t id) {
  return proof_prefix + std::to_string(id);
}

std::string erasing_key(std::uint64_t id) {
  return "erasing/" + std::to_string(id);
}

std::string erased_key(const std::string& hash) {
  return "erased/" + hash;
}

bool is_erasure_key(std::string_view key) {
  return key == erasure_key_fact || key.starts_with(proof_prefix) || key.starts_with("erasing/") ||
         key.starts_with("erased/");
}

std::string keyed_hash(const std::string& key, const Identifier& identifier) {
  const std::string text = fmt::format("{}:{}", name(identifier.kind), identifier.value);
  return fmt::format("{}:{}", name(identifier.kind), hmac_sha256_hex(key, text));
}

std::string new_hash_key() {
  std::array<std::byte, 32> bytes{};
  fill_secure(bytes);
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}

}  // namespace tillbridge::app
