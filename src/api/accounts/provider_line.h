#pragma once
// How the identity provider is reached; app/ does it over its transport. Core thread.

#include <string>

#include "base/async.h"
#include "base/secret.h"

namespace tillbridge::api {

struct ProviderQuestion {
  std::string url;
  std::string form;  // sent as application/x-www-form-urlencoded by POST; "": GET
  std::string user;  // HTTP Basic, with a form
  Secret password;
  Duration total_time_max = std::chrono::seconds{10};
  std::size_t answer_bytes_max = 1024 * 1024;
};

struct ProviderAnswer {
  int status = 0;
  std::string body;
};

class ProviderLine {
 public:
  virtual ~ProviderLine() = default;
  // An error means that there was no answer. Does not throw.
  virtual Task<Result<ProviderAnswer>> ask(ProviderQuestion question) = 0;
};

}  // namespace tillbridge::api
