#pragma once
// Inside of the server: one connection. It lives as long as its coroutine; the listener's sweep and
// stop() reach it through this base. Core thread only.

#include <memory>

#include "http/listener.h"

namespace tillbridge::http {

class Connection {
 public:
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Called by the sweep: acts on the deadline if it has passed.
  void check(Tick now);
  // The listener stops: what waits for a request ends now, and so do streamed answers; other
  // requests are finished.
  void stop_when_idle();
  // Ends without further words.
  virtual void close() = 0;
  // Writes a piece of a streamed answer, framing included; false when the connection is at its end.
  virtual Task<bool> write_streamed(std::string bytes) = 0;

 protected:
  enum class Phase {
    handshake,
    idle,            // between requests
    receiving,       // from the first byte of a request to its last
    handling,        // the handler has it
    writing,         // the answer is on its way
    streaming,       // a streamed answer has nothing to send just now
    stream_writing,  // a piece of a streamed answer is on its way
    lingering,       // answered for the last time; the peer may still be sending
    given_up,  // the handler was too slow: 503 is on its way, the handler's answer will be dropped
    held,      // a drill: never answered
  };

  explicit Connection(std::shared_ptr<Listener> listener);
  void enter(Phase phase);
  Phase phase() const { return phase_; }
  Listener& listener() { return *listener_; }
  CountedStream count_stream() { return CountedStream(listener_); }

  virtual void cancel_read() = 0;      // wakes the coroutine inside its read
  virtual void answer_too_slow() = 0;  // writes 503 beside the waiting coroutine, then closes

  bool receive_expired_ = false;

 private:
  std::shared_ptr<Listener> listener_;
  Phase phase_ = Phase::idle;
  Tick deadline_ = Tick::max();
};

// Starts a connection on an accepted socket.
void start_connection(std::shared_ptr<Listener> listener, Socket socket);

}  // namespace tillbridge::http
