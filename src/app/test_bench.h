#pragma once
// What the tests of this room stand on: a journal in memory, a loop that runs until something is
// true, and a Sitoo that is a table of orders.

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/task_group.h"
#include "connectors/sitoo/config.h"
#include "connectors/sitoo/contract_examples.h"
#include "http/message.h"
#include "journal/journal.h"
#include "journal/memory/memory_store.h"
#include "outbound/fake_transport.h"

namespace tillbridge::app::test {

constexpr const char* workspace_name = "shop";

inline connectors::sitoo::Config sitoo_config() {
  connectors::sitoo::Config config;
  config.base_url = "http://sitoo.test/v2/accounts/1500";
  config.account_id = 1500;
  config.api_id = "1500-142";
  config.api_password = Secret("hush");
  config.events_user = "tillbridge";
  config.events_password = Secret("letmein");
  return config;
}

// The journal runs on the machine's clock: its threads must not meet the test's manual one.
class JournalBench {
 public:
  explicit JournalBench(journal::JournalSettings settings = {})
      : clock(machine_clock.now()),
        ids(clock, 0),
        journal(loop, machine_clock, metrics, journal::memory::open(), settings,
                [](const std::string& what) { ADD_FAILURE() << what; }) {
    const auto started = journal.start();
    EXPECT_TRUE(started) << started.error().what;
  }

  // False when it does not become true in time.
  template <typename Condition>
  bool run_until(Condition condition) {
    const Tick deadline = machine_clock.tick() + std::chrono::seconds{20};
    while (!condition()) {
      if (machine_clock.tick() > deadline) return false;
      if (loop.stopped()) loop.restart();
      loop.run_one_for(std::chrono::milliseconds{5});
    }
    return true;
  }

  template <typename T>
  T await(Task<T> task) {
    std::optional<T> answer;
    boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& failure, T value) {
      EXPECT_FALSE(failure);
      answer.emplace(std::move(value));
    });
    const bool in_time = run_until([&] { return answer.has_value(); });
    if (!in_time) throw std::runtime_error("no answer in time");
    return std::move(*answer);
  }

  template <typename T>
  T ask(std::function<Result<T>(journal::Reader&)> query) {
    return await(journal.read<T>(std::move(query))).value();
  }

  void commit(journal::Step step) {
    const auto stored = await(journal.commit(std::move(step)));
    EXPECT_TRUE(stored) << stored.error().what;
  }

  journal::Counts counts() {
    return ask<journal::Counts>([](journal::Reader& reader) { return reader.counts(); });
  }
  std::vector<journal::CaseRow> open_cases() {
    return ask<std::vector<journal::CaseRow>>(
        [](journal::Reader& reader) { return reader.cases(workspace_name, true, 100); });
  }
  // By event id or subject.
  std::vector<journal::ArrivalRow> arrivals(const std::string& text) {
    return ask<std::vector<journal::ArrivalRow>>(
        [text](journal::Reader& reader) { return reader.search_arrivals("", text, 1000); });
  }
  std::optional<journal::Journey> journey(const std::string& order) {
    return ask<std::optional<journal::Journey>>(
        [order](journal::Reader& reader) -> Result<std::optional<journal::Journey>> {
          const std::vector<std::string> keys{"order/" + order};
          TB_TRY(const auto rows, reader.records_by_key(workspace_name, keys, false));
          if (!rows.front()) return std::optional<journal::Journey>{};
          return reader.journey(rows.front()->id);
        });
  }
  // The state of a record, nullopt as long as there is none.
  std::optional<journal::RecordState> state(const std::string& order) {
    const auto found = journey(order);
    return found ? std::optional(found->record.state) : std::nullopt;
  }

  Loop loop{1};
  SystemClock machine_clock;
  ManualClock clock;
  telemetry::Metrics metrics;
  IdSource ids;
  journal::Journal journal;
};

