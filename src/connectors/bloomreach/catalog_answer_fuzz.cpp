// Any status and body give outcomes that fit, one for each row, and no address in their reasons.
// Inputs are bodies, or the contract's examples with a piece replaced: those are the seeds.

#include <cstdint>

#include "base/assert.h"
#include "connectors/bloomreach/catalog_answer_examples.h"
#include "connectors/bloomreach/catalog_answers.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::connectors::bloomreach;
using Kind = Outcome::Kind;

void check(const Outcome& outcome, int status, bool read) {
  TB_ASSERT(outcome.kind != Kind::delivered || status / 100 == 2 || status / 100 == 4);
  TB_ASSERT(outcome.kind == Kind::throttled || status != 429);
  TB_ASSERT(outcome.kind != Kind::ambiguous || !read);
  TB_ASSERT(outcome.kind == Kind::delivered || !outcome.reason.empty());
  TB_ASSERT(outcome.reason.size() < 1000);
  TB_ASSERT(outcome.reason.find('@') == std::string::npos);
}

void check_rows(const outbound::HttpAnswer& answer) {
  for (const std::size_t sent : {1U, 3U}) {
    const RowsAnswer made = rows_answer(answer, RowCall::update, "65bb", sent);
    check(made.call, answer.status, false);
    TB_ASSERT(made.rows.size() == sent);
    for (const Outcome& row : made.rows) {
      check(row, answer.status, false);
      TB_ASSERT(made.call.kind == Kind::delivered || row.kind == made.call.kind);
    }
  }
}

void check_all(const outbound::HttpAnswer& answer) {
  check_rows(answer);
  const CatalogsAnswer catalogs = catalogs_answer(answer);
  check(catalogs.outcome, answer.status, true);
  for (const CatalogName& catalog : catalogs.catalogs) TB_ASSERT(!catalog.id.empty());
  const CreatedCatalog created = created_answer(answer);
  check(created.outcome, answer.status, false);
  TB_ASSERT(created.id.empty() == (created.outcome.kind != Kind::delivered));
  const RowPage page = row_page_answer(answer, "65bb");
  check(page.outcome, answer.status, true);
  TB_ASSERT(page.rows.empty() || page.outcome.kind == Kind::delivered);
  for (const CatalogRow& row : page.rows) {
    TB_ASSERT(!row.item_id.empty());
    TB_ASSERT(json::parse(row_part(row.item_id, row.properties, true)));
  }
  const RowAnswer row = row_answer(answer, "65bb");
  check(row.outcome, answer.status, true);
  TB_ASSERT(!row.row || (row.outcome.kind == Kind::delivered && !row.row->item_id.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int statuses[] = {200, 200, 200, 400, 401, 403, 404, 413, 429, 500, 302, 201};
  constexpr std::size_t head = 4;
  if (size < head) return 0;
  outbound::HttpAnswer answer;
  answer.status = statuses[data[0] % std::size(statuses)];
  answer.body.assign(reinterpret_cast<const char*>(data + head), size - head);
  const auto& seeds = examples::catalog_answers;
  if (const std::size_t seed = data[1] % (2 * seeds.size()); seed < seeds.size()) {
    std::string body(seeds[seed]);
    body.replace(data[2] * body.size() / 256, data[3] % 32, answer.body);
    answer.body = std::move(body);
  }
  check_all(answer);
  return 0;
}
