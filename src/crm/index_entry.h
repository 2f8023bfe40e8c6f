#pragma once
// What our own index knows of a customer, and under which keys it is found. Facts of the shelf
// "customers": "customer/<customer_id>" -> the entry; "email/<e>", "phone/<p>", "member/<m>",
// "personal/<p>", "profile/<connection>/<handle>" -> the ids of the customers who have it, newest
// last. Pure.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crm/profile_source.h"
#include "model/customer.h"

namespace tillbridge::crm {

constexpr const char* index_shelf = "customers";

struct IndexEntry {
  model::Customer customer;
  std::map<std::string, std::string> handles;              // connection -> the platform's handle
  std::map<std::string, model::ConsentDecision> consents;  // by category
  Instant changed_at;                                      // the newest news about the person
  std::optional<Instant> till_changed_at;                  // the last change made at a till
  std::optional<Instant> created_at;                       // added at a till
  std::optional<Instant> seen_at;  // first time the source showed this person
  std::uint32_t version = 0;       // of the record "customer/<id>"
  std::string merged_into;         // another customer id: this one is gone
  bool followed = false;  // not kept: asked for as another one, which was merged into this one
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

std::string entry_key(const std::string& customer_id);
std::string link_key(const Key& key);
std::string handle_key(const std::string& connection, const std::string& handle);
// All links under which the entry is found.
std::vector<std::string> links_of(const IndexEntry& entry);

std::string to_text(const IndexEntry& entry);
std::optional<IndexEntry> read_entry(const std::string& text);
// A link's customers; a phone may have several.
std::string with_customer(const std::string& link, const std::string& customer_id);
std::string without_customer(const std::string& link, const std::string& customer_id);
std::vector<std::string> customers_in(const std::string& link);

}  // namespace tillbridge::crm