// Answers order lists from a table, or with what was put into `instead` first.
class TillSitoo {
 public:
  // The contract's sale with this number.
  json::Object& sale(int order) { return put(order, connectors::sitoo::examples::sale_4_4); }
  // The contract's return of 20417; it names no customer.
  json::Object& guest_return(int order) {
    json::Object& made = put(order, connectors::sitoo::examples::refund_4_11);
    made["orderdate"] = 1718200999;
    made["currencycode"] = "SEK";
    return made;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    urls.push_back(request.url);
    if (!instead.empty()) {
      auto first = std::move(instead.front());
      instead.pop_front();
      return first;
    }
    const std::string one_of = parameter(request.url, "orderid");
    const std::string from = parameter(request.url, "orderidfrom");
    const std::string until = parameter(request.url, "orderidto");
    const std::string since = parameter(request.url, "orderdatefrom");
    const std::string before = parameter(request.url, "orderdateto");
    const auto most = static_cast<std::size_t>(number(parameter(request.url, "num")));
    std::vector<int> chosen;
    for (const auto& [order, document] : orders) {
      const bool asked =
          one_of.empty() ? from.empty() || order >= number(from) : numbers(one_of).contains(order);
      const std::int64_t at = json::integer(document, "orderdate").value_or(0);
      const bool outside = (!until.empty() && order >= number(until)) ||
                           (!since.empty() && at < number(since)) ||
                           (!before.empty() && at > number(before));
      if (asked && !outside) chosen.push_back(order);
    }
    if (parameter(request.url, "sort") == "-orderid") std::reverse(chosen.begin(), chosen.end());
    json::Array items;
    for (const int order : chosen) {
      if (items.size() < most) items.emplace_back(orders.at(order));
    }
    outbound::HttpAnswer made;
    made.status = 200;
    made.body =
        json::to_text(json::Object{{"totalcount", chosen.size()}, {"items", std::move(items)}});
    return made;
  }

  // How often this order was asked for by its number.
  int asked_for(int order) const {
    return static_cast<int>(std::count_if(urls.begin(), urls.end(), [&](const std::string& url) {
      return numbers(parameter(url, "orderid")).contains(order);
    }));
  }

  static outbound::HttpAnswer refusal(
      int status, std::vector<std::pair<std::string, std::string>> headers = {}) {
    outbound::HttpAnswer made;
    made.status = status;
    made.headers = std::move(headers);
    made.body = R"({"statuscode":400,"errortext":"no"})";
    return made;
  }

  std::map<int, json::Object> orders;
  std::deque<Result<outbound::HttpAnswer>> instead;
  std::vector<std::string> urls;

 private:
  json::Object& put(int order, std::string_view document) {
    json::Object made = json::parse(document)->as_object();
    made["orderid"] = order;
    return orders[order] = std::move(made);
  }
  static int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  static std::set<int> numbers(std::string_view list) {
    std::set<int> all;
    while (!list.empty()) {
      all.insert(number(list));
      const auto comma = list.find(',');
      list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return all;
  }
  static std::string parameter(const std::string& url, const std::string& name) {
    for (const char before : {'?', '&'}) {
      const auto at = url.find(before + name + "=");
      if (at == std::string::npos) continue;
      const auto begin = at + name.size() + 2;
      return url.substr(begin, url.find('&', begin) - begin);
    }
    return "";
  }
};

// An event about an order as Sitoo sends it; state "" leaves the change of state out.
inline std::string event(const std::string& event_id, int order, const std::string& state,
                         const std::string& type = "update") {
  json::Object data{{"eshop_id", 1}, {"order_id", order}, {"order_event_type", type}};
  if (!state.empty()) data["order_state_changed"] = state;
  return json::to_text(json::Object{{"event_id", event_id},
                                    {"event_type", "order"},
                                    {"event_date", 1718200350},
                                    {"account_id", 1500},
                                    {"data", std::move(data)}});
}

inline http::Request delivery_of(
    std::string body, const std::string& authorization = "Basic dGlsbGJyaWRnZTpsZXRtZWlu") {
  http::Request request;
  request.method = "POST";
  request.path = "/events";
  request.body = std::move(body);
  if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
  request.peer = "192.0.2.1";
  return request;
}

}  // namespace tillbridge::app::test
