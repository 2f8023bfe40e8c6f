#include "journal/postgres/changes.h"

#include <set>

#include "journal/postgres/batch.h"
#include "journal/postgres/rows.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {

ChangeReader::ChangeReader(std::string url, PostgresSettings settings)
    : url_(std::move(url)), settings_(std::move(settings)) {}

ChangeReader::~ChangeReader() = default;

template <typename Work>
auto ChangeReader::asked(const Work& work) -> Result<std::invoke_result_t<Work>> {
  return guarded([&] {
    if (!connection_ || connection_->lost()) {
      connection_ = std::make_unique<Connection>(ConnectionSettings{
          url_, "tillbridge changes", settings_.connect_time_max, settings_.answer_time_max});
    }
    connection_->forget_handlers();
    return work();
  });
}

Result<ChangePlace> ChangeReader::now() {
  return asked([&] {
    const auto rows = connection_->query(sql::change_place);
    return ChangePlace{static_cast<std::uint64_t>(rows[0].integer(0)), 0};
  });
}

Result<ChangePlace> ChangeReader::end() {
  return asked([&] {
    const auto rows = connection_->query(sql::change_end);
    return ChangePlace{static_cast<std::uint64_t>(rows[0].integer(0)), 0};
  });
}

Result<void> ChangeReader::tell(const std::string& words) {
  return asked([&] {
    const auto schema = connection_->query(sql::schema_name);
    const std::string channel = "tillbridge_" + std::string(schema[0].bytes(0));
    connection_->query(sql::notify, Params(channel, std::to_string(settings_.node) + " " + words));
  });
}

Result<std::map<std::string, SettingsVersion>> ChangeReader::newest_settings() {
  return asked([&] {
    std::map<std::string, SettingsVersion> newest;
    const auto rows = connection_->query(sql::newest_settings);
    for (int at = 0; at < rows.size(); ++at) {
      std::string workspace;
      SettingsVersion one;
      rows[at].read(workspace, one.version, one.at, one.by, one.document);
      newest.emplace(std::move(workspace), std::move(one));
    }
    return newest;
  });
}

Result<Changes> ChangeReader::since(ChangePlace place, std::size_t commits_max) {
  return asked([&] {
    Changes changes;
    changes.place = place;
    std::set<std::uint64_t> arrivals;
    std::set<std::uint64_t> deliveries;
    const Snapshot snapshot(*connection_);  // the horizon is the same for all of it
    const auto horizon = connection_->query(sql::change_place)[0].integer(0);
    changes.more_may_come = horizon < connection_->query(sql::change_end)[0].integer(0);
    const auto removed = connection_->query(sql::changes_removed_until)[0].integer(0);
    // Of the place's own transaction nothing is missed when its row was given.
    const std::uint64_t first_wanted = place.transaction + (place.number == 0 ? 0 : 1);
    changes.missed = first_wanted <= static_cast<std::uint64_t>(removed);
    const auto rows = connection_->query(sql::changes_since,
                                         Params(place.transaction, place.number, commits_max));
    for (int at = 0; at < rows.size(); ++at) {
      std::uint16_t node = 0;
      std::uint8_t kinds = 0;
      rows[at].read(changes.place.transaction, changes.place.number, node, kinds);
      if (node == settings_.node) continue;
      const auto add = [](std::set<std::uint64_t>& to, const std::vector<std::uint64_t>& ids) {
        to.insert(ids.begin(), ids.end());
      };
      add(arrivals, rows[at].integers(4));
      add(deliveries, rows[at].integers(5));
      changes.pauses = changes.pauses || (kinds & change_pauses) != 0;
      changes.settings = changes.settings || (kinds & change_settings) != 0;
    }
    changes.more = static_cast<std::size_t>(rows.size()) == commits_max;
    // All below the horizon has been given.
    if (!changes.more) changes.place = {static_cast<std::uint64_t>(horizon), 0};
    if (!arrivals.empty()) {
      const std::vector<std::uint64_t> ids(arrivals.begin(), arrivals.end());
      changes.arrivals =
          all_of(connection_->query(sql::open_arrivals_of, Params(ids)), open_arrival_of);
    }
    if (!deliveries.empty()) {
      const std::vector<std::uint64_t> ids(deliveries.begin(), deliveries.end());
      changes.deliveries =
          all_of(connection_->query(sql::deliveries_of, Params(ids)), open_delivery_of);
    }
    return changes;
  });
}

}  // namespace tillbridge::journal::postgres
