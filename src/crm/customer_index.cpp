#include "crm/customer_index.h"

#include <algorithm>

namespace tillbridge::crm {
namespace {

using Values = std::vector<std::optional<std::string>>;

constexpr int merges_followed_max = 8;

Result<Values> read_facts(journal::Reader& reader, const std::string& workspace,
                          const std::vector<std::string>& keys) {
  return reader.facts(workspace, index_shelf, keys);
}

// Follows merged customers; nullopt: there is no such customer.
Result<std::optional<IndexEntry>> read_entry_of(journal::Reader& reader,
                                                const std::string& workspace, std::string id) {
  for (int step = 0; step < merges_followed_max; ++step) {
    TB_TRY(const Values found, read_facts(reader, workspace, {entry_key(id)}));
    if (!found.front()) return std::optional<IndexEntry>{};
    auto entry = read_entry(*found.front());
    if (!entry || entry->merged_into.empty()) {
      if (entry) entry->followed = step > 0;
      return entry;
    }
    id = entry->merged_into;
  }
  return std::optional<IndexEntry>{};
}

}  // namespace

CustomerIndex::CustomerIndex(const Clock& clock, journal::Journal& journal, std::string workspace)
    : clock_(clock), journal_(journal), workspace_(std::move(workspace)) {}

Task<Result<std::vector<IndexEntry>>> CustomerIndex::find(Key key) {
  if (key.type != KeyType::customer_id) co_return co_await behind(link_key(key));
  const auto found = co_await get(std::move(key.value));
  if (!found) co_return fail(found.error());
  std::vector<IndexEntry> entries;
  if (*found) entries.push_back(**found);
  co_return entries;
}

Task<Result<std::vector<IndexEntry>>> CustomerIndex::behind(std::string link) {
  using Entries = std::vector<IndexEntry>;
  std::function<Result<Entries>(journal::Reader&)> query =
      [workspace = workspace_, link](journal::Reader& reader) -> Result<Entries> {
    Entries entries;
    TB_TRY(const Values ids, read_facts(reader, workspace, {link}));
    if (!ids.front()) return entries;
    for (const std::string& id : customers_in(*ids.front())) {
      TB_TRY(auto entry, read_entry_of(reader, workspace, id));
      if (!entry) continue;
      const bool known = std::any_of(entries.begin(), entries.end(), [&](const auto& other) {
        return other.customer.customer_id == entry->customer.customer_id;
      });
      if (!known) entries.push_back(std::move(*entry));
    }
    return entries;
  };
  co_return co_await journal_.read<Entries>(std::move(query));
}

Task<Result<std::optional<IndexEntry>>> CustomerIndex::get(std::string customer_id) {
  std::function<Result<std::optional<IndexEntry>>(journal::Reader&)> query =
      [workspace = workspace_, id = std::move(customer_id)](journal::Reader& reader) {
        return read_entry_of(reader, workspace, id);
      };
  co_return co_await journal_.read<std::optional<IndexEntry>>(std::move(query));
}

Task<Result<std::optional<IndexEntry>>> CustomerIndex::by_handle(std::string connection,
                                                                 std::string handle) {
  auto found = co_await behind(handle_key(connection, handle));
  if (!found) co_return fail(found.error());
  if (found->empty()) co_return std::optional<IndexEntry>{};
  co_return std::optional(std::move(found->back()));
}

Task<Result<std::vector<journal::PutFact>>> CustomerIndex::changes(std::optional<IndexEntry> before,
                                                                   IndexEntry after) {
  std::vector<std::string> keys = links_of(after);
  if (before) {
    for (std::string& link : links_of(*before)) keys.push_back(std::move(link));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::map<std::string, std::string> links;
  if (!keys.empty()) {
    std::function<Result<Values>(journal::Reader&)> query = [workspace = workspace_,
                                                             keys](journal::Reader& reader) {
      return read_facts(reader, workspace, keys);
    };
    const auto found = co_await journal_.read<Values>(std::move(query));
    if (!found) co_return fail(found.error());
    for (std::size_t at = 0; at < keys.size(); ++at)
      links.emplace(keys[at], (*found)[at].value_or(""));
  }
  co_return facts_of_change(workspace_, clock_.now(), before, after, links);
}

std::vector<journal::PutFact> facts_of_change(const std::string& workspace, Instant now,
                                              const std::optional<IndexEntry>& before,
                                              const IndexEntry& after,
                                              const std::map<std::string, std::string>& links) {
  std::vector<journal::PutFact> facts;
  const std::string& id = after.customer.customer_id;
  const auto put = [&](const std::string& key, std::string value) {
    facts.push_back({workspace, index_shelf, key, std::move(value), now});
  };
  const auto present = [&](const std::string& key) -> const std::string& {
    static const std::string nothing;
    const auto found = links.find(key);
    return found == links.end() ? nothing : found->second;
  };
  if (!before || !(*before == after)) put(entry_key(id), to_text(after));
  const std::vector<std::string> now_has = links_of(after);
  for (const std::string& link : now_has) {
    const std::vector<std::string> ids = customers_in(present(link));
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      put(link, with_customer(present(link), id));
  }
  if (!before) return facts;
  for (const std::string& link : links_of(*before)) {
    if (std::find(now_has.begin(), now_has.end(), link) == now_has.end())
      put(link, without_customer(present(link), id));
  }
  return facts;
}

}  // namespace tillbridge::crm
