#include "app/stock/catalog_channel.h"

#include <algorithm>

namespace tillbridge::app {

using connectors::bloomreach::catalog_bytes_per_call_max;
using connectors::bloomreach::catalog_rows_per_call_max;

namespace {

// Nothing of a row was sent: whatever became of the search is the connection's matter.
Outcome of_the_connection(Outcome outcome) {
  if (outcome.kind == Outcome::Kind::delivered || outcome.kind == Outcome::Kind::throttled)
    return outcome;
  outcome.kind = Outcome::Kind::transient;
  outcome.connection_at_fault = true;
  return outcome;
}

}  // namespace

Task<NamedCatalog::Found> NamedCatalog::find(connectors::bloomreach::CatalogClient& client,
                                             bool may_make) {
  Found found;
  found.outcome.kind = Outcome::Kind::delivered;
  found.id = id_;
  if (!id_.empty()) co_return found;
  const auto listed = co_await client.catalogs();
  found.outcome = of_the_connection(listed.outcome);
  if (found.outcome.kind != Outcome::Kind::delivered) co_return found;
  const auto same = std::find_if(listed.catalogs.begin(), listed.catalogs.end(),
                                 [&](const auto& one) { return one.name == name_; });
  if (same != listed.catalogs.end()) {
    id_ = found.id = same->id;
    co_return found;
  }
  if (make_with_.empty() || !may_make) {
    found.outcome.kind = Outcome::Kind::transient;
    found.outcome.connection_at_fault = true;
    found.outcome.reason = "the project has no catalog " + name_ +
                           ": make it, or change its name under [workspace.stock.bloomreach]";
    co_return found;
  }
  const auto made = co_await client.create(name_, make_with_, false);
  found.outcome = of_the_connection(made.outcome);
  id_ = found.id = made.id;
  co_return found;
}

CatalogChannel::CatalogChannel(connectors::bloomreach::CatalogClient& client, NamedCatalog& catalog,
                               std::function<void(const std::vector<engine::Parcel>&)> no_answer)
    : client_(client),
      catalog_(catalog),
      no_answer_(std::move(no_answer)),
      rows_max_(catalog_rows_per_call_max) {}

Task<engine::Channel::Answer> CatalogChannel::send(std::vector<engine::Parcel> parcels,
                                                   engine::Route /*route*/) {
  Answer answer;
  answer.results.resize(parcels.size());
  const auto found = co_await catalog_.find(client_, true);
  if (found.outcome.kind != Outcome::Kind::delivered) {
    answer.call = found.outcome;
    for (engine::PartResults& one : answer.results) one = {true, 1, {answer.call}};
    co_return answer;
  }
  std::vector<std::string> rows;
  std::size_t bytes = 2;
  for (std::size_t i = 0; i < parcels.size(); ++i) {
    const std::size_t size = parcels[i].parts.front().size() + 1;
    const bool full =
        rows.size() >= rows_max_ || (!rows.empty() && bytes + size > catalog_bytes_per_call_max);
    answer.results[i].sent = !full && rows.size() == i;
    if (!answer.results[i].sent) continue;
    bytes += size;
    rows.push_back(parcels[i].parts.front());
  }
  const std::size_t sent = rows.size();
  const auto rows_answer = co_await client_.update_rows(found.id, std::move(rows));
  answer.call = rows_answer.call;
  if (answer.call.http_status == 404) catalog_.forget();
  // One of the rows may be why: smaller calls find out which.
  const bool refused_whole = answer.call.kind == Outcome::Kind::rejected && sent > 1;
  rows_max_ = refused_whole ? std::max<std::size_t>(1, sent / 2)
                            : std::min(catalog_rows_per_call_max, rows_max_ * 2);
  bool doubt = false;
  bool set_up_wrong = sent > 0;  // a column is missing: of every row
  for (std::size_t i = 0; i < sent; ++i) {
    Outcome outcome = rows_answer.rows.at(i);
    if (refused_whole) {
      outcome.kind = Outcome::Kind::transient;
      outcome.reason = "refused with others, tried in a smaller call: " + outcome.reason;
    }
    doubt = doubt || outcome.kind == Outcome::Kind::ambiguous;
    set_up_wrong = set_up_wrong && outcome.connection_at_fault;
    answer.results[i] = {true, 1, {outcome}};
  }
  if (set_up_wrong) answer.call = rows_answer.rows.front();
  if (doubt) {
    parcels.resize(sent);
    no_answer_(parcels);
  }
  co_return answer;
}

}  // namespace tillbridge::app
