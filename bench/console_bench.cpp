// What people wait for in the console, over a journal of a million records: searches, a record's
// page, lists from the first page and from deep inside, each as one query of a reader and as one
// request over HTTP. Exit code 1 when a page takes too long or pages get dearer the deeper they
// are.
//
//   console_bench [--records N] [--rounds N] [--folder DIR] [--json]

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "api/rooms_for_tests.h"
#include "base/json.h"
#include "filled_journal.h"
#include "http/server_for_tests.h"
#include "journal/sqlite/sqlite_store.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::bench;

constexpr double p99_ms_max = 200;
constexpr double depth_ratio_max = 1.5;
constexpr std::size_t page_rows = 50;
constexpr std::size_t deep_page = 1'000;

struct Options {
  std::size_t records = 1'000'000;
  std::size_t rounds = 200;  // of each question
  std::string folder = ".";
  bool json = false;
};

// The hub's state, as far as pages ask for it.
class QuietHub : public api::Operations {
 public:
  std::vector<api::WorkspaceFacts> workspaces() const override {
    return {{workspace, Zone{}, {"bloomreach", "klaviyo"}}};
  }
  Task<json::Object> status() override { co_return json::Object{{"workspaces", json::Array{}}}; }
  bool ready() const override { return true; }
  Task<Result<void>> pause(std::string, std::string, std::string, std::string) override {
    co_return no<void>();
  }
  Task<Result<void>> resume(std::string, std::string, std::string) override {
    co_return no<void>();
  }
  Task<Result<void>> pause_part(std::string, std::string, std::string, bool, std::string,
                                std::string) override {
    co_return no<void>();
  }
  Task<Result<std::string>> replay(std::string, std::string, std::string, std::string) override {
    co_return no<std::string>();
  }
  Task<Result<json::Object>> consent(ConsentAct) override { co_return no<json::Object>(); }
  Task<Result<json::Object>> consents(std::string, std::string, std::string, std::string) override {
    co_return no<json::Object>();
  }
  Task<Result<std::string>> merge(std::string, std::string, std::string, std::string,
                                  std::string) override {
    co_return no<std::string>();
  }
  Task<Result<json::Object>> sync_customers(std::string, std::string) override {
    co_return no<json::Object>();
  }
  Task<Result<json::Object>> compare(std::string, std::string, api::ComparisonAsked) override {
    co_return no<json::Object>();
  }
  Task<Result<json::Object>> compare_stock(std::string, api::StockComparisonAsked) override {
    co_return no<json::Object>();
  }
  Task<Result<json::Object>> backfill(std::string, api::BackfillAsked) override {
    co_return no<json::Object>();
  }
  Task<Result<json::Object>> backfill_state(std::string) override { co_return no<json::Object>(); }
  Task<Result<json::Object>> backfill_act(std::string, std::string, std::string) override {
    co_return no<json::Object>();
  }
  Task<Result<json::Object>> validate(std::string, api::ValidationAsked) override {
    co_return no<json::Object>();
  }
  Result<json::Object> setup_preview(const json::Object&) override { return no<json::Object>(); }
  Result<void> step_clock(Duration) override { return no<void>(); }

 private:
  template <typename T>
  static Result<T> no() {
    return fail(api::not_here());
  }
};

// One thing that people ask for: as a query of a reader, and as a path of the API.
struct Question {
  std::string name;
  std::function<std::string(std::size_t n)> path;
  std::function<bool(journal::Reader& reader, std::size_t n)> read;  // false: found nothing
  bool may_be_empty = false;
};

struct Times {
  std::vector<double> ms;
  double at(double share) const {
    std::vector<double> sorted = ms;
    std::sort(sorted.begin(), sorted.end());
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted.at(static_cast<std::size_t>(share * last + 0.5));
  }
};

Question search_of(std::string name, std::function<std::string(std::size_t)> text,
                   bool may_be_empty = false) {
  Question one;
  one.name = std::move(name);
  one.may_be_empty = may_be_empty;
  one.path = [text](std::size_t n) { return "/api/v1/records?text=" + text(n); };
  one.read = [text](journal::Reader& reader, std::size_t n) {
    journal::RecordFilter filter;
    filter.text = text(n);
    return !must(reader.records(workspace, filter, RecordId{}, page_rows)).rows.empty();
  };
  return one;
}

Question list_of(std::string name, std::string query, journal::RecordFilter filter,
                 RecordId before = RecordId{}) {
  Question one;
  one.name = std::move(name);
  one.path = [query, before](std::size_t) {
    return fmt::format("/api/v1/records?limit={}{}{}", page_rows, query,
                       before ? fmt::format("&after={}", before.value) : "");
  };
  one.read = [filter, before](journal::Reader& reader, std::size_t) {
    return !must(reader.records(workspace, filter, before, page_rows)).rows.empty();
  };
  return one;
}

