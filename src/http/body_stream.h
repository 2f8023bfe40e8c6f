#pragma once
// Inside of the server: the end of a streamed answer that its function writes to. It may outlive
// the connection and the server: then it is closed. Core thread only.

#include <functional>
#include <memory>
#include <string>

#include "http/message.h"

namespace tillbridge::http {

class Connection;

class BodyStream final : public ByteStream, public std::enable_shared_from_this<BodyStream> {
 public:
  BodyStream(std::weak_ptr<Connection> connection, bool chunked);

  Task<bool> write(std::string bytes) override;
  bool open() const override { return state_ == State::open; }
  void on_closed(std::function<void()> notify) override;

  // The connection is at its end: tells the function, if it still runs.
  void end();
  // The function is at its end, by returning or by an exception. whole() afterwards if it has
  // returned and all that it wrote has been sent.
  void finish(bool returned);
  bool whole() const { return state_ == State::whole; }

 private:
  enum class State { open, whole, broken };

  std::weak_ptr<Connection> connection_;
  bool chunked_;
  bool writing_ = false;
  State state_ = State::open;
  std::function<void()> notify_;
};

}  // namespace tillbridge::http
