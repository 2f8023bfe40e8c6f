#include <fmt/format.h>

#include "api/reading.h"
#include "api/record_view.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"
#include "desk/consent_lines.h"
#include "desk/masking.h"
#include "desk/search_text.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t arrivals_shown = 20;
constexpr std::size_t note_max = 2'000;

// A cursor that begins so goes on with what was typed, not with what it was taken for.
constexpr char as_typed = 't';

// What the page shows, read at once.
struct Found {
  journal::RecordPage page;
  std::vector<journal::ArrivalRow> arrivals;
  bool typed = false;  // what it was taken for found nothing
};

json::Array guesses_view(const std::vector<desk::SearchGuess>& guesses) {
  json::Array out;
  for (const desk::SearchGuess& guess : guesses)
    out.push_back(json::Object{{"what", desk::words(guess.kind)}, {"text", guess.shown}});
  return out;
}

struct Wanted {
  std::string workspace, typed, guessed;
  journal::RecordFilter filter;
  RecordId before;
  std::size_t limit = 0;
  bool as_typed = false;
  bool is_event = false;  // it looks like the id of an event
};

Result<Found> find(journal::Reader& reader, Wanted wanted) {
  Found found;
  found.typed = wanted.as_typed;
  wanted.filter.text = wanted.as_typed ? wanted.typed : wanted.guessed;
  TB_TRY(found.page, reader.records(wanted.workspace, wanted.filter, wanted.before, wanted.limit));
  const bool first = !wanted.before && !wanted.typed.empty();
  if (first && found.page.rows.empty() && !found.page.next && wanted.guessed != wanted.typed) {
    found.typed = true;
    wanted.filter.text = wanted.typed;
    TB_TRY(found.page,
           reader.records(wanted.workspace, wanted.filter, wanted.before, wanted.limit));
  }
  // Of what became a record the record is found; what did not is looked for where nothing else
  // fits.
  if (first && (wanted.is_event || found.page.rows.empty())) {
    TB_TRY(found.arrivals, reader.search_arrivals(wanted.workspace, wanted.typed, arrivals_shown));
  }
  return found;
}

Task<http::Reply> list(const Rooms& rooms, Call call) {
  auto filter = record_filter(call.request);
  if (!filter) co_return error_reply(filter.error());
  const auto guesses = desk::guess_search(filter->text, "", {});
  Wanted wanted;
  wanted.workspace = call.workspace();
  wanted.typed = filter->text;
  wanted.guessed = guesses.empty() ? filter->text : guesses.front().text;
  wanted.is_event = !guesses.empty() && guesses.front().kind == desk::SearchKind::event;
  wanted.filter = std::move(*filter);
  std::string after = call.query("after");
  wanted.as_typed = after.starts_with(as_typed);
  if (wanted.as_typed) after.erase(0, 1);
  wanted.before = RecordId{id_of(after)};
  wanted.limit = limit_of(call.request);
  std::function<Result<Found>(journal::Reader&)> query = [wanted](journal::Reader& reader) {
    return find(reader, wanted);
  };
  const auto found = co_await rooms.journal.read<Found>(std::move(query));
  if (!found) co_return error_reply(found.error());
  const Personal personal = personal_for(call.caller);
  json::Array items;
  for (const auto& row : found->page.rows) items.push_back(record_view(row, personal));
  std::string next;
  if (found->page.next)
    next =
        fmt::format("{}{}", found->typed ? std::string(1, as_typed) : "", found->page.next->value);
  json::Object out = page(std::move(items), std::move(next));
  out["guesses"] = guesses_view(guesses);
  json::Array arrivals;
  for (const auto& row : found->arrivals) arrivals.push_back(arrival_view(row, personal));
  out["arrivals"] = std::move(arrivals);
  co_return json_reply(out);
}

struct Told {
  journal::Journey journey;
  std::vector<desk::ConsentLine> consents;
  std::map<std::pair<std::string, std::string>, CaseGroupId> groups;  // by type and group
};

// To which group each of its cases belongs: the open one, else the newest closed one.
Result<void> find_groups(journal::Reader& reader, Told& told) {
  for (const journal::CaseRow& one : told.journey.cases) {
    const auto key = std::pair(one.type, one.group);
    for (const bool open : {true, false}) {
      if (told.groups.contains(key)) break;
      journal::CaseGroupFilter filter;
      filter.open = open;
      filter.type = one.type;
      filter.group = one.group;
      TB_TRY(const auto found, reader.case_groups(one.workspace, filter, std::nullopt, 1));
      if (!found.empty()) told.groups[key] = found.front().id;
    }
  }
  return {};
}

