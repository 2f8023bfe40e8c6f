#include "http/body_stream.h"

#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "http/connection.h"

namespace tillbridge::http {

BodyStream::BodyStream(std::weak_ptr<Connection> connection, bool chunked)
    : connection_(std::move(connection)), chunked_(chunked) {}

Task<bool> BodyStream::write(std::string bytes) {
  const auto self = shared_from_this();
  const auto connection = connection_.lock();
  if (!open() || !connection) co_return false;
  TB_ASSERT(!writing_);
  if (bytes.empty()) co_return true;  // an empty chunk would be the last one
  if (chunked_) bytes = fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  writing_ = true;
  const bool written = co_await connection->write_streamed(std::move(bytes));
  writing_ = false;
  co_return written&& open();
}

void BodyStream::on_closed(std::function<void()> notify) {
  if (open()) {
    notify_ = std::move(notify);
  } else if (state_ == State::broken && notify) {
    notify();
  }
}

void BodyStream::end() {
  if (!open()) return;
  state_ = State::broken;
  if (const auto notify = std::exchange(notify_, {})) notify();
}

void BodyStream::finish(bool returned) {
  notify_ = {};
  // A write that somebody else still waits for: the rest of its piece is not going to come.
  if (open()) state_ = returned && !writing_ ? State::whole : State::broken;
}

}  // namespace tillbridge::http
