#include "app/desk/privacy_search.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "crm/index_entry.h"

namespace tillbridge::app {
namespace {

using Kind = IdentifierKind;
using Rows = std::map<RecordId, journal::RecordRow>;
using Named = std::set<Identifier>;  // what stands in one record or one entry of the index

constexpr std::size_t page_rows = 500;
constexpr std::size_t records_max = 20'000;
constexpr std::size_t identifiers_max = 50;
constexpr std::size_t arrivals_max = 500;

Named named_in(const journal::RecordRow& row, const std::string& country) {
  Named named;
  for (const std::string& key : row.search_keys) {
    if (auto one = identifier_of_key(key, country)) named.insert(std::move(*one));
  }
  return named;
}

Task<Result<Rows>> records_with(PrivacyPlace place, Identifier identifier) {
  Rows found;
  if (identifier.kind == Kind::personal || identifier.kind == Kind::profile) co_return found;
  for (const std::string& text : search_texts(identifier)) {
    journal::RecordFilter filter;
    filter.text = text;
    RecordId before{};
    for (bool more = true; more;) {
      std::function<Result<journal::RecordPage>(journal::Reader&)> query =
          [workspace = place.workspace, filter, before](journal::Reader& reader) {
            return reader.records(workspace, filter, before, page_rows);
          };
      auto page = co_await place.journal.read<journal::RecordPage>(std::move(query));
      if (!page) co_return fail(std::move(page.error()));
      for (journal::RecordRow& row : page->rows) {
        if (!named_in(row, place.country).contains(identifier)) continue;
        if (found.size() >= records_max)
          co_return fail(Error::Kind::unavailable, "more records than one person can have");
        found.emplace(row.id, std::move(row));
      }
      more = page->next.has_value();
      if (more) before = *page->next;
    }
  }
  co_return found;
}

// Entries of the customer index that this identifier leads to.
Task<Result<std::vector<Named>>> entries_with(PrivacyPlace place, Identifier identifier) {
  std::string link = fmt::format("{}/{}", name(identifier.kind), identifier.value);
  std::function<Result<std::vector<Named>>(journal::Reader&)> query =
      [workspace = place.workspace, identifier,
       link](journal::Reader& reader) -> Result<std::vector<Named>> {
    std::vector<std::string> keys;
    if (identifier.kind == Kind::customer) {
      keys.push_back(crm::entry_key(identifier.value));
    } else {
      const std::vector<std::string> links{link};
      TB_TRY(const auto found, reader.facts(workspace, crm::index_shelf, links));
      for (const std::string& id : crm::customers_in(found.front().value_or("")))
        keys.push_back(crm::entry_key(id));
    }
    std::vector<Named> entries;
    if (keys.empty()) return entries;
    TB_TRY(const auto values, reader.facts(workspace, crm::index_shelf, keys));
    for (const auto& value : values) {
      const auto in = identifiers_in_entry(value.value_or(""));
      if (!in.empty()) entries.emplace_back(in.begin(), in.end());
    }
    return entries;
  };
  co_return co_await place.journal.read<std::vector<Named>>(std::move(query));
}

Task<Result<std::vector<Named>>> everything_with(PrivacyPlace place, Identifier identifier) {
  const auto rows = co_await records_with(place, identifier);
  if (!rows) co_return fail(rows.error());
  auto all = co_await entries_with(place, identifier);
  if (!all) co_return fail(std::move(all.error()));
  for (const auto& [id, row] : *rows) all->push_back(named_in(row, place.country));
  co_return all;
}

Named all_of(const std::vector<Named>& places) {
  Named all;
  for (const Named& one : places) all.insert(one.begin(), one.end());
  return all;
}

Named emails_in(const Named& named) {
  Named emails;
  for (const Identifier& one : named) {
    if (one.kind == Kind::email) emails.insert(one);
  }
  return emails;
}

// The first and the last two characters: enough to recognise what one knows.
std::string hinted(const std::string& value) {
  return value.size() < 6 ? "..." : value.substr(0, 2) + "..." + value.substr(value.size() - 2);
}

std::string not_taken(const Identifier& one, std::string_view why) {
  return fmt::format("the {} {} was not taken up: {}", name(one.kind), hinted(one.value), why);
}

}  // namespace

Task<Result<Widened>> identity_of(PrivacyPlace place, Identifier asked) {
  Widened made;
  Named considered{asked};
  std::vector<Identifier> pending{asked};
  while (!pending.empty() && made.identity.all().size() < identifiers_max) {
    const Identifier next = pending.back();
    pending.pop_back();
    made.identity.add(next);
    const auto around = co_await everything_with(place, next);
    if (!around) co_return fail(around.error());
    const Named here = all_of(*around);
    Named emails = emails_in(here);
    std::vector<std::pair<Identifier, Named>> candidates;  // with the e-mails beside them
    for (const Identifier& one : here) {
      if (!considered.insert(one).second) continue;
      Named beside{one};
      if (one.kind != Kind::email) {
        const auto all = co_await everything_with(place, one);
        if (!all) co_return fail(all.error());
        beside = emails_in(all_of(*all));
        emails.insert(beside.begin(), beside.end());
      }
      candidates.emplace_back(one, std::move(beside));
    }
    // As long as no e-mail is known, the only one there is theirs.
    Named ours = emails_in(made.identity.all());
    if (ours.empty() && emails.size() == 1) ours = emails;
    for (const Identifier& email : ours) {
      if (!made.identity.has(email)) pending.push_back(email);
      considered.insert(email);
      made.identity.add(email);
    }
    for (const auto& [one, beside] : candidates) {
      if (made.identity.has(one)) continue;
      if (!std::includes(ours.begin(), ours.end(), beside.begin(), beside.end())) {
        made.notes.push_back(not_taken(one, "another e-mail stands beside it, or it is one"));
        continue;
      }
      made.identity.add(one);
      pending.push_back(one);
    }
  }
  co_return made;
}

Task<Result<std::vector<journal::Fact>>> all_facts(journal::Journal& journal, std::string workspace,
                                                   std::string shelf, std::string prefix) {
  using Facts = std::vector<journal::Fact>;
  Facts all;
  std::string after;
  for (;;) {
    std::function<Result<Facts>(journal::Reader&)> query = [workspace, shelf, prefix,
                                                            after](journal::Reader& reader) {
      return reader.facts_under(workspace, shelf, prefix, after, page_rows);
    };
    auto page = co_await journal.read<Facts>(std::move(query));
    if (!page) co_return fail(std::move(page.error()));
    if (page->empty()) co_return all;
    after = page->back().key;
    for (journal::Fact& fact : *page) all.push_back(std::move(fact));
  }
}

namespace {

// Page by page, and only what is theirs is kept: a shelf may hold every customer.
Task<Result<std::vector<FactFound>>> facts_about(PrivacyPlace place, Identity identity,
                                                 std::string shelf) {
  using Facts = std::vector<FactFound>;
  struct Looked {
    Facts found;
    std::string last;  // "": that was all
  };
  Facts all;
  std::string after;
  do {
    std::function<Result<Looked>(journal::Reader&)> query =
        [workspace = place.workspace, identity, shelf,
         after](journal::Reader& reader) -> Result<Looked> {
      TB_TRY(const auto page, reader.facts_under(workspace, shelf, "", after, page_rows));
      Looked looked;
      for (const journal::Fact& fact : page) {
        if (auto found = look_into(identity, shelf, fact.key, fact.value))
          looked.found.push_back(std::move(*found));
      }
      if (!page.empty()) looked.last = page.back().key;
      return looked;
    };
    auto looked = co_await place.journal.read<Looked>(std::move(query));
    if (!looked) co_return fail(std::move(looked.error()));
    for (FactFound& found : looked->found) all.push_back(std::move(found));
    after = looked->last;
  } while (!after.empty());
  co_return all;
}

Task<Result<std::vector<journal::ArrivalRow>>> arrivals_with(PrivacyPlace place, Identifier one) {
  using Arrivals = std::vector<journal::ArrivalRow>;
  const bool is_address = one.kind == Kind::email || one.kind == Kind::phone;
  const std::string text = is_address ? one.value : subject_part(one);
  std::function<Result<Arrivals>(journal::Reader&)> query = [workspace = place.workspace,
                                                             text](journal::Reader& reader) {
    return reader.search_arrivals(workspace, text, arrivals_max);
  };
  auto found = co_await place.journal.read<Arrivals>(std::move(query));
  if (!found) co_return fail(std::move(found.error()));
  std::erase_if(*found, [&one](const journal::ArrivalRow& row) {
    return row.state == journal::ArrivalState::resolved ||
           row.state == journal::ArrivalState::received || row.payload.empty() ||
           !is_named_in(row.subject, one);
  });
  co_return found;
}

}  // namespace

Task<Result<Held>> what_is_held(PrivacyPlace place, Identity identity) {
  Held held;
  Rows rows;
  std::map<ArrivalId, journal::ArrivalRow> arrivals;
  for (const Identifier& one : identity.all()) {
    auto found = co_await records_with(place, one);
    if (!found) co_return fail(std::move(found.error()));
    rows.merge(*found);
    auto loose = co_await arrivals_with(place, one);
    if (!loose) co_return fail(std::move(loose.error()));
    for (journal::ArrivalRow& row : *loose) {
      const ArrivalId id = row.id;
      arrivals.emplace(id, std::move(row));
    }
  }
  for (auto& [id, row] : rows) held.records.push_back(std::move(row));
  for (auto& [id, row] : arrivals) held.arrivals.push_back(std::move(row));
  for (const std::string& shelf : personal_shelves()) {
    auto facts = co_await facts_about(place, identity, shelf);
    if (!facts) co_return fail(std::move(facts.error()));
    for (FactFound& fact : *facts) held.facts.push_back(std::move(fact));
  }
  co_return held;
}

}  // namespace tillbridge::app
