#include "crm/till_server.h"

#include <exception>

#include <fmt/format.h>

#include "crm/customer_body.h"
#include "crm/customer_json.h"
#include "crm/error.h"
#include "crm/request_shape.h"
#include "crm/till_key.h"
#include "telemetry/log.h"

namespace tillbridge::crm {
namespace {

constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::size_t header_bytes_max = 200;
constexpr std::size_t said_max = 200;  // then the log has had its first contact

using RequestId = Id<struct RequestTag>;

std::string decoded_header(const http::Request& request, std::string_view name) {
  std::string text = plain_text(http::percent_decode(request.header(name), true));
  return text.size() > header_bytes_max ? std::string{} : text;
}

AtTill till_of(const http::Request& request) {
  AtTill at;
  at.store = decoded_header(request, "Store-ID");
  at.staff = decoded_header(request, "Staff-ID");
  at.cash_register = decoded_header(request, "Register-ID");
  return at;
}

// From the path where the route captures it, else from the query.
std::optional<std::string> argument(const http::Request& request, const RouteMatch& match,
                                    std::string_view name) {
  if (const auto found = match.captures.find(name); found != match.captures.end())
    return found->second;
  return request.parameter(name);
}

tl::unexpected<Error> bad(std::string what) {
  return fail(Error::Kind::invalid_input, std::move(what));
}

Result<std::string> customer_in(const http::Request& request, const RouteMatch& match) {
  const std::string text = argument(request, match, "customer_id").value_or("");
  auto key = normal_key(KeyType::customer_id, text, "");
  if (!key) return fail(Error::Kind::not_found, "There is no such customer. Please search again.");
  return std::move(key->value);
}

template <typename T>
Result<json::Value> body_or_error(const Result<T>& result, json::Value (*form)(const T&)) {
  if (!result) return fail(result.error());
  return form(*result);
}

bool asks_the_desk(Operation operation) {
  return operation != Operation::consents;
}

std::string milliseconds(Duration took) {
  return fmt::format("{:.1f}", std::chrono::duration<double, std::milli>(took).count());
}

double seconds(Duration took) {
  return std::chrono::duration<double>(took).count();
}

}  // namespace

TillServer::TillServer(const Clock& clock, IdSource& ids, telemetry::Metrics& metrics,
                       CrmSettings settings, TillDesk& desk)
    : clock_(clock),
      ids_(ids),
      settings_(std::move(settings)),
      user_(settings_.user),
      desk_(desk),
      routes_(settings_.routes) {
  const std::vector<double> bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                   0.75,  0.9,  1,     1.5,  2.5, 5,    10};
  for (const auto& [operation, route] : settings_.routes) {
    const telemetry::Labels labels{{"workspace", settings_.workspace},
                                   {"operation", std::string(name(operation))}};
    const auto answers = [&](const char* answer) {
      telemetry::Labels all = labels;
      all.emplace_back("answer", answer);
      return metrics.counter("tillbridge_till_answers_total",
                             "Answers to tills: live, from our own index, or an error", all);
    };
    Meters& meters = meters_[operation];
    meters.total = metrics.histogram("tillbridge_till_seconds", "From a till's call to our answer",
                                     bounds, labels);
    meters.platform =
        metrics.histogram("tillbridge_till_platform_seconds",
                          "How long answers to tills waited for platforms", bounds, labels);
    meters.live = answers("live");
    meters.index = answers("index");
    meters.error = answers("error");
  }
  const telemetry::Labels labels{{"workspace", settings_.workspace}};
  refused_ = metrics.counter("tillbridge_till_refused_total",
                             "Calls of tills with wrong credentials", labels);
  unmatched_ = metrics.counter("tillbridge_till_unmatched_total",
                               "Calls of tills that fit no route", labels);
}

bool TillServer::is_known(const http::Request& request) const {
  const auto given = http::basic_credentials(request);
  if (!given || user_.empty() || settings_.password.empty()) return false;
  // Both are always compared: how long it takes says nothing about which one was wrong.
  const bool user = user_.matches(given->user);
  const bool password = settings_.password.matches(given->password);
  return user && password;
}

