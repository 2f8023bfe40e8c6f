#include "desk/consent_lines.h"

#include <string_view>

#include "base/json.h"
#include "model/identity.h"
#include "model/tracking.h"

namespace tillbridge::desk {
namespace {

constexpr const char* shelf = "consents";

std::optional<ConsentLine> line_of(const std::string& search_key) {
  const auto colon = search_key.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::string_view kind = std::string_view(search_key).substr(0, colon);
  const std::string_view value = std::string_view(search_key).substr(colon + 1);
  ConsentLine line;
  Result<std::string> address = "";
  if (kind == "email") {
    line.channel = model::name(model::ConsentChannel::email);
    address = model::normal_email(value);
  } else if (kind == "phone") {
    line.channel = model::name(model::ConsentChannel::sms);
    address = model::phone_e164(value, "");  // one without + names no country here
  }
  if (!address || address->empty()) return std::nullopt;
  line.address = *address;
  return line;
}

}  // namespace

Result<std::vector<ConsentLine>> consents_of(journal::Reader& reader,
                                             const journal::RecordRow& record) {
  std::vector<ConsentLine> lines;
  std::vector<std::string> keys;
  for (const std::string& search_key : record.search_keys) {
    auto line = line_of(search_key);
    if (!line) continue;
    keys.push_back(line->channel + "/" + line->address);
    lines.push_back(std::move(*line));
  }
  if (keys.empty()) return lines;
  TB_TRY(const auto facts, reader.facts(record.workspace, shelf, keys));
  std::vector<ConsentLine> known;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const auto document = facts[at] ? json::parse(*facts[at]) : json::Value{};
    if (!document || !document->is_object()) continue;
    const json::Object& entry = document->get_object();
    lines[at].state = json::text(entry, "state").value_or("");
    lines[at].decided_at = from_unix_us(json::integer(entry, "decided_at").value_or(0));
    lines[at].source = json::text(entry, "source").value_or("");
    if (!lines[at].state.empty()) known.push_back(std::move(lines[at]));
  }
  return known;
}

}  // namespace tillbridge::desk
