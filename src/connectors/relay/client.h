#pragma once
// POSTs documents to an endpoint of the retailer's own: one call per function call, no retries of
// its own. What its answers mean is classify().

#include <string>

#include "base/outcome.h"
#include "connectors/relay/config.h"
#include "connectors/relay/document.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::relay {

// 2xx took it. 408, 425 and 5xx pass, of which 500 and its like (not 502 to 504) may be about this
// document alone; 429 is told to slow down; what says that address or
// credentials are wrong (401, 403, 404, 405, 407, redirects) is trouble of the connection and holds
// for all documents: nothing is parked. Any other 4xx refuses this document for good. Pure.
Outcome classify(const Result<outbound::HttpAnswer>& answer, const Config& config,
                 Instant now_if_undated);

// "sha256=<hex>": HMAC-SHA-256 of the document's bytes under the key.
std::string signature_of(const Secret& key, std::string_view document);

class Client {
 public:
  Client(outbound::Transport& transport, const Clock& clock, Config config);
  Task<Outcome> post(std::string document, Written written);
  const Config& config() const { return config_; }

 private:
  outbound::Transport& transport_;
  const Clock& clock_;
  Config config_;
};

}  // namespace tillbridge::connectors::relay
