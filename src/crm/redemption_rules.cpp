#include "crm/redemption_rules.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json.h"
#include "model/identity.h"

namespace tillbridge::crm {
namespace {

constexpr const char* from_sale = "sale";

std::string fact_of(const RedemptionFacts& known, const std::string& key) {
  const auto found = known.find(key);
  return found == known.end() ? std::string{} : found->second;
}

std::optional<Instant> time_of(const json::Object& object, std::string_view name) {
  const auto us = json::integer(object, name);
  return us ? std::optional(from_unix_us(*us)) : std::nullopt;
}

template <typename IdType>
IdType id_of(const json::Object& object, std::string_view name) {
  return IdType{static_cast<std::uint64_t>(json::integer(object, name).value_or(0))};
}

std::string customer_of(const model::Order& order) {
  return model::identity_value(order.customer, model::IdentitySource::crm_customer_id).value_or("");
}

// The order's customer, then whom each was merged into; the last one is who stays. Not empty.
std::vector<std::string> customers_of(const std::string& customer, const RedemptionFacts& known) {
  std::vector<std::string> customers{customer};
  while (customers.size() <= alias_steps_max) {
    std::string next = fact_of(known, redemption_alias_key(customers.back()));
    // Going round in a circle leads nowhere.
    if (next.empty() || std::find(customers.begin(), customers.end(), next) != customers.end())
      break;
    customers.push_back(std::move(next));
  }
  return customers;
}

bool has_counted(const Redemption& redemption, const model::Order& order) {
  return redemption.order == order.id || redemption.undone_order == order.id;
}

std::set<std::string> items_of(const model::Order& order) {
  std::set<std::string> items;
  const model::OrderKind kind = model::classify(order);
  if (kind != model::OrderKind::sale && kind != model::OrderKind::mixed) return items;
  for (const model::OrderLine& line : order.lines) {
    if (line.is_return()) continue;
    items.insert(line.promotion_id);
    items.insert(line.bonus_check_id);
  }
  items.erase("");
  return items;
}

}  // namespace

std::string redemption_alias_key(const std::string& customer_id) {
  return "alias/" + customer_id;
}

std::string redemption_key(const std::string& customer_id, const std::string& item) {
  return fmt::format("{}/{}", customer_id, item);
}

std::string to_text(const Redemption& redemption) {
  json::Object object;
  const auto put = [&object](std::string_view name, const std::string& text) {
    if (!text.empty()) object[name] = text;
  };
  if (redemption.at) {
    object["at"] = to_unix_us(*redemption.at);
    put("receipt", redemption.receipt);
    put("source", redemption.source);
    put("order", redemption.order);
    if (redemption.used_at) object["used_at"] = to_unix_us(*redemption.used_at);
  }
  put("undone_order", redemption.undone_order);
  return object.empty() ? std::string{} : json::to_text(object);
}

Redemption read_redemption(const std::string& text) {
  Redemption redemption;
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return redemption;
  const json::Object& object = document->get_object();
  redemption.at = time_of(object, "at");
  redemption.receipt = json::text(object, "receipt").value_or("");
  redemption.source = json::text(object, "source").value_or("");
  redemption.order = json::text(object, "order").value_or("");
  redemption.used_at = time_of(object, "used_at");
  redemption.undone_order = json::text(object, "undone_order").value_or("");
  return redemption;
}

Redemption undone(const Redemption& redemption) {
  Redemption after;
  after.undone_order = redemption.order.empty() ? redemption.undone_order : redemption.order;
  return after;
}

std::string to_text(const OutstandingList& list) {
  if (list.empty()) return {};
  json::Object object;
  for (const auto& [key, one] : list) {
    json::Object entry{{"at", to_unix_us(one.at)}, {"record", one.record.value}};
    if (one.told) entry["case"] = one.told.value;
    if (!one.settled.empty()) entry["settled"] = one.settled;
    object[key] = std::move(entry);
  }
  return json::to_text(object);
}

OutstandingList read_outstanding(const std::string& text) {
  OutstandingList list;
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return list;
  for (const auto& [key, value] : document->get_object()) {
    if (!value.is_object()) continue;
    const json::Object& entry = value.get_object();
    Outstanding one;
    one.at = time_of(entry, "at").value_or(Instant{});
    one.record = id_of<RecordId>(entry, "record");
    one.told = id_of<CaseId>(entry, "case");
    one.settled = json::text(entry, "settled").value_or("");
    list.emplace(std::string(key), std::move(one));
  }
  return list;
}

void wait_for_sale(OutstandingList& list, const std::string& key, Instant at, RecordId record) {
  Outstanding& one = list[key];
  // Redeemed again before the next look: its old case is told of by the same line.
  one.at = at;
  one.record = record;
  one.settled.clear();
  while (list.size() > outstanding_max) {
    list.erase(std::min_element(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return a.second.at < b.second.at;
    }));
  }
}

