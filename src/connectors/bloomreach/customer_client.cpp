#include "connectors/bloomreach/customer_client.h"

#include <algorithm>

#include "connectors/bloomreach/customer_answers.h"
#include "connectors/bloomreach/customer_requests.h"
#include "connectors/bloomreach/data_request.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::bloomreach {
namespace {

Outcome not_sent(std::string_view why) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::rejected;
  outcome.reason = "not sent to Bloomreach: " + std::string(why);
  return outcome;
}

// Why a call with this id and time is not made; nullopt when it is.
std::optional<Outcome> not_worth_sending(std::string_view id_type, std::string_view id_value,
                                         Duration within) {
  if (const auto why = unusable_id(id_type, id_value); !why.empty()) return not_sent(why);
  // The transport counts whole milliseconds, and zero of them is no limit at all.
  if (within >= std::chrono::milliseconds{1}) return std::nullopt;
  Outcome outcome = not_sent("no time was left for the call");
  outcome.kind = Outcome::Kind::transient;
  return outcome;
}

}  // namespace

CustomerClient::CustomerClient(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport),
      clock_(clock),
      config_(without_slash(std::move(config))),
      tracking_(transport_, clock_, config_) {}

outbound::HttpRequest CustomerClient::request(std::string method, std::string_view path) const {
  outbound::HttpRequest made = data_request(config_, std::move(method), path);
  made.answer_bytes_max = config_.read_bytes_max;
  return made;
}

Task<Result<outbound::HttpAnswer>> CustomerClient::post(std::string path, std::string body,
                                                        Duration within,
                                                        std::size_t answer_bytes_max) {
  outbound::HttpRequest made = request("POST", path);
  made.headers.emplace_back("Content-Type", "application/json");
  made.body = std::move(body);
  made.total_time_max = within;
  made.connect_time_max = std::min(made.connect_time_max, within);
  made.answer_bytes_max = answer_bytes_max;
  co_return co_await transport_.send(std::move(made));
}

Task<ReadAnswer> CustomerClient::read(std::string id_type, std::string id_value, WhatToRead what,
                                      Duration within) {
  ReadAnswer made;
  if (auto refusal = not_worth_sending(id_type, id_value, within)) {
    made.outcome = std::move(*refusal);
    co_return made;
  }
  const std::vector<Attribute> asked = attributes_to_ask(id_type, what);
  const auto answer =
      co_await post("/customers/attributes", attributes_body(id_type, id_value, asked), within,
                    config_.read_bytes_max);
  made = attributes_answer(answer, asked);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<EventsAnswer> CustomerClient::events(std::string id_type, std::string id_value,
                                          std::vector<std::string> types, int limit,
                                          Duration within) {
  EventsAnswer made;
  std::optional<Outcome> refusal = not_worth_sending(id_type, id_value, within);
  if (types.empty()) refusal = not_sent("no event types were asked for");
  if (limit < 1) refusal = not_sent("fewer than one event was asked for");
  if (refusal) {
    made.outcome = std::move(*refusal);
    co_return made;
  }
  const auto answer =
      co_await post("/customers/events", events_body(id_type, id_value, types, limit), within,
                    config_.read_bytes_max);
  made = events_answer(answer, types);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<ReadAnswer> CustomerClient::export_one(std::string id_type, std::string id_value,
                                            Duration within) {
  ReadAnswer made;
  if (auto refusal = not_worth_sending(id_type, id_value, within)) {
    made.outcome = std::move(*refusal);
    co_return made;
  }
  const auto answer = co_await post("/customers/export-one", customer_body(id_type, id_value),
                                    within, config_.export_bytes_max);
  made = export_one_answer(answer);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<ExportAnswer> CustomerClient::export_segment(std::string segmentation_id, int segment_index,
                                                  std::vector<std::string> ids,
                                                  std::vector<std::string> properties) {
  ExportAnswer made;
  if (ids.empty() && properties.empty()) {
    made.outcome = not_sent("an export needs something to export");
    co_return made;
  }
  const auto answer = co_await post("/customers/export",
                                    export_body(segmentation_id, segment_index, ids, properties),
                                    config_.export_time_max, config_.export_bytes_max);
  made = export_answer(answer);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<CategoriesAnswer> CustomerClient::consent_categories() {
  const auto answer = co_await transport_.send(request("GET", "/consent/categories"));
  CategoriesAnswer made = categories_answer(answer);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<Outcome> CustomerClient::anonymize(std::string id_type, std::string id_value) {
  if (auto refusal = not_worth_sending(id_type, id_value, config_.total_time_max))
    co_return std::move(*refusal);
  const auto answer = co_await post("/customers/anonymize", customer_body(id_type, id_value),
                                    config_.total_time_max, config_.read_bytes_max);
  Outcome made = anonymize_answer(answer);
  complete_retry_after(made, answer, clock_.now());
  co_return made;
}

Task<Outcome> CustomerClient::write(std::string command_part) {
  std::vector<Command> commands;
  commands.push_back(Command{"c-1", command_part});
  const BatchAnswer answer = co_await tracking_.send_batch(std::move(commands));
  co_return answer.commands.front();
}

}  // namespace tillbridge::connectors::bloomreach
