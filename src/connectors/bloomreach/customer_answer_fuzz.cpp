// Any status and body give one outcome that fits, no address in its reason, and nothing but sound
// values. Inputs are bodies, or the contract's examples with a piece replaced: those are the seeds.

#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "connectors/bloomreach/customer_answer_examples.h"
#include "connectors/bloomreach/customer_answers.h"

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

void check(const CustomerRead& customer) {
  TB_ASSERT(customer.found);
  for (const auto& [name, value] : customer.properties) {
    const json::Array* list = value.if_array();
    TB_ASSERT(list != nullptr || value.is_string() || value.is_number() || value.is_bool());
    TB_ASSERT(list == nullptr || !list->empty());
    if (list == nullptr) continue;
    for (const json::Value& entry : *list) TB_ASSERT(entry.is_string());
  }
  for (const auto& [type, values] : customer.ids) {
    TB_ASSERT(!values.empty());
    for (const std::string& id : values) TB_ASSERT(!id.empty());
  }
}

void check(const ReadAnswer& answer, int status) {
  check(answer.outcome, status, true);
  TB_ASSERT(!answer.customer || answer.outcome.kind == Kind::delivered);
  if (answer.customer) check(*answer.customer);
}

void check_all(const outbound::HttpAnswer& answer) {
  using Of = Attribute::Kind;
  const std::vector<Attribute> four = {{Of::property, "first_name", ""},
                                       {Of::id, "cookie", ""},
                                       {Of::property, "tier", ""},
                                       {Of::consent, "newsletter", "valid"}};
  const std::vector<Attribute> consent = {{Of::consent, "newsletter", "valid"},
                                          {Of::consent, "newsletter", "timestamp"},
                                          {Of::consent, "newsletter", "source"},
                                          {Of::id, "registered", ""}};
  check(attributes_answer(answer, four), answer.status);
  check(attributes_answer(answer, consent), answer.status);
  check(export_one_answer(answer), answer.status);
  const EventsAnswer events = events_answer(answer, {"consent", "purchase"});
  check(events.outcome, answer.status, true);
  TB_ASSERT(std::is_sorted(events.events.begin(), events.events.end(),
                           [](const auto& a, const auto& b) { return a.at > b.at; }));
  const ExportAnswer exported = export_answer(answer);
  check(exported.outcome, answer.status, true);
  TB_ASSERT(exported.customers.empty() || exported.outcome.kind == Kind::delivered);
  for (const CustomerRead& customer : exported.customers) check(customer);
  const CategoriesAnswer categories = categories_answer(answer);
  check(categories.outcome, answer.status, true);
  for (const ConsentCategory& category : categories.categories) TB_ASSERT(!category.id.empty());
  check(anonymize_answer(answer), answer.status, false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int statuses[] = {200, 200, 200, 400, 401, 403, 404, 413, 429, 500, 302, 201};
  constexpr std::size_t head = 4;
  if (size < head) return 0;
  outbound::HttpAnswer answer;
  answer.status = statuses[data[0] % std::size(statuses)];
  answer.body.assign(reinterpret_cast<const char*>(data + head), size - head);
  if (const std::size_t seed = data[1] % (2 * examples::all.size()); seed < examples::all.size()) {
    std::string body(examples::all[seed]);
    body.replace(data[2] * body.size() / 256, data[3] % 32, answer.body);
    answer.body = std::move(body);
  }
  check_all(answer);
  return 0;
}