bool settle(OutstandingList& list, const std::string& key, const std::string& why) {
  const auto found = list.find(key);
  if (found == list.end() || !found->second.settled.empty()) return false;
  if (found->second.told)
    found->second.settled = why;
  else
    list.erase(found);
  return true;
}

std::vector<std::string> redemption_facts_wanted(const model::Order& order,
                                                 const RedemptionFacts& known) {
  std::vector<std::string> wanted;
  const std::string customer = customer_of(order);
  const std::set<std::string> items = items_of(order);
  if (customer.empty() || items.empty()) return wanted;
  for (const std::string& one : customers_of(customer, known)) {
    wanted.push_back(redemption_alias_key(one));
    for (const std::string& item : items) wanted.push_back(redemption_key(one, item));
  }
  wanted.emplace_back(outstanding_key);
  return wanted;
}

RedemptionFacts redemptions_after(const RedemptionFacts& known, const model::Order& order) {
  RedemptionFacts learned;
  const std::string customer = customer_of(order);
  if (customer.empty()) return learned;
  const std::vector<std::string> customers = customers_of(customer, known);
  OutstandingList list = read_outstanding(fact_of(known, outstanding_key));
  const std::string why = fmt::format("order {} came with it", order.id);
  bool settled = false;
  for (const std::string& item : items_of(order)) {
    // A sale from before the merge counted for the customer it had then: the merge has brought that
    // along, or it was taken back.
    const bool counted =
        std::any_of(customers.begin(), customers.end(), [&](const std::string& one) {
          return has_counted(read_redemption(fact_of(known, redemption_key(one, item))), order);
        });
    if (counted) continue;
    // What both had redeemed waits under both ids.
    for (std::size_t at = 0; at + 1 < customers.size(); ++at)
      settled |= settle(list, redemption_key(customers[at], item), why);
    const std::string key = redemption_key(customers.back(), item);
    Redemption redemption = read_redemption(fact_of(known, key));
    if (!redemption.order.empty()) continue;
    if (!redemption.redeemed()) {
      redemption.at = order.ordered_at;
      redemption.receipt = order.receipt_id;
      redemption.source = from_sale;
    }
    redemption.order = order.id;
    redemption.used_at = order.ordered_at;
    learned[key] = to_text(redemption);
    settled |= settle(list, key, why);
  }
  if (settled) learned[outstanding_key] = to_text(list);
  return learned;
}

RedemptionFacts redemptions_merged(const RedemptionFacts& known, const std::string& into,
                                   const std::string& from, const std::vector<std::string>& items) {
  RedemptionFacts learned;
  OutstandingList list = read_outstanding(fact_of(known, outstanding_key));
  bool moved = false;
  for (const std::string& item : items) {
    const std::string from_key = redemption_key(from, item);
    const std::string into_key = redemption_key(into, item);
    const Redemption theirs = read_redemption(fact_of(known, from_key));
    if (!theirs.redeemed() || read_redemption(fact_of(known, into_key)).redeemed()) continue;
    learned[into_key] = to_text(theirs);
    if (auto waits = list.extract(from_key)) {
      waits.key() = into_key;
      list.insert(std::move(waits));
      moved = true;
    }
  }
  if (moved) learned[outstanding_key] = to_text(list);
  return learned;
}

}  // namespace tillbridge::crm