Task<Result<Told>> journey_of(const Rooms* rooms, std::string workspace, RecordId id) {
  std::function<Result<Told>(journal::Reader&)> query =
      [workspace, id](journal::Reader& reader) -> Result<Told> {
    Told told;
    TB_TRY(auto journey, reader.journey(id));
    if (!journey || (!workspace.empty() && journey->record.workspace != workspace))
      return fail(Error::Kind::not_found, fmt::format("there is no record {}", id.value));
    told.journey = std::move(*journey);
    TB_TRY(told.consents, desk::consents_of(reader, told.journey.record));
    TB_CHECK(find_groups(reader, told));
    return told;
  };
  co_return co_await rooms->journal.read<Told>(std::move(query));
}

Task<http::Reply> read(const Rooms& rooms, Call call) {
  const auto told =
      co_await journey_of(&rooms, call.workspace(), RecordId{id_of(call.capture("id"))});
  if (!told) co_return error_reply(told.error());
  JourneyContext context;
  context.personal = personal_for(call.caller);
  context.handbook = &rooms.handbook;
  context.groups = told->groups;
  for (const WorkspaceFacts& workspace : rooms.operations.workspaces()) {
    if (workspace.name == told->journey.record.workspace) context.targets = workspace.targets;
  }
  co_return json_reply(journey_view(told->journey, told->consents, context));
}

json::Object bytes_view(const std::vector<std::string>& parts, Personal personal) {
  json::Array out;
  bool retired = true;
  for (const std::string& part : parts) {
    retired = retired && part.empty();
    if (part.empty()) continue;
    out.emplace_back(personal == Personal::shown ? part : desk::masked_document(part));
  }
  json::Object body;
  body["parts"] = std::move(out);
  body["masked"] = personal == Personal::masked;
  body["retired"] = retired;
  return body;
}

Task<http::Reply> document(const Rooms& rooms, Call call) {
  const auto told =
      co_await journey_of(&rooms, call.workspace(), RecordId{id_of(call.capture("id"))});
  if (!told) co_return error_reply(told.error());
  co_return json_reply(bytes_view({told->journey.record.payload}, personal_for(call.caller)));
}

Task<http::Reply> delivery_bytes(const Rooms& rooms, Call call) {
  const DeliveryId id{id_of(call.capture("id"))};
  std::function<Result<std::vector<journal::DeliveryBody>>(journal::Reader&)> query =
      [id](journal::Reader& reader) {
        const std::vector<DeliveryId> ids{id};
        return reader.delivery_bodies(ids);
      };
  const auto bodies =
      co_await rooms.journal.read<std::vector<journal::DeliveryBody>>(std::move(query));
  // No body: past retention, erased, or never there.
  if (!bodies && bodies.error().kind == Error::Kind::corrupt)
    co_return json_reply(bytes_view({}, personal_for(call.caller)));
  if (!bodies) co_return error_reply(bodies.error());
  co_return json_reply(
      bytes_view(bodies->empty() ? std::vector<std::string>{} : bodies->front().parts,
                 personal_for(call.caller)));
}

Task<http::Reply> arrival_bytes(const Rooms& rooms, Call call) {
  const ArrivalId id{id_of(call.capture("id"))};
  std::function<Result<std::optional<journal::ArrivalRow>>(journal::Reader&)> query =
      [id](journal::Reader& reader) { return reader.arrival(id); };
  const auto found =
      co_await rooms.journal.read<std::optional<journal::ArrivalRow>>(std::move(query));
  if (!found) co_return error_reply(found.error());
  if (!*found)
    co_return error_reply(
        Error{Error::Kind::not_found, fmt::format("there is no arrival {}", id.value)});
  co_return json_reply(bytes_view({(*found)->payload}, personal_for(call.caller)));
}

Task<http::Reply> preview(const Rooms& rooms, Call call) {
  const auto made =
      co_await rooms.record_acts.preview(call.workspace(), RecordId{id_of(call.capture("id"))});
  if (!made) co_return error_reply(made.error());
  if (may(call.caller, Role::steward)) co_return json_reply(*made);
  co_return json_reply(desk::masked_value(json::Value(*made)));
}

void about_record(Call& call, const char* what) {
  call.trail->subject = id_of(call.capture("id"));
  call.trail->about = std::string(what) + " " + call.capture("id");
}

Task<http::Reply> send_again(const Rooms& rooms, Call call) {
  about_record(call, "record");
  const auto done = co_await rooms.record_acts.send_again(
      call.workspace(), RecordId{id_of(call.capture("id"))}, call.by());
  if (done) call.trail->after = *done;
  co_return done ? said(*done) : error_reply(done.error());
}

Task<http::Reply> rebuild(const Rooms& rooms, Call call) {
  about_record(call, "record");
  const auto done = co_await rooms.record_acts.rebuild(
      call.workspace(), RecordId{id_of(call.capture("id"))}, call.by(), call.text("note"));
  if (done) call.trail->after = *done;
  co_return done ? said(*done) : error_reply(done.error());
}

