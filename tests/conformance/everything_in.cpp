#include "everything_in.h"

#include <sstream>

#include <gtest/gtest.h>

namespace tillbridge::journal {
namespace {

constexpr std::size_t page = 500;

class Lines {
 public:
  template <typename... Values>
  void add(const char* what, const Values&... values) {
    std::ostringstream line;
    line << what;
    (put(line, values), ...);
    lines_.push_back(std::move(line).str());
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  template <typename T>
  static void put(std::ostringstream& to, const T& value) {
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      to << " <" << std::string_view(value) << ">";
    } else if constexpr (std::is_enum_v<T>) {
      to << ' ' << static_cast<int>(value);
    } else if constexpr (requires { value.has_value(); }) {
      if (value) return put(to, *value);
      to << " none";
    } else if constexpr (requires { value.value + 1; }) {
      to << " #" << value.value;
    } else if constexpr (std::is_same_v<T, Instant>) {
      to << ' ' << to_unix_us(value);
    } else if constexpr (std::is_same_v<T, Duration>) {
      to << ' ' << value.count();
    } else if constexpr (requires { value.begin(); }) {
      to << " [";
      for (const auto& one : value) put(to, one);
      to << " ]";
    } else {
      to << ' ' << value;
    }
  }
  std::vector<std::string> lines_;
};

template <typename T>
T got(Result<T> result) {
  EXPECT_TRUE(result) << result.error().what;
  return result ? std::move(*result) : T{};
}

void add(Lines& lines, const char* what, const ArrivalRow& a) {
  lines.add(what, a.id, a.workspace, a.connection, a.source, a.external_id, a.subject, a.announces,
            a.state, a.reason, a.received_at, a.happened_at, a.due_at, a.tries, a.payload);
}

void add(Lines& lines, const char* what, const RecordRow& r) {
  lines.add(what, r.id, r.workspace, r.kind, r.key, r.version, r.state, r.reason,
            r.settings_version, r.happened_at, r.changed_at, r.store, r.customer, r.search_keys,
            r.payload);
}

void add(Lines& lines, const char* what, const DeliveryRow& d) {
  lines.add(what, d.id, d.record, d.connection, d.flow, d.effect, d.lane, d.priority, d.state,
            d.reason, d.due_at, d.happened_at, d.attempts, d.parts_done, d.settings_version,
            d.parts);
  for (const auto& t : d.tries) {
    lines.add("  attempt", t.number, t.trigger, t.at, t.took, t.outcome, t.http_status, t.reason,
              t.parts_sent);
  }
}

void add(Lines& lines, const char* what, const CaseRow& c) {
  lines.add(what, c.id, c.workspace, c.type, c.group, c.owner, c.record, c.delivery, c.arrival,
            c.record_key, c.opened_at, c.due_at, c.closed_at, c.reason, c.note);
}

void add(Lines& lines, const Journey& journey) {
  add(lines, "journey", journey.record);
  for (const auto& a : journey.arrivals) add(lines, "  arrival", a);
  for (const auto& d : journey.deliveries) add(lines, "  delivery", d);
  for (const auto& c : journey.cases) add(lines, "  case", c);
  for (const auto& n : journey.notes) lines.add("  note", n.at, n.subject, n.kind, n.text);
}

void add_work(Lines& lines, Reader& reader) {
  std::vector<DeliveryId> ids;
  EXPECT_TRUE(reader.open_arrivals([&](const OpenArrival& a) {
    lines.add("open arrival", a.id, a.workspace, a.connection, a.subject, a.announces, a.source,
              a.received_at, a.happened_at, a.due_at, a.tries);
  }));
  constexpr DeliveryId last{0x7fff'ffff'ffff'ffff};
  constexpr std::size_t all = 10'000;
  for (const auto& d : got(reader.open_deliveries(DeliveryId{}, last, all))) {
    ids.push_back(d.id);
    lines.add("open delivery", d.id, d.record, d.workspace, d.connection, d.flow, d.store, d.lane,
              d.priority, d.on_reject, d.settle, d.state, d.due_at, d.happened_at, d.attempts,
              d.attempts_made, d.parts_done, d.parts);
  }
  for (const auto& body : got(reader.delivery_bodies(ids))) {
    lines.add("body", body.id, body.parts);
  }
  for (const auto& p : got(reader.pauses())) {
    lines.add("pause", p.workspace, p.connection, p.at, p.by, p.reason);
  }
  lines.add("highest id", got(reader.highest_id()));
  const auto c = got(reader.counts());
  lines.add("counts", c.arrivals, c.arrivals_waiting, c.arrivals_duplicate, c.records,
            c.records_unidentified, c.records_open, c.deliveries, c.deliveries_waiting,
            c.deliveries_parked, c.attempts, c.cases_open);
}

void add_records(Lines& lines, Reader& reader, const std::string& workspace) {
  for (const auto& row : got(reader.records(workspace, {}, {}, page)).rows) {
    const auto journey = got(reader.journey(row.id));
    EXPECT_TRUE(journey);
    if (journey) add(lines, *journey);
  }
  for (const auto& row : got(reader.open_records(workspace, {}, page))) {
    add(lines, "open record", row);
  }
  for (const auto state : {DeliveryState::waiting, DeliveryState::held, DeliveryState::parked,
                           DeliveryState::blocked}) {
    for (const auto& row : got(reader.deliveries_in(workspace, "", state, {}, page)).rows) {
      add(lines, "delivery", row);
    }
  }
}

void add_found(Lines& lines, Reader& reader, const std::string& workspace,
               const std::string& text) {
  for (const auto& row : got(reader.search(workspace, text, page))) add(lines, text.c_str(), row);
  for (const auto& row : got(reader.search_arrivals(workspace, text, page))) {
    add(lines, text.c_str(), row);
  }
}

void add_cases(Lines& lines, Reader& reader, const std::string& workspace) {
  for (const auto& row : got(reader.cases(workspace, false, page))) add(lines, "case", row);
  for (const bool open : {true, false}) {
    CaseGroupFilter filter;
    filter.open = open;
    for (const auto& g : got(reader.case_groups(workspace, filter, {}, page))) {
      lines.add("group", g.id, g.workspace, g.type, g.group, g.state, g.owner, g.assignee,
                g.opened_at, g.due_at, g.last_at, g.closed_at, g.closed_by, g.escalation,
                g.reopened, g.open, g.total, g.reason, g.record_key);
      for (const auto& c : got(reader.cases_of(g.id, false, {}, page))) add(lines, "  case", c);
    }
  }
  for (const auto& t : got(reader.case_totals(workspace, from_unix_us(0)))) {
    lines.add("case total", t.owner, t.open, t.overdue, t.unowned);
  }
}

void add_kept(Lines& lines, Reader& reader, const std::string& workspace, const Asked& asked) {
  for (const auto& key : asked.keys) {
    lines.add("cursor", key, got(reader.cursor(workspace, key)));
    for (const auto& fact : got(reader.facts_under(workspace, key, "", "", page))) {
      lines.add("fact", key, fact.key, fact.value, fact.changed_at);
    }
  }
  AuditFilter filter;
  filter.workspace = workspace;
  for (const auto& a : got(reader.audits(filter, {}, page))) {
    lines.add("audit", a.id, a.workspace, a.at, a.by, a.act, a.subject, a.about, a.before, a.after,
              a.result);
  }
  for (const auto& t : got(reader.tallies(workspace, 0, 1'000'000))) {
    lines.add("tally", t.hour, t.name, t.value);
  }
  for (const auto& s : got(reader.settings_versions(workspace, 0, page))) {
    const auto whole = got(reader.settings(workspace, s.version));
    lines.add("settings", s.version, s.at, s.by, whole ? whole->document : "missing");
  }
}

}  // namespace

std::vector<std::string> everything_in(Reader& reader, const Asked& asked) {
  Lines lines;
  add_work(lines, reader);
  for (const auto& workspace : asked.workspaces) {
    add_records(lines, reader, workspace);
    add_cases(lines, reader, workspace);
    add_kept(lines, reader, workspace, asked);
    for (const auto& text : asked.texts) add_found(lines, reader, workspace, text);
  }
  return lines.take();
}

}  // namespace tillbridge::journal
