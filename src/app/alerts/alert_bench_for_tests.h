#pragma once
// What the tests of the alerts stand on: a hub whose status is written by hand, a webhook and a
// mail server that keep what they got, and a clock that starts on a Tuesday at noon (UTC).

#include "app/alerts/alert_watch.h"
#include "app/test_bench.h"
#include "engine/case_types.h"
#include "outbound/fake_mailer.h"

namespace tillbridge::app::test {

inline Task<json::Object> given(json::Object document) {
  co_return document;
}

inline Instant tuesday_noon(Instant machine) {
  const auto day = std::chrono::floor<std::chrono::days>(machine) - std::chrono::days{7};
  const auto weekday = std::chrono::weekday{std::chrono::sys_days{day}};
  return day - (weekday - std::chrono::Tuesday) + std::chrono::hours{12};
}

class AlertBench {
 public:
  explicit AlertBench(std::vector<WatchedWorkspace> watched = {{workspace_name, Zone{}}})
      : transport([this](const outbound::HttpRequest&) -> Result<outbound::HttpAnswer> {
          if (webhook_error) return tl::unexpected(*webhook_error);
          outbound::HttpAnswer answer;
          answer.status = webhook_status;
          return answer;
        }),
        mailer([this](const outbound::MailServer& server, const outbound::Mail&) {
          mail_servers.push_back(server);
          return Result<void>{};
        }),
        workspaces(std::move(watched)) {
    bench.clock.step_wall(tuesday_noon(bench.clock.now()) - bench.clock.now());
    bench.journal.on_committed([this](const journal::Step& step) {
      if (watch) watch->stored(step);
    });
    settings.silence_grace = Duration{0};
    settings.disk = [this](const std::string&) { return disk; };
    settings.sending.environment = [](const std::string& name) -> std::optional<std::string> {
      if (name == "SMTP_PASSWORD") return "hush";
      return std::nullopt;
    };
    restart();
  }

  void restart() {
    watch.reset();
    const Surroundings on{bench.loop, bench.clock,   bench.journal,
                          bench.ids,  bench.metrics, transport};
    AlertWatchParts parts{on,
                          mailer,
                          [this] { return given(status()); },
                          workspaces,
                          "https://hub.kund.se/",
                          "/var/lib/tillbridge",
                          [this](const std::string& topic) { topics.insert(topic); }};
    watch = std::make_unique<AlertWatch>(std::move(parts), settings);
    const auto recalled = bench.await(watch->recall());
    ASSERT_TRUE(recalled) << recalled.error().what;
  }

  void look() {
    bench.await([](AlertWatch& one) -> Task<bool> {
      co_await one.look();
      co_await one.send();
      co_return true;
    }(*watch));
  }
  // Looks as often as it takes.
  void pass(Duration time, Duration step = std::chrono::seconds{20}) {
    for (Duration gone{0}; gone < time; gone += step) {
      bench.clock.advance(step);
      look();
    }
  }

  void put(std::string_view document) {
    const auto put =
        bench.await(watch->put_settings(json::parse(document).value().as_object(), "anna"));
    ASSERT_TRUE(put) << put.error().what;
  }
  void with_webhook() {
    put(R"({"channels":[{"title":"Chat","kind":"webhook","url":"https://hooks.test/t0ken"}],
            "self_test_at":null})");
  }

  json::Object status() const {
    json::Object sitoo{{"connection", "sitoo"}, {"paused", false}, {"breaker", "closed"}};
    json::Object klaviyo{{"connection", "klaviyo"},
                         {"paused", false},
                         {"breaker", breaker},
                         {"breaker_reason", breaker == "closed" ? "" : "answers 503"},
                         {"waiting", waiting},
                         {"attempts", json::Object{{"delivered", delivered},
                                                   {"transient", transient},
                                                   {"rejected", 0},
                                                   {"throttled", 0},
                                                   {"ambiguous", 0}}}};
    json::Array lag{json::Object{{"connection", "klaviyo"},
                                 {"flow", "sale_to_klaviyo"},
                                 {"store", "1001"},
                                 {"waiting", waiting},
                                 {"oldest_waiting_ms", behind_s * 1000.0}}};
    json::Array all;
    for (const WatchedWorkspace& one : workspaces) {
      all.push_back(json::Object{
          {"name", one.name}, {"connections", json::Array{sitoo, klaviyo}}, {"lag", lag}});
    }
    return {{"workspaces", std::move(all)}, {"journal", json::Object{{"bytes_on_disk", 1000}}}};
  }

  // "opened breaker/klaviyo warning", in the order of arrival at the webhook.
  std::vector<std::string> notices() const {
    std::vector<std::string> out;
    for (const outbound::HttpRequest& request : transport.requests()) {
      const json::Object body = json::parse(request.body).value().as_object();
      const auto text = [&body](const char* key) { return json::text(body, key).value_or(""); };
      out.push_back(text("state") + " " + text("kind") + "/" + text("subject") + " " +
                    text("level"));
    }
    return out;
  }
  std::vector<std::string> open_alerts() const {
    std::vector<std::string> out;
    for (const json::Value& one : watch->alerts()) {
      if (one.at("state") == "open") out.push_back(json::text(one.as_object(), "id").value_or(""));
    }
    return out;
  }

  journal::PutRecord sale(Instant at, const std::string& store = "1001") {
    journal::PutRecord record;
    record.id = bench.ids.next<RecordId>();
    record.workspace = workspace_name;
    record.kind = "sale";
    record.key = "order/" + std::to_string(++orders);
    record.state = journal::RecordState::planned;
    record.happened_at = at;
    record.changed_at = at;
    record.store = store;
    return record;
  }
  // Four sales an hour from 9 to 18, of five weeks until now.
  void trade(const std::string& store) {
    const Instant now = bench.clock.now();
    const auto first = std::chrono::floor<std::chrono::days>(now) - std::chrono::days{34};
    journal::Step step;
    for (Instant at = first; at < now; at += std::chrono::minutes{15}) {
      const auto hour = (at - std::chrono::floor<std::chrono::days>(at)) / std::chrono::hours{1};
      if (hour >= 9 && hour < 18) step.records.push_back(sale(at, store));
    }
    bench.commit(std::move(step));
  }

  JournalBench bench;
  outbound::FakeTransport transport;
  outbound::FakeMailer mailer;
  std::vector<WatchedWorkspace> workspaces;
  AlertWatchSettings settings;
  std::unique_ptr<AlertWatch> watch;

  int webhook_status = 200;
  std::optional<Error> webhook_error;
  std::vector<outbound::MailServer> mail_servers;
  std::set<std::string> topics;
  std::optional<DiskSpace> disk = DiskSpace{500'000'000'000, 1'000'000'000'000};
  std::string breaker = "closed";
  std::uint64_t waiting = 0, delivered = 0, transient = 0;
  double behind_s = 0;
  int orders = 0;
};

}  // namespace tillbridge::app::test