Task<http::Reply> attribute(const Rooms& rooms, Call call) {
  about_record(call, "record");
  const auto done = co_await rooms.record_acts.attribute(
      call.workspace(), RecordId{id_of(call.capture("id"))}, call.text("customer"), call.by());
  co_return done ? said(*done) : error_reply(done.error());
}

Result<std::string> note_of(const Call& call) {
  const std::string note = call.text("note");
  if (note.empty())
    return fail(Error::Kind::invalid_input, "say why in a note: others will read it");
  if (note.size() > note_max)
    return fail(Error::Kind::invalid_input,
                fmt::format("the note has more than {} characters", note_max));
  return note;
}

Task<http::Reply> edit(const Rooms& rooms, Call call) {
  about_record(call, "delivery");
  const auto note = note_of(call);
  if (!note) co_return error_reply(note.error());
  const json::Array* const given = json::array(call.body, "parts");
  std::vector<std::string> parts;
  for (std::size_t at = 0; given != nullptr && at < given->size(); ++at) {
    if (!(*given)[at].is_string())
      co_return error_reply(Error{Error::Kind::invalid_input, "parts are texts"});
    parts.emplace_back((*given)[at].get_string());
  }
  call.trail->after = *note;
  const auto done = co_await rooms.record_acts.edit(
      call.workspace(), DeliveryId{id_of(call.capture("id"))}, std::move(parts), call.by(), *note);
  co_return done ? said(*done) : error_reply(done.error());
}

Task<http::Reply> skip(const Rooms& rooms, Call call) {
  about_record(call, "delivery");
  const auto note = note_of(call);
  if (!note) co_return error_reply(note.error());
  call.trail->after = *note;
  const auto done = co_await rooms.record_acts.skip(
      call.workspace(), DeliveryId{id_of(call.capture("id"))}, call.by(), *note);
  co_return done ? said(*done) : error_reply(done.error());
}

}  // namespace

void add_record_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/records",
                   .operation = "record.list",
                   .summary = "Records, newest first; found by any business key",
                   .handler = list,
                   .answer = "RecordPage",
                   .parameters = {{"text", "Order, receipt, e-mail, phone, customer, SKU, event"},
                                  {"kind", "sale, return, ..."},
                                  {"store", "Store code"},
                                  {"state", "open, planned, unidentified, skipped, in a case"},
                                  {"from", "Known since this time"},
                                  {"until", "Known before this time"},
                                  {"after", "Where the page before ended"},
                                  {"limit", "At most 200"}}});
  table.push_back({.method = "GET",
                   .path = "/api/v1/records/{id}",
                   .operation = "record.read",
                   .summary = "The journey of a record",
                   .handler = read,
                   .answer = "Journey"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/records/{id}/document",
                   .operation = "record.document",
                   .summary = "The document as it was read",
                   .handler = document,
                   .answer = "Bytes"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/deliveries/{id}/bytes",
                   .operation = "delivery.bytes",
                   .summary = "The exact bytes of a delivery",
                   .handler = delivery_bytes,
                   .answer = "Bytes"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/arrivals/{id}/bytes",
                   .operation = "arrival.bytes",
                   .summary = "What arrived, byte for byte",
                   .handler = arrival_bytes,
                   .answer = "Bytes"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/records/{id}/preview",
                   .operation = "record.preview",
                   .summary = "What would be sent now, with today's settings",
                   .access = Access::operator_,
                   .handler = preview,
                   .answer = "Preview"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/records/{id}/send-again",
                   .operation = "record.send_again",
                   .summary = "Sends parked and blocked deliveries again, the same bytes",
                   .access = Access::operator_,
                   .handler = send_again,
                   .answer = "Said",
                   .body = "Scope"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/records/{id}/rebuild",
                   .operation = "record.rebuild",
                   .summary = "Sends parked and blocked deliveries with bytes of today's settings",
                   .access = Access::operator_,
                   .handler = rebuild,
                   .answer = "Said",
                   .body = "Note"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/records/{id}/attribute",
                   .operation = "record.attribute",
                   .summary = "Says whose an unidentified record is",
                   .access = Access::steward,
                   .handler = attribute,
                   .answer = "Said",
                   .body = "Attribution"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/deliveries/{id}/edit",
                   .operation = "delivery.edit",
                   .summary = "Edits a parked or blocked delivery and sends it",
                   .access = Access::steward,
                   .handler = edit,
                   .answer = "Said",
                   .body = "Edit"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/deliveries/{id}/skip",
                   .operation = "delivery.skip",
                   .summary = "A parked or blocked delivery is not sent; its lane goes on",
                   .access = Access::operator_,
                   .handler = skip,
                   .answer = "Said",
                   .body = "Note"});
}

}  // namespace tillbridge::api