Question cases_of(std::string name, const std::string& query, journal::CaseGroupFilter filter) {
  Question one;
  one.name = std::move(name);
  one.path = [query](std::size_t) { return "/api/v1/cases?limit=50" + query; };
  one.read = [filter](journal::Reader& reader, std::size_t) {
    return !must(reader.case_groups(workspace, filter, std::nullopt, page_rows)).empty();
  };
  return one;
}

std::vector<Question> questions(const std::vector<RecordId>& ids) {
  std::vector<Question> all;
  all.push_back(search_of("search_receipt", [](std::size_t n) { return Named(n).receipt; }));
  all.push_back(search_of("search_email", [](std::size_t n) { return Named(n).email; }));
  all.push_back(search_of("search_order", [](std::size_t n) { return Named(n).order; }));
  all.push_back(search_of("search_sku", [](std::size_t n) { return Named(n).sku; }));
  // In every record, in an eighth of them, in none.
  all.push_back(search_of("search_kun", [](std::size_t) { return "kun"; }));
  all.push_back(search_of("search_first_name",
                          [](std::size_t n) { return std::string(Named::first(n)).substr(0, 3); }));
  all.push_back(search_of("search_nothing", [](std::size_t) { return "xqz"; }, true));
  Question page;
  page.name = "record_page";
  page.path = [&ids](std::size_t n) { return fmt::format("/api/v1/records/{}", ids[n].value); };
  page.read = [&ids](journal::Reader& reader, std::size_t n) {
    return must(reader.journey(ids[n])).has_value();
  };
  all.push_back(std::move(page));
  all.push_back(list_of("list_page_1", "", {}));
  const std::size_t deep = std::min(deep_page * page_rows, ids.size() - page_rows);
  all.push_back(list_of("list_page_1000", "", {}, ids[ids.size() - deep]));
  journal::RecordFilter returns;
  returns.kind = "return";
  all.push_back(list_of("list_returns", "&kind=return", returns));
  journal::RecordFilter store;
  store.store = "STO-07";
  all.push_back(list_of("list_store", "&store=STO-07", store));
  all.push_back(cases_of("cases", "", {}));
  journal::CaseGroupFilter team;
  team.owner = "integration";
  all.push_back(cases_of("cases_of_team", "&team=integration", team));
  return all;
}

using Measured = std::map<std::string, Times>;

double ms_since(const Clock& clock, Tick since) {
  return std::chrono::duration<double, std::milli>(clock.tick() - since).count();
}

std::size_t pick(std::mt19937_64& random, std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
}

// All questions in turn within a round: machines drift.
void ask_reader(journal::Reader& reader, const std::vector<Question>& all, std::size_t records,
                std::size_t rounds, Measured& into) {
  const SystemClock clock;
  std::mt19937_64 random(1);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const Question& one : all) {
      const std::size_t n = pick(random, records);
      const Tick start = clock.tick();
      const bool found = one.read(reader, n);
      into[one.name].ms.push_back(ms_since(clock, start));
      if (!found && !one.may_be_empty) throw std::runtime_error(one.name + " found nothing");
    }
  }
}

void ask_over_http(std::uint16_t port, const std::vector<Question>& all, std::size_t records,
                   std::size_t rounds, Measured& into) {
  const SystemClock clock;
  std::mt19937_64 random(2);
  http::for_tests::RawPeer peer(port);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const Question& one : all) {
      const std::string request =
          fmt::format("GET {} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer t\r\n\r\n",
                      one.path(pick(random, records)));
      const Tick start = clock.tick();
      peer.send(request);
      const auto answer = peer.answer();
      into[one.name].ms.push_back(ms_since(clock, start));
      const bool empty = answer.body.find("\"items\":[]") != std::string::npos;
      if (answer.status != 200 || (empty && !one.may_be_empty))
        throw std::runtime_error(fmt::format("{}: {} {}", one.name, answer.status, answer.body));
    }
  }
}

