#include "app/consent_book.h"

#include <charconv>

#include <fmt/format.h>

#include "base/json.h"

namespace tillbridge::app {
namespace {

using Entries = std::vector<std::optional<std::string>>;

std::string telling_key(model::ConsentState state, model::ConsentChannel channel,
                        const std::string& address) {
  return fmt::format("telling/{}/{}", model::name(state), consent_key(channel, address));
}

std::string text_of(const ConsentEntry& entry) {
  return json::to_text(json::Object{{"state", model::name(entry.state)},
                                    {"decided_at", to_unix_us(entry.decided_at)},
                                    {"source", entry.source},
                                    {"seen_at", to_unix_us(entry.seen_at)}});
}

}  // namespace

bool is_newer(const ConsentEntry& said, const std::optional<ConsentEntry>& known) {
  if (!known) return true;
  const std::int64_t said_at = to_unix_seconds(said.decided_at);
  const std::int64_t known_at = to_unix_seconds(known->decided_at);
  if (said_at != known_at) return said_at > known_at;
  return said.state == model::ConsentState::unsubscribed && known->state != said.state;
}

std::string consent_key(model::ConsentChannel channel, const std::string& address) {
  return fmt::format("{}/{}", model::name(channel), address);
}

std::optional<ConsentEntry> read_consent(const std::string& value) {
  const auto document = json::parse(value);
  if (!document || !document->is_object()) return std::nullopt;
  const json::Object& object = document->get_object();
  ConsentEntry entry;
  const std::string state = json::text(object, "state").value_or("");
  for (const auto known : {model::ConsentState::subscribed, model::ConsentState::unsubscribed}) {
    if (state == model::name(known)) entry.state = known;
  }
  entry.decided_at = from_unix_us(json::integer(object, "decided_at").value_or(0));
  entry.source = json::text(object, "source").value_or("");
  entry.seen_at = from_unix_us(json::integer(object, "seen_at").value_or(0));
  return entry;
}

ConsentBook::ConsentBook(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
                         std::string workspace)
    : clock_(clock), journal_(journal), ids_(ids), workspace_(std::move(workspace)), free_(loop) {}

Task<Result<std::optional<ConsentEntry>>> ConsentBook::of(std::string address,
                                                          model::ConsentChannel channel) {
  auto value = co_await fact(consent_key(channel, address));
  if (!value) co_return fail(std::move(value.error()));
  co_return *value ? read_consent(**value) : std::nullopt;
}

Task<Result<std::optional<std::string>>> ConsentBook::fact(std::string key) {
  const std::vector<std::string> keys{std::move(key)};
  std::function<Result<Entries>(journal::Reader&)> query = [workspace = workspace_,
                                                            keys](journal::Reader& reader) {
    return reader.facts(workspace, consent_shelf, keys);
  };
  auto found = co_await journal_.read<Entries>(std::move(query));
  if (!found) co_return fail(std::move(found.error()));
  co_return std::move(found->front());
}

Task<Result<void>> ConsentBook::note_telling(std::string address, model::ConsentChannel channel,
                                             model::ConsentState state) {
  const Instant now = clock_.now();
  journal::Step step;
  step.facts.push_back({workspace_, consent_shelf, telling_key(state, channel, address),
                        std::to_string(to_unix_seconds(now)), now});
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

Task<Result<bool>> ConsentBook::is_echo(std::string address, model::ConsentChannel channel,
                                        ConsentEntry theirs) {
  constexpr Duration clocks_differ_max = std::chrono::minutes{2};
  constexpr Duration handled_within = std::chrono::minutes{10};
  const auto value = co_await fact(telling_key(theirs.state, channel, address));
  if (!value) co_return fail(value.error());
  if (!*value) co_return false;
  std::int64_t seconds = 0;
  std::from_chars((*value)->data(), (*value)->data() + (*value)->size(), seconds);
  const Instant told = from_unix_seconds(seconds);
  const bool echo =
      theirs.decided_at >= told - clocks_differ_max && theirs.decided_at <= told + handled_within;
  co_return echo;
}

// What is read has to stay true until it is stored.
Task<Result<ConsentBook::Taken>> ConsentBook::take(Said said) {
  constexpr Duration look_again = std::chrono::milliseconds{100};
  while (busy_) co_await free_.wait(look_again);
  busy_ = true;
  auto taken = co_await take_alone(std::move(said));
  busy_ = false;
  free_.notify();
  co_return taken;
}

Task<Result<ConsentBook::Taken>> ConsentBook::take_alone(Said said) {
  struct Known {
    bool record = false;
    std::optional<std::string> entry;
  };
  const std::string fact_key = consent_key(said.channel, said.address);
  std::function<Result<Known>(journal::Reader&)> query =
      [workspace = workspace_, key = said.key, fact_key](journal::Reader& reader) -> Result<Known> {
    const std::vector<std::string> records{key};
    const std::vector<std::string> facts{fact_key};
    TB_TRY(const auto rows, reader.records_by_key(workspace, records, false));
    TB_TRY(const auto entries, reader.facts(workspace, consent_shelf, facts));
    return Known{rows.front().has_value(), entries.front()};
  };
  const auto known = co_await journal_.read<Known>(std::move(query));
  if (!known) co_return fail(known.error());
  Taken taken;
  if (known->record) co_return taken;
  taken.fresh = true;
  const Instant now = clock_.now();
  said.entry.seen_at = now;
  taken.changed = is_newer(said.entry, known->entry ? read_consent(*known->entry) : std::nullopt);

  journal::Step step;
  journal::PutRecord record;
  record.id = ids_.next<RecordId>();
  record.workspace = workspace_;
  record.kind = "consent";
  record.key = said.key;
  record.state =
      said.deliveries.empty() ? journal::RecordState::skipped : journal::RecordState::planned;
  record.reason = said.reason;
  if (!taken.changed) record.reason += "; a newer decision is known already";
  if (!said.deliveries.empty()) record.settings_version = said.deliveries.front().settings_version;
  record.happened_at = said.entry.decided_at;
  record.changed_at = now;
  record.customer = said.address;
  record.search_keys = {fmt::format(
      "{}:{}", said.channel == model::ConsentChannel::email ? "email" : "phone", said.address)};
  record.payload = said.payload;

  journal::AddArrival arrival;
  arrival.id = ids_.next<ArrivalId>();
  arrival.workspace = workspace_;
  arrival.connection = said.connection;
  arrival.source = said.via;
  arrival.external_id = said.external_id;
  arrival.subject = said.key;
  arrival.state = journal::ArrivalState::received;
  arrival.received_at = now;
  arrival.happened_at = said.entry.decided_at;
  arrival.due_at = now;
  arrival.payload = said.payload;
  journal::UpdateArrival resolved;
  resolved.id = arrival.id;
  resolved.workspace = workspace_;
  resolved.state = journal::ArrivalState::resolved;
  resolved.record = record.id;
  resolved.due_at = now;
  step.arrivals.push_back(std::move(arrival));
  step.arrival_updates.push_back(std::move(resolved));
  for (journal::AddDelivery& delivery : said.deliveries) {
    delivery.record = record.id;
    if (!taken.changed && said.entry.state == model::ConsentState::subscribed &&
        delivery.state == journal::DeliveryState::waiting) {
      delivery.state = journal::DeliveryState::skipped;
      delivery.reason = "not sent: a newer decision is known already";
    }
    if (delivery.state == journal::DeliveryState::waiting) taken.to_send.push_back(delivery);
    step.deliveries.push_back(std::move(delivery));
  }
  step.records.push_back(std::move(record));
  if (taken.changed) {
    step.facts.push_back({workspace_, consent_shelf, fact_key, text_of(said.entry), now});
  }
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return taken;
}

}  // namespace tillbridge::app