http::Reply TillServer::refuse(const http::Request& request, const std::string& request_id) {
  refused_.add();
  telemetry::log(telemetry::Level::warning, "till_refused",
                 {{"workspace", settings_.workspace},
                  {"peer", request.peer},
                  {"request_id", request_id},
                  {"do", "compare the credentials at Sitoo with crm.user and crm.password"}});
  http::Reply reply =
      error_reply(401, "The till's credentials for the customer register are wrong.", request_id);
  reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"tillbridge\""});
  return reply;
}

http::Reply TillServer::unmatched(const http::Request& request, const std::string& path,
                                  const std::string& request_id) {
  unmatched_.add();
  const std::string method = masked_name(request.method);
  const std::string masked = masked_path(path, settings_.routes);
  const std::string shape = body_shape(request.body);
  const std::string parameters = parameter_names(request);
  if (said_.size() < said_max &&
      said_.insert(fmt::format("{} {}?{} {}", method, masked, parameters, shape)).second) {
    telemetry::log(telemetry::Level::warning, "till_call_fits_no_route",
                   {{"workspace", settings_.workspace},
                    {"method", method},
                    {"path", masked},
                    {"parameters", parameters},
                    {"headers", header_names(request)},
                    {"body", shape},
                    {"request_id", request_id},
                    {"do", "give the operation this method and path in [workspace.crm.routes]"}});
  }
  return error_reply(404, "The customer register does not offer this.", request_id);
}

Task<http::Reply> TillServer::receive(http::Request request) {
  const std::string request_id = fmt::format("{:016x}", ids_.next<RequestId>().value);
  http::Reply reply;
  if (!is_known(request)) {
    reply = refuse(request, request_id);
  } else {
    const std::string path(below_register(
        request.raw_path.empty() ? request.path : request.raw_path, settings_.workspace));
    auto match = routes_.find(request.method, path);
    if (!match) {
      reply = unmatched(request, path, request_id);
    } else {
      Call call;
      call.at = till_of(request);
      call.match = std::move(*match);
      call.request = std::move(request);
      call.request_id = request_id;
      reply = co_await serve(std::move(call));
    }
  }
  reply.headers.push_back({"Cache-Control", "no-store"});
  co_return reply;
}

Task<http::Reply> TillServer::serve(Call call) {
  const Tick began = clock_.tick();
  const Operation operation = call.match.operation;
  Answer answer;
  try {
    answer = co_await ask(call);
  } catch (const std::exception& failure) {
    answer = Answer{};
    answer.body = fail(Error::Kind::corrupt, std::string("unexpected: ") + failure.what());
  }
  const Meters& meters = meters_.at(operation);
  telemetry::Histogram total = meters.total;
  total.observe(seconds(clock_.tick() - began));
  if (answer.platform_took > Duration{0}) {
    telemetry::Histogram platform = meters.platform;
    platform.observe(seconds(answer.platform_took));
  }
  telemetry::Counter count = !answer.body        ? meters.error
                             : answer.from_index ? meters.index
                                                 : meters.live;
  count.add();
  co_return reply_of(call, std::move(answer));
}

http::Reply TillServer::reply_of(const Call& call, Answer answer) {
  http::Reply reply;
  if (answer.body) {
    reply.status = answer.status;
    reply.content_type = "application/json";
    reply.body = json::to_text(*answer.body);
  } else {
    const Error& error = answer.body.error();
    const int status = status_of(error.kind, settings_.bad_request_status);
    reply = error_reply(status, message_for_staff(error), call.request_id);
    if (status >= 429) {
      telemetry::log(telemetry::Level::warning, "till_call_failed",
                     {{"workspace", settings_.workspace},
                      {"operation", name(call.match.operation)},
                      {"request_id", call.request_id},
                      {"kind", name(error.kind)},
                      {"what", error.what}});
    }
  }
  if (asks_the_desk(call.match.operation)) {
    reply.headers.push_back(
        {"Server-Timing", "platform;dur=" + milliseconds(answer.platform_took)});
  }
  return reply;
}

