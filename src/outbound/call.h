#pragma once
// Inside of the transport: one call on one curl handle, whatever its protocol. Outbound thread
// only.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "outbound/curl_transport.h"
#include "outbound/transport.h"

struct sockaddr;

namespace tillbridge::outbound {

class SocketWatch;

// A URL as libcurl has taken it apart (CURLU), so that it need not do it again for each call.
// Nobody writes to it any more: the calls of the outbound thread read what the core thread keeps.
using ParsedUrl = std::shared_ptr<void>;

struct Target {
  std::string key;       // scheme, host, port and whose URL it is: what waits in one queue
  std::string label;     // of metrics and errors: the host, or "user_supplied"
  bool passing = false;  // one of an open set: nothing is kept about it
  ParsedUrl url = nullptr;
};

// The parts of a URL that matter here; refuses what curl cannot read and credentials inside of it.
// Errors name no more than the host.
struct Place {
  std::string scheme;
  std::string host;
  std::string port;
  ParsedUrl url;
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

  // Sets the options that all calls of this kind have in common, on a fresh handle or one that was
  // reset. watch is told of its sockets, also of those that outlive a call.
  void set_up(void* easy, const CurlSettings& settings, SocketWatch& watch);
  // Sets the options of this call on a handle that is set up. It points to this call until leave().
  // stopping (any thread sets it) is for what curl does not do in turns.
  void prepare(void* easy, const CurlSettings& settings, Tick now,
               const std::atomic<bool>& stopping, SocketWatch& watch);
  // After the end: nothing of this call stays on the handle, which is set up for the next one of
  // this kind; or false, and the handle has to be reset.
  bool leave();
  // The result after curl has ended the call with this CURLcode.
  virtual Result<HttpAnswer> finish(int code, Tick now) = 0;
  // The result when the transport goes away while the call is under way.
  virtual Result<HttpAnswer> cancelled() const = 0;

 protected:
  // The parts of set_up(), prepare() and leave() that belong to the protocol.
  virtual void set_up_protocol(void* easy, const CurlSettings& settings) const = 0;
  virtual void prepare_protocol(const CurlSettings& settings) = 0;
  virtual bool leave_protocol() { return false; }
  // Asked before each connection is opened, with the address that it leads to.
  virtual bool may_connect_to(const sockaddr&) { return true; }
  static void trust(void* easy, const std::string& ca_file);
  // What curl has to say about its code.
  std::string why(int code) const;
  void* easy() const { return easy_; }
  bool stopping() const { return *stopping_; }

 private:
  struct Callbacks;
  friend struct Callbacks;

  Target target_;
  Duration connect_time_max_;
  Duration total_time_max_;
  Tick started_{};
  void* easy_ = nullptr;
  const std::atomic<bool>* stopping_ = nullptr;
  SocketWatch* watch_ = nullptr;
  char error_text_[256] = {};
};

}  // namespace tillbridge::outbound
