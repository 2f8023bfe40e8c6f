#pragma once
// A tiny CRM behind a real HTTP server, for tests of the till: it knows the customers, and does
// wrong what a test tells it to.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/task_group.h"
#include "http/server.h"
#include "outbound/curl_transport.h"
#include "sitoo/masterdata.h"
#include "telemetry/metrics.h"
#include "till/till_traffic.h"

namespace sandbox::till::test {

namespace json = tillbridge::json;
using tillbridge::http::Reply;
using tillbridge::http::Request;

class Crm {
 public:
  explicit Crm(const shopping_day::Customers& customers) {
    for (const auto& customer : customers.all()) put(customer.shopper);
  }

  bool second_press_makes_another = false, forgets_names = false, answers_from_index = false;
  bool finds_strangers = false, finds_nobody = false;
  int status = 200;
  std::string timing = "platform;dur=7.5";
  std::vector<Request> asked;

  Reply answer(const Request& request) {
    asked.push_back(request);
    Reply reply;
    reply.content_type = "application/json";
    if (!timing.empty()) reply.headers.push_back({"Server-Timing", timing});
    reply.status = status;
    reply.body = status == 200 ? json::to_text(content(request, reply.status)) : "{}";
    return reply;
  }

 private:
  using Shopper = sitoo::Shopper;

  static std::string folded(const std::string& text) {
    std::string out;
    for (const char c : text)
      if (c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  }
  // By the country of the store, "STO-02" being the first one in Norway.
  static std::string e164(const std::string& typed, const std::string& store) {
    std::string digits;
    for (const char c : typed)
      if (c == '+' || (c >= '0' && c <= '9')) digits += c;
    if (digits.starts_with('+')) return digits;
    if (digits.starts_with("00")) return "+" + digits.substr(2);
    if (!store.starts_with("STO-")) return digits;
    constexpr const char* codes[] = {"+46", "+47", "+358"};
    const auto market = static_cast<std::size_t>(std::stoi(store.substr(4)) - 1) % 3;
    return codes[market] + digits.substr(market == 1 ? 0 : 1);
  }
  void put(const Shopper& shopper) { people_[shopper.customer_id] = shopper; }
  const Shopper* find(const std::string& type, const std::string& key) const {
    for (const auto& [id, one] : people_) {
      if ((type == "email" && !one.email.empty() && folded(one.email) == folded(key)) ||
          (type == "mobile" && !one.phone.empty() && one.phone == key) ||
          (type == "member_number" && !one.member_number.empty() && one.member_number == key))
        return &one;
    }
    return nullptr;
  }
  json::Object shown(const Shopper& shopper) const {
    json::Object out{{"customer_id", shopper.customer_id}};
    const auto set = [&out](const char* key, const std::string& value) {
      if (!value.empty()) out[key] = value;
    };
    set("member_number", shopper.member_number);
    set("email", folded(shopper.email));
    set("mobile", shopper.phone);
    if (!forgets_names) {
      set("name_first", shopper.name_first);
      set("name_last", shopper.name_last);
    }
    out["sections"] = sections();
    return out;
  }
  json::Array sections() const {
    const char* text = answers_from_index ? "Tillbridge's own records, 09:41" : "1250";
    const json::Object value{{"title", "Points"}, {"text", text}, {"type", "text"}};
    return {json::Object{{"title", "Membership"}, {"values", json::Array{value}}}};
  }
  json::Value search(const Request& request) const {
    const std::string type = *request.parameter("key_type");
    std::string key = *request.parameter("key");
    const std::string store = tillbridge::http::percent_decode(request.header("Store-ID"), false);
    if (type == "mobile") key = e164(key, store);
    const Shopper* found = find(type, key);
    if (finds_strangers && found == nullptr) found = &people_.begin()->second;
    if (finds_nobody) found = nullptr;
    return found == nullptr ? json::Array{} : json::Array{shown(*found)};
  }
  json::Value add(const Request& request) {
    const json::Object body = json::parse(request.body)->as_object();
    const std::string email = *json::text(body, "email");
    const Shopper* known = find("email", email);
    if (known != nullptr && !second_press_makes_another) return shown(*known);
    Shopper made;
    made.customer_id = "new-" + std::to_string(people_.size());
    made.email = email;
    made.phone = e164(*json::text(body, "mobile"), std::string(request.header("Store-ID")));
    made.name_first = *json::text(body, "name_first");
    made.name_last = *json::text(body, "name_last");
    put(made);
    return shown(made);
  }
  json::Value content(const Request& request, int& status_out) {
    if (request.path == "/crm/consents") return json::Array{};
    if (request.path == "/crm/customers")
      return request.method == "POST" ? add(request) : search(request);
    std::string id = request.path.substr(std::string("/crm/customers/").size());
    const std::size_t slash = id.find('/');
    const std::string part = slash == std::string::npos ? "" : id.substr(slash + 1);
    const auto found = people_.find(id.substr(0, slash));
    if (found == people_.end()) {
      status_out = 404;
      return json::Object{{"error_code", "not-found"}};
    }
    if (part == "transactions") return json::Object{{"transactions", json::Array{}}};
    if (part == "sections") return sections();
    if (request.method == "PUT") {
      const json::Object body = json::parse(request.body)->as_object();
      if (const auto name = json::text(body, "name_first")) found->second.name_first = *name;
      if (const auto phone = json::text(body, "mobile")) found->second.phone = *phone;
    }
    return shown(found->second);
  }

  std::map<std::string, Shopper> people_;
};

inline tillbridge::Task<Reply> reply_with(Reply reply) {
  co_return reply;
}

// Tills, CRM and HTTP between them on one loop.
class TillTest : public ::testing::Test {
 protected:
  TillTest() { EXPECT_TRUE(server_.start()); }
  ~TillTest() override { run(close(&server_, &tills_)); }