Task<TillServer::Answer> TillServer::ask(Call call) {
  switch (call.match.operation) {
    case Operation::search:
    case Operation::lookup:
      co_return co_await search(std::move(call));
    case Operation::add:
      co_return co_await add(std::move(call));
    case Operation::get:
      co_return co_await get(std::move(call));
    case Operation::update:
      co_return co_await update(std::move(call));
    case Operation::history:
      co_return co_await history(std::move(call));
    case Operation::sections:
      co_return co_await sections(std::move(call));
    case Operation::redeem:
    case Operation::undo_redeem:
      co_return co_await redeem(std::move(call));
    case Operation::consents:
      break;
  }
  Answer answer;
  answer.body = consents_json(settings_.categories);
  co_return answer;
}

Task<TillServer::Answer> TillServer::search(Call call) {
  Answer answer;
  answer.body = json::Array{};
  const auto type = key_type_named(argument(call.request, call.match, "key_type").value_or(""));
  auto text = argument(call.request, call.match, "key");
  if (!type || !text) {
    answer.body =
        bad("Search by mobile number, e-mail, member number, personal id or customer id.");
    co_return answer;
  }
  auto key = normal_key(*type, std::move(*text), country_at(call.at));
  if (!key) co_return answer;  // staff type while they ask
  Answered<std::optional<ShownCustomer>> answered =
      co_await desk_.search(std::move(*key), std::move(call.at));
  answer.platform_took = answered.platform_took;
  if (!answered.result) {
    // Never 404 for somebody who is not there (sitoo.md 9.3).
    if (answered.result.error().kind != Error::Kind::not_found)
      answer.body = fail(std::move(answered.result.error()));
  } else if (const auto& found = *answered.result) {
    answer.from_index = found->from_index.has_value();
    answer.body = json::Array{customer_json(*found, settings_)};
  }
  co_return answer;
}

TillServer::Answer TillServer::shown(Answered<ShownCustomer> answered, int status) const {
  Answer answer;
  answer.platform_took = answered.platform_took;
  answer.status = status;
  if (!answered.result) {
    answer.body = fail(std::move(answered.result.error()));
    return answer;
  }
  answer.from_index = answered.result->from_index.has_value();
  answer.body = customer_json(*answered.result, settings_);
  return answer;
}

Task<TillServer::Answer> TillServer::add(Call call) {
  Answer refused;
  const auto body = body_of(call);
  auto change = body ? change_in(call, *body) : Result<model::CustomerChange>{fail(body.error())};
  if (change && change->given.empty()) change = bad("Nothing is filled in.");
  if (!change) {
    refused.body = fail(std::move(change.error()));
    co_return refused;
  }
  auto answered = co_await desk_.add(std::move(*change), std::move(call.at));
  co_return shown(std::move(answered), settings_.added_status);
}

Task<TillServer::Answer> TillServer::get(Call call) {
  auto customer = customer_in(call.request, call.match);
  if (!customer) {
    Answer refused;
    refused.body = fail(std::move(customer.error()));
    co_return refused;
  }
  auto answered = co_await desk_.get(std::move(*customer), std::move(call.at));
  co_return shown(std::move(answered), 200);
}

Task<TillServer::Answer> TillServer::update(Call call) {
  Answer refused;
  const auto body = body_of(call);
  auto change = body ? change_in(call, *body) : Result<model::CustomerChange>{fail(body.error())};
  if (!change) {
    refused.body = fail(std::move(change.error()));
    co_return refused;
  }
  auto customer = customer_in(call.request, call.match);
  if (!customer && !change->values.customer_id.empty()) customer = change->values.customer_id;
  if (!customer) {
    refused.body = fail(std::move(customer.error()));
    co_return refused;
  }
  // Who is corrected is said by the address; an id is not corrected.
  change->given.erase("customer_id");
  change->values.customer_id.clear();
  auto answered =
      co_await desk_.update(std::move(*customer), std::move(*change), std::move(call.at));
  co_return shown(std::move(answered), 200);
}

