#pragma once
// Inside of the transport: one call on one curl handle, whatever its protocol. Outbound thread
// only.

#include <atomic>
#include <string>
#include <string_view>

#include "outbound/curl_transport.h"
#include "outbound/transport.h"

namespace tillbridge::outbound {

struct Target {
  std::string key;       // scheme, host, port and whose URL it is: what waits in one queue
  std::string label;     // of metrics and errors: the host, or "user_supplied"
  bool passing = false;  // one of an open set: nothing is kept about it
};

// The parts of a URL that matter here; refuses what curl cannot read and credentials inside of it.
// Errors name no more than the host.
struct Place {
  std::string scheme;
  std::string host;
  std::string port;
};
Result<Place> read_url(const std::string& url);

// No control characters but tabs: nothing that could end a line of a header.
bool stays_in_its_line(std::string_view text);

class Call {
 public:
  Call(Target target, Duration connect_time_max, Duration total_time_max);
  virtual ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const Target& target() const { return target_; }
  Tick started() const { return started_; }
  Duration total_time_max() const { return total_time_max_; }

  // Sets all options of a handle that is fresh or reset. The handle points to this call until it is
  // reset again. stopping (any thread sets it) is for what curl does not do in turns.
  void prepare(void* easy, const CurlSettings& settings, Tick now,
               const std::atomic<bool>& stopping);
  // The result after curl has ended the call with this CURLcode.
  virtual Result<HttpAnswer> finish(int code, Tick now) = 0;
  // The result when the transport goes away while the call is under way.
  virtual Result<HttpAnswer> cancelled() const = 0;

 protected:
  // The options of the protocol, on top of those that all calls have.
  virtual void prepare_protocol(const CurlSettings& settings) = 0;
  void trust(const std::string& ca_file);
  // What curl has to say about its code.
  std::string why(int code) const;
  void* easy() const { return easy_; }
  bool stopping() const { return *stopping_; }

 private:
  Target target_;
  Duration connect_time_max_;
  Duration total_time_max_;
  Tick started_{};
  void* easy_ = nullptr;
  const std::atomic<bool>* stopping_ = nullptr;
  char error_text_[256] = {};
};

}  // namespace tillbridge::outbound
