#include "connectors/bloomreach/tracking_client.h"

#include "connectors/bloomreach/batch_answer.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::bloomreach {
namespace {

outbound::HttpRequest request_to(const Config& config, std::string method, std::string_view path) {
  outbound::HttpRequest request;
  request.method = std::move(method);
  request.url = config.base_url + "/track/v2/projects/" + config.project_token + std::string(path);
  request.headers.emplace_back("Accept", "application/json");
  request.basic_user = config.key_id;
  request.basic_password = config.key_secret;
  request.connect_time_max = config.connect_time_max;
  request.total_time_max = config.total_time_max;
  return request;
}

}  // namespace

TrackingClient::TrackingClient(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport), clock_(clock), config_(std::move(config)) {
  while (config_.base_url.ends_with('/')) config_.base_url.pop_back();
}

Task<BatchAnswer> TrackingClient::send_batch(std::vector<Command> commands) {
  outbound::HttpRequest request = request_to(config_, "POST", "/batch");
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = batch_body(commands);
  const Result<outbound::HttpAnswer> answer = co_await transport_.send(std::move(request));
  BatchAnswer batch = classify_batch(answer, commands);
  complete_retry_after(batch.call, answer, clock_.now());
  if (batch.call.kind == Outcome::Kind::throttled)
    batch.commands.assign(commands.size(), batch.call);
  co_return batch;
}

Task<Outcome> TrackingClient::ping() {
  outbound::HttpRequest request = request_to(config_, "GET", "/system/time");
  const Result<outbound::HttpAnswer> answer = co_await transport_.send(std::move(request));
  Outcome outcome = classify_call(answer);
  complete_retry_after(outcome, answer, clock_.now());
  co_return outcome;
}

}  // namespace tillbridge::connectors::bloomreach
