#include "api/accounts/account_shelf.h"

namespace tillbridge::api {
namespace {

constexpr const char* connection = "console";
constexpr std::size_t page_max = 500;  // the reader gives no more at once

}  // namespace

Task<Result<std::vector<ShelfEntry>>> JournalShelf::under(std::string prefix) {
  using Page = std::vector<journal::Fact>;
  std::vector<ShelfEntry> found;
  std::string after;
  for (;;) {
    std::function<Result<Page>(journal::Reader&)> query = [prefix, after](journal::Reader& reader) {
      return reader.facts_under("", connection, prefix, after, page_max);
    };
    TB_CO_TRY(Page page, co_await journal_.read<Page>(std::move(query)));
    if (page.empty()) co_return found;
    after = page.back().key;
    for (auto& fact : page) {
      found.push_back(ShelfEntry{std::move(fact.key), std::move(fact.value)});
    }
  }
}

Task<Result<void>> JournalShelf::put(std::vector<ShelfEntry> entries) {
  journal::Step step;
  const Instant now = clock_.now();
  for (auto& entry : entries) {
    step.facts.push_back(
        journal::PutFact{"", connection, std::move(entry.key), std::move(entry.value), now});
  }
  TB_CO_TRY([[maybe_unused]] const auto receipt, co_await journal_.commit(std::move(step)));
  co_return Result<void>{};
}

}  // namespace tillbridge::api
