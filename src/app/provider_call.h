#pragma once
// The identity provider over the hub's transport. Core thread.

#include "api/accounts/provider_line.h"
#include "outbound/transport.h"

namespace tillbridge::app {

class ProviderCall final : public api::ProviderLine {
 public:
  explicit ProviderCall(outbound::Transport& transport) : transport_(transport) {}

  Task<Result<api::ProviderAnswer>> ask(api::ProviderQuestion question) override {
    outbound::HttpRequest request;
    request.url = std::move(question.url);
    request.headers.emplace_back("Accept", "application/json");
    request.total_time_max = question.total_time_max;
    request.answer_bytes_max = question.answer_bytes_max;
    if (!question.form.empty()) {
      request.method = "POST";
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
      request.basic_user = std::move(question.user);
      request.basic_password = std::move(question.password);
      request.body = std::move(question.form);
    }
    auto answer = co_await transport_.send(std::move(request));
    if (!answer) co_return fail(answer.error());
    co_return api::ProviderAnswer{answer->status, std::move(answer->body)};
  }

 private:
  outbound::Transport& transport_;
};

}  // namespace tillbridge::app