Task<TillServer::Answer> TillServer::history(Call call) {
  Answer answer;
  auto customer = customer_in(call.request, call.match);
  if (!customer) {
    answer.body = fail(std::move(customer.error()));
    co_return answer;
  }
  const auto answered = co_await desk_.history(std::move(*customer), std::move(call.at));
  answer.platform_took = answered.platform_took;
  answer.body = body_or_error<std::vector<Purchase>>(
      answered.result,
      [](const std::vector<Purchase>& all) -> json::Value { return history_json(all); });
  co_return answer;
}

Task<TillServer::Answer> TillServer::sections(Call call) {
  Answer answer;
  auto customer = customer_in(call.request, call.match);
  if (!customer) {
    answer.body = fail(std::move(customer.error()));
    co_return answer;
  }
  const auto answered = co_await desk_.sections(std::move(*customer), std::move(call.at));
  answer.platform_took = answered.platform_took;
  answer.body = body_or_error<std::vector<Section>>(
      answered.result,
      [](const std::vector<Section>& all) -> json::Value { return sections_json(all); });
  co_return answer;
}

Task<TillServer::Answer> TillServer::redeem(Call call) {
  Answer answer;
  const auto body = body_of(call);
  auto act = body ? read_redeem(*body, call.match.captures) : Result<RedeemAct>{fail(body.error())};
  if (act && act->item.empty()) act = bad("The till did not say what to redeem.");
  if (act && act->customer_id.empty()) {
    auto customer = customer_in(call.request, call.match);
    if (customer) {
      act->customer_id = std::move(*customer);
    } else {
      act = fail(std::move(customer.error()));
    }
  }
  if (!act) {
    answer.body = fail(std::move(act.error()));
    co_return answer;
  }
  act->undo = call.match.operation == Operation::undo_redeem;
  const auto answered = co_await desk_.redeem(std::move(*act), std::move(call.at));
  answer.platform_took = answered.platform_took;
  answer.body = body_or_error<Promotion>(
      answered.result, [](const Promotion& one) -> json::Value { return promotion_json(one); });
  co_return answer;
}

Result<model::CustomerChange> TillServer::change_in(const Call& call, const json::Object& body) {
  TB_TRY(auto read, read_change(body, country_at(call.at), settings_.categories));
  name_once(read.unknown);
  return std::move(read.change);
}

Result<json::Object> TillServer::body_of(const Call& call) {
  const std::string& body = call.request.body;
  if (body.size() > body_bytes_max) return bad("The till sent more than the register can take.");
  if (body.empty()) return json::Object{};  // some acts say everything in their path
  auto parsed = json::parse(body);
  if (!parsed || !parsed->is_object()) {
    const std::string shape = body_shape(body);
    if (said_.size() < said_max && said_.insert("body " + shape).second) {
      telemetry::log(telemetry::Level::warning, "till_body_not_understood",
                     {{"workspace", settings_.workspace},
                      {"operation", name(call.match.operation)},
                      {"body", shape},
                      {"request_id", call.request_id}});
    }
    return bad("The customer register does not understand what the till sent.");
  }
  return std::move(parsed->get_object());
}

std::string_view TillServer::country_at(const AtTill& at) const {
  const auto found = settings_.store_countries.find(at.store);
  return found == settings_.store_countries.end() ? settings_.country : found->second;
}

void TillServer::name_once(const std::vector<std::string>& unknown) {
  for (const std::string& member : unknown) {
    if (said_.size() >= said_max || !said_.insert("member " + member).second) continue;
    telemetry::log(telemetry::Level::info, "till_member_ignored",
                   {{"workspace", settings_.workspace}, {"member", member}});
  }
}

}  // namespace tillbridge::crm
