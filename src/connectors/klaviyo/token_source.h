#pragma once
// OAuth's access token of one connection (klaviyo.md 2.3): kept in memory, refreshed when it is
// about to end, by one call however many wait for it. Core thread; outlives its calls.

#include <functional>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/task_group.h"
#include "connectors/klaviyo/answer.h"
#include "connectors/klaviyo/config.h"

namespace tillbridge::connectors::klaviyo {

class TokenSource {
 public:
  TokenSource(outbound::Transport& transport, const Clock& clock, Config config);

  std::function<void(const Secret& refresh_token)> on_refresh_token;

  struct Token {
    Answer answer;  // delivered: there is a token; else what the refresh ended with
    Secret text;
    std::uint64_t generation = 0;
  };
  Task<Token> token();
  // The token of this generation was not taken. Newer ones stay.
  void refused(std::uint64_t generation);

 private:
  bool is_fresh() const;
  Task<void> refresh();
  outbound::HttpRequest refresh_request() const;
  Answer take(const Result<outbound::HttpAnswer>& answer);

  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
  Secret access_token_;
  Tick ends_at_;
  std::uint64_t generation_ = 0;
  bool refreshing_ = false;
  std::uint64_t refreshes_ = 0;
  std::unique_ptr<Signal> refreshed_;
  Answer last_;
};

}  // namespace tillbridge::connectors::klaviyo