  static tillbridge::Task<void> close(tillbridge::http::Server* server, TillTraffic* tills) {
    co_await tills->stop();
    co_await server->stop(std::chrono::milliseconds{50});
  }
  void run(tillbridge::Task<void> task) {
    tillbridge::TaskGroup group(loop_, [](const std::string& what) { ADD_FAILURE() << what; });
    group.start(std::move(task));
    run_until([&group] { return group.running() == 0; });
  }
  void run_until(const std::function<bool()>& done) {
    const tillbridge::Tick until = clock_.tick() + std::chrono::seconds{30};
    loop_.restart();
    while (!done() && clock_.tick() < until) loop_.run_one_for(std::chrono::milliseconds{50});
    EXPECT_TRUE(done());
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/crm/"; }
  // A short rush of these operations, to its end.
  json::Object rush(Mix mix, double rate = 400, double seconds = 0.15) {
    tills_.client().call_at({url(), "pos", "pass:wörd"});
    TrafficSettings settings;
    settings.calls_per_second = rate;
    settings.seconds = seconds;
    settings.mix = std::move(mix);
    const auto started = tills_.start(settings);
    EXPECT_TRUE(started) << started.error().what;
    run_until([this] { return !tills_.running(); });
    return tills_.report();
  }
  static Mix only(Operation operation) {
    Mix mix;
    mix.operations = {{operation, 1}};
    return mix;
  }
  static std::int64_t count(const json::Object& report, const char* member) {
    return report.at(member).to_number<std::int64_t>();
  }
  static std::string problem(const json::Object& report) {
    const auto& problems = report.at("problems").as_array();
    return problems.empty() ? "" : problems[0].as_string().c_str();
  }

  tillbridge::Loop loop_{1};
  tillbridge::SystemClock clock_;
  tillbridge::telemetry::Metrics metrics_;
  tillbridge::outbound::CurlTransport transport_{loop_, metrics_, {}};
  shopping_day::Customers customers_{60, 3};
  sitoo::Masterdata stores_ = sitoo::make_masterdata({6, 10, 1, 1500});
  Ledger ledger_{Expectations{}};
  Crm crm_{customers_};
  tillbridge::http::Server server_{loop_, clock_, metrics_, {}, [this](Request request) {
                                     return reply_with(crm_.answer(request));
                                   }};
  TillTraffic tills_{loop_, clock_, transport_, stores_, customers_, ledger_};
};

}  // namespace sandbox::till::test
