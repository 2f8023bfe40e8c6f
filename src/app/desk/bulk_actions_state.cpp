#include "app/desk/bulk_actions_state.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/zone.h"

namespace tillbridge::app {
namespace {

constexpr BulkPhase phases[] = {BulkPhase::running, BulkPhase::cancelled, BulkPhase::done,
                                BulkPhase::failed};
constexpr BulkResult results[] = {BulkResult::done, BulkResult::failed, BulkResult::nothing_to_do};

std::string_view name(BulkResult result) {
  switch (result) {
    case BulkResult::done:
      return "done";
    case BulkResult::failed:
      return "failed";
    case BulkResult::nothing_to_do:
      return "nothing_to_do";
  }
  return "failed";
}

std::uint64_t count(const json::Object& object, std::string_view key) {
  return static_cast<std::uint64_t>(json::integer(object, key).value_or(0));
}

}  // namespace

std::string_view name(BulkPhase phase) {
  switch (phase) {
    case BulkPhase::running:
      return "running";
    case BulkPhase::cancelled:
      return "cancelled";
    case BulkPhase::done:
      return "done";
    case BulkPhase::failed:
      return "failed";
  }
  return "failed";
}

std::string to_text(const BulkState& state) {
  json::Object out{{"id", std::to_string(state.id)},
                   {"name", state.name},
                   {"act", state.act},
                   {"by", state.by},
                   {"note", state.note},
                   {"filter", state.filter},
                   {"of_case", std::to_string(state.of_case.value)},
                   {"connection", state.connection},
                   {"state", name(state.phase)},
                   {"reason", state.reason},
                   {"cancelled_by", state.cancelled_by},
                   {"total", state.total},
                   {"next", state.next},
                   {"done", state.done},
                   {"nothing_to_do", state.nothing_to_do},
                   {"failed", state.failed},
                   {"began_at", to_unix_us(state.began_at)}};
  if (state.delivery_state) out["delivery_state"] = static_cast<int>(*state.delivery_state);
  if (state.ended_at) out["ended_at"] = to_unix_us(*state.ended_at);
  return json::to_text(out);
}

std::optional<BulkState> read_bulk_state(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Object& object = document->get_object();
  BulkState state;
  state.id = id_of_text(json::text(object, "id").value_or(""));
  if (state.id == 0) return std::nullopt;
  state.name = json::text(object, "name").value_or("");
  state.act = json::text(object, "act").value_or("");
  state.by = json::text(object, "by").value_or("");
  state.note = json::text(object, "note").value_or("");
  if (const auto* filter = json::object(object, "filter")) state.filter = *filter;
  state.of_case = CaseGroupId{id_of_text(json::text(object, "of_case").value_or(""))};
  state.connection = json::text(object, "connection").value_or("");
  if (const auto in = json::integer(object, "delivery_state"))
    state.delivery_state = static_cast<journal::DeliveryState>(*in);
  state.phase = BulkPhase::failed;
  const std::string phase = json::text(object, "state").value_or("");
  for (const BulkPhase known : phases) {
    if (phase == name(known)) state.phase = known;
  }
  state.reason = json::text(object, "reason").value_or("");
  state.cancelled_by = json::text(object, "cancelled_by").value_or("");
  state.total = count(object, "total");
  state.next = count(object, "next");
  state.done = count(object, "done");
  state.nothing_to_do = count(object, "nothing_to_do");
  state.failed = count(object, "failed");
  state.began_at = from_unix_us(json::integer(object, "began_at").value_or(0));
  if (const auto at = json::integer(object, "ended_at")) state.ended_at = from_unix_us(*at);
  return state;
}

json::Object bulk_view(const BulkState& state) {
  // What a person stopped looks stopped, although its last item may be under way still.
  const bool stopped = state.phase == BulkPhase::running && !state.cancelled_by.empty();
  json::Object out{{"id", std::to_string(state.id)},
                   {"name", state.name},
                   {"act", state.act},
                   {"filter", state.filter},
                   {"by", state.by},
                   {"state", name(stopped ? BulkPhase::cancelled : state.phase)},
                   {"total", state.total},
                   {"done", state.done + state.nothing_to_do},
                   {"nothing_to_do", state.nothing_to_do},
                   {"failed", state.failed},
                   {"note", state.note},
                   {"began_at", utc_text(state.began_at)}};
  out["ended_at"] = state.ended_at ? json::Value(utc_text(*state.ended_at)) : json::Value();
  out["reason"] = state.reason.empty() ? json::Value() : json::Value(state.reason);
  out["cancelled_by"] =
      state.cancelled_by.empty() ? json::Value() : json::Value(state.cancelled_by);
  return out;
}

json::Object bulk_item_view(const BulkItem& item) {
  return json::Object{{"record_id", std::to_string(item.record.value)},
                      {"record_key", item.record_key},
                      {"result", name(item.result)},
                      {"text", item.text}};
}

std::string items_text(const std::vector<BulkItem>& items) {
  json::Array out;
  for (const BulkItem& item : items) out.emplace_back(bulk_item_view(item));
  return json::to_text(out);
}

std::vector<BulkItem> read_items(const std::string& text) {
  std::vector<BulkItem> items;
  const auto document = json::parse(text);
  if (!document || !document->is_array()) return items;
  for (const json::Value& one : document->get_array()) {
    if (!one.is_object()) continue;
    const json::Object& object = one.get_object();
    BulkItem item;
    item.record = RecordId{id_of_text(json::text(object, "record_id").value_or(""))};
    item.record_key = json::text(object, "record_key").value_or("");
    item.text = json::text(object, "text").value_or("");
    const std::string result = json::text(object, "result").value_or("");
    for (const BulkResult known : results) {
      if (result == name(known)) item.result = known;
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::string ids_text(const std::vector<RecordId>& ids, std::size_t chunk) {
  std::string text;
  const std::size_t from = chunk * bulk_ids_per_fact;
  const std::size_t until = std::min(ids.size(), from + bulk_ids_per_fact);
  for (std::size_t at = from; at < until; ++at) {
    if (at != from) text += ',';
    text += std::to_string(ids[at].value);
  }
  return text;
}

std::vector<RecordId> read_ids(const std::string& text) {
  std::vector<RecordId> ids;
  std::string_view left = text;
  while (!left.empty()) {
    const auto comma = left.find(',');
    if (const auto id = id_of_text(left.substr(0, comma))) ids.push_back(RecordId{id});
    left = comma == std::string_view::npos ? std::string_view{} : left.substr(comma + 1);
  }
  return ids;
}

std::string bulk_key(std::uint64_t id) {
  return bulk_prefix + std::to_string(id);
}

std::string bulk_ids_key(std::uint64_t id, std::size_t chunk) {
  return fmt::format("{}/ids/{}", bulk_key(id), chunk);
}

std::string bulk_items_key(std::uint64_t id, std::size_t chunk) {
  return fmt::format("{}/items/{}", bulk_key(id), chunk);
}

std::string after_bulk(const std::string& key) {
  return key + "/~";
}

std::uint64_t id_of_text(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? id : 0;
}

}  // namespace tillbridge::app