// The API over the journal, on a loop and thread of its own.
class Served {
 public:
  explicit Served(const std::string& file) {
    journal::sqlite::SqliteSettings settings;
    settings.file = file;
    core_.call([&] {
      journal_ = std::make_unique<journal::Journal>(
          core_.loop, clock_, metrics_, must(journal::sqlite::open(settings, true)),
          journal::JournalSettings{},
          [](const std::string& what) { fmt::print(stderr, "{}\n", what); });
      must(journal_->start());
      ids_ = std::make_unique<IdSource>(clock_, std::uint16_t{0});
      api_ = std::make_unique<api::RoomsForTests>(core_.loop, clock_, *journal_, *ids_, metrics_,
                                                  hub_);
      server_ = std::make_unique<http::Server>(core_.loop, clock_, metrics_, http::ServerSettings{},
                                               api_->router.as_handler());
      must(server_->start());
    });
    must(core_.run(api_->accounts.load()));
  }
  ~Served() {
    core_.run(server_->stop(std::chrono::milliseconds{100}));
    core_.call([&] {
      server_.reset();
      api_.reset();
      journal_->stop();
      journal_.reset();
    });
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  std::uint16_t port() {
    return core_.call([&] { return server_->port(); });
  }

 private:
  SystemClock clock_;
  telemetry::Metrics metrics_;
  QuietHub hub_;
  http::for_tests::LoopThread core_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<IdSource> ids_;
  std::unique_ptr<api::RoomsForTests> api_;
  std::unique_ptr<http::Server> server_;
};

double depth_ratio(const Measured& measured) {
  return measured.at("list_page_1000").at(0.5) / measured.at("list_page_1").at(0.5);
}

json::Object view_of(const Measured& measured) {
  json::Object out;
  for (const auto& [name, times] : measured)
    out[name] = json::Object{{"p50_ms", times.at(0.5)}, {"p99_ms", times.at(0.99)}};
  return out;
}

void print_table(const char* title, const Measured& measured) {
  fmt::print("{:<20} {:>10} {:>10}\n", title, "p50 ms", "p99 ms");
  for (const auto& [name, times] : measured)
    fmt::print("  {:<18} {:>10.2f} {:>10.2f}\n", name, times.at(0.5), times.at(0.99));
  fmt::print("  page 1000 : page 1  {:>9.2f}\n", depth_ratio(measured));
}

std::vector<std::string> missed(const Measured& measured, const std::string& where) {
  std::vector<std::string> out;
  for (const auto& [name, times] : measured) {
    if (times.at(0.99) > p99_ms_max)
      out.push_back(fmt::format("{} {}: p99 {:.0f} ms", where, name, times.at(0.99)));
  }
  if (depth_ratio(measured) > depth_ratio_max)
    out.push_back(fmt::format("{} depth ratio {:.2f}", where, depth_ratio(measured)));
  return out;
}

Options options_of(int argc, char** argv) {
  Options options;
  const auto number = [&](int at) {
    std::size_t value = 0;
    const char* const text = at < argc ? argv[at] : "";
    const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
    if (error != std::errc{} || *end != '\0' || value == 0)
      throw std::runtime_error(fmt::format("'{}' is no number", text));
    return value;
  };
  for (int at = 1; at < argc; ++at) {
    const std::string_view name = argv[at];
    if (name == "--json") {
      options.json = true;
    } else if (name == "--records") {
      options.records = number(++at);
    } else if (name == "--rounds") {
      options.rounds = number(++at);
    } else if (name == "--folder" && at + 1 < argc) {
      options.folder = argv[++at];
    } else {
      throw std::runtime_error(fmt::format("unknown option {}", name));
    }
  }
  if (options.records < 4 * page_rows) throw std::runtime_error("--records is too small");
  return options;
}

int measure(const Options& options, const std::filesystem::path& dir) {
  const SystemClock clock;
  const std::string file = (dir / "console.journal").string();
  const Tick start = clock.tick();
  auto filled = std::make_unique<FilledJournal>(file, options.records);
  const std::vector<RecordId> ids = filled->record_ids();
  filled.reset();
  const double fill_s = ms_since(clock, start) / 1000;
  const auto all = questions(ids);
  Measured warm_up, reader_times, http_times;
  {
    journal::sqlite::SqliteSettings settings;
    settings.file = file;
    settings.read_only = true;
    const auto store = must(journal::sqlite::open(settings, true));
    const auto reader = must(store->open_reader());
    ask_reader(*reader, all, ids.size(), options.rounds / 10 + 1, warm_up);
    ask_reader(*reader, all, ids.size(), options.rounds, reader_times);
  }
  {
    Served served(file);
    ask_over_http(served.port(), all, ids.size(), options.rounds / 10 + 1, warm_up);
    ask_over_http(served.port(), all, ids.size(), options.rounds, http_times);
  }
  auto wrong = missed(reader_times, "reader");
  for (auto& one : missed(http_times, "http")) wrong.push_back(std::move(one));
  const auto mb = std::filesystem::file_size(file) / 1'000'000;
  if (options.json) {
    json::Object out{{"records", ids.size()}, {"fill_s", fill_s}, {"journal_mb", mb}};
    out["reader"] = view_of(reader_times);
    out["http"] = view_of(http_times);
    out["depth_ratio"] = depth_ratio(reader_times);
    out["depth_ratio_http"] = depth_ratio(http_times);
    out["p99_ms_max"] = p99_ms_max;
    out["depth_ratio_max"] = depth_ratio_max;
    out["passed"] = wrong.empty();
    fmt::print("{}\n", json::to_text(out));
  } else {
    fmt::print("{} records, {} MB, filled in {:.0f} s\n", ids.size(), mb, fill_s);
    print_table("a reader's query", reader_times);
    print_table("over HTTP", http_times);
  }
  for (const std::string& one : wrong) fmt::print(stderr, "missed: {}\n", one);
  return wrong.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 1;
  std::filesystem::path dir;
  try {
    const Options options = options_of(argc, argv);
    std::string folder = options.folder + "/tillbridge-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder " + folder);
    dir = folder;
    exit_code = measure(options, dir);
  } catch (const std::exception& error) {
    fmt::print(stderr, "console_bench: {}\n", error.what());
  }
  if (!dir.empty()) std::filesystem::remove_all(dir);
  return exit_code;
}
