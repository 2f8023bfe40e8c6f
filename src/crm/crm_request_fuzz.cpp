// Whatever a till, or somebody who pretends to be one, sends: it is read or refused with words, it
// finds a route or none, and what the log would say holds no value. First line: path; rest: body.

#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "crm/customer_body.h"
#include "crm/request_shape.h"
#include "crm/route_match.h"
#include "crm/till_key.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::crm;

constexpr std::size_t shape_bytes_most = 2048 + 8;
constexpr std::string_view value_of_somebody = "Vera-of-Sample-Road";

std::vector<model::ConsentCategory> categories() {
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.channel = "email";
  model::ConsentCategory membership;
  membership.id = "membership";
  return {newsletter, membership};
}

void check_path(std::string_view path) {
  static const RouteMatcher routes(default_routes());
  for (const char* method : {"GET", "POST", "PUT", "HEAD"}) {
    const auto match = routes.find(method, below_register(path, "shop"));
    if (!match) continue;
    for (const auto& [name, value] : match->captures) TB_ASSERT(!value.empty());
  }
  const std::string masked = masked_path(path, default_routes());
  TB_ASSERT(masked.starts_with('/'));
  TB_ASSERT(masked.find('@') == std::string::npos && masked.find('%') == std::string::npos);
  TB_ASSERT(
      std::none_of(masked.begin(), masked.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

void check_key(std::string_view text) {
  for (const KeyType type : {KeyType::email, KeyType::phone, KeyType::personal_id}) {
    const auto key = normal_key(type, std::string(text), "SE");
    if (!key) continue;
    TB_ASSERT(!key->value.empty());
    if (type == KeyType::phone) {
      // Not the same twice for nonsense: the library takes one leading 0 off "+4600000000" each
      // time.
      TB_ASSERT(key->value.size() > 1 && key->value.starts_with('+'));
      TB_ASSERT(key->value.find_first_not_of("0123456789", 1) == std::string::npos);
      continue;
    }
    const auto again = normal_key(type, key->value, "SE");
    TB_ASSERT(again && again->value == key->value);
  }
}

void check_change(const json::Object& body) {
  const auto read = read_change(body, "SE", categories());
  if (!read) {
    TB_ASSERT(read.error().kind == Error::Kind::invalid_input);
    TB_ASSERT(!read.error().what.empty() && read.error().what.size() < 200);
    return;
  }
  for (const std::string& name : read->unknown) TB_ASSERT(name.size() < 80);
  TB_ASSERT(read->change.consents.size() <= categories().size());
  if (read->change.given.contains("phone")) TB_ASSERT(!read->change.values.phones.empty());
  if (read->change.given.contains("email")) TB_ASSERT(!read->change.values.email.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view path = input.substr(0, input.find('\n'));
  const std::string_view body = input.substr(std::min(path.size() + 1, input.size()));
  check_path(path);
  check_key(path);
  TB_ASSERT(body_shape(body).size() <= shape_bytes_most);
  const auto parsed = json::parse(body);
  if (!parsed || !parsed->is_object()) return 0;
  json::Object object = parsed->get_object();
  check_change(object);
  static_cast<void>(read_redeem(object, {}));
  if (size > 4096) return 0;  // or the longer body is over the limit
  // A value never shows, wherever it stands.
  const std::string before = body_shape(json::to_text(object));
  for (auto& member : object) {
    if (member.value().is_string()) member.value() = value_of_somebody;
  }
  TB_ASSERT(body_shape(json::to_text(object)) == before);
  return 0;
}
