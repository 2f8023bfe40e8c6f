#pragma once
// Everything that we hold about a person, and under which identifiers it was found. Begins with one
// identifier and takes up others that stand in the same records, but none that also stands beside
// another e-mail: such a one may be a household's or a company's, and is told instead. Reads page
// by page on reader threads. Core thread.

#include <string>
#include <vector>

#include "app/desk/privacy_facts.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct PrivacyPlace {
  journal::Journal& journal;
  std::string workspace;
  std::string country;  // of phones without +
};

struct Widened {
  Identity identity;
  std::vector<std::string> notes;  // what was not taken up, in words
};
Task<Result<Widened>> identity_of(PrivacyPlace place, Identifier asked);

struct Held {
  std::vector<journal::RecordRow> records;  // oldest first
  std::vector<FactFound> facts;
  std::vector<journal::ArrivalRow> arrivals;  // that never became a record, and are not waited for
};
// LIMIT: unavailable for more than 20,000 records: that is no person.
Task<Result<Held>> what_is_held(PrivacyPlace place, Identity identity);

Task<Result<std::vector<journal::Fact>>> all_facts(journal::Journal& journal, std::string workspace,
                                                   std::string shelf, std::string prefix);

}  // namespace tillbridge::app
