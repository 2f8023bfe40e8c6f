#include "http/connection.h"

#include <array>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/assert.h"
#include "http/body_stream.h"
#include "http/reply_text.h"
#include "http/request_reader.h"
#include "telemetry/log.h"

namespace tillbridge::http {
namespace {

using Break = Reply::Break;
using StreamFunction = std::function<Task<void>(std::shared_ptr<ByteStream>)>;
using TlsStream = asio::ssl::stream<Socket>;

constexpr std::size_t read_bytes = 4096;
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t buffer_kept_bytes = 8 * 1024;  // an idle connection keeps no more than this
constexpr std::size_t joined_bytes_max =
    16 * 1024;  // smaller bodies go out in one piece with the header
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;

Reply plain_reply(int status, std::string text) {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/plain";
  reply.body = std::move(text);
  reply.close = true;
  return reply;
}

Reply refusal_reply(int status) {
  switch (status) {
    case 408:
      return plain_reply(status, "the request took too long to arrive\n");
    case 413:
      return plain_reply(status, "the body is too large\n");
    case 417:
      return plain_reply(status, "unknown expectation\n");
    case 431:
      return plain_reply(status, "the header is too large\n");
    case 501:
      return plain_reply(status, "unknown transfer coding\n");
    case 503:
      return plain_reply(status, "too slow, try again later\n");
    case 505:
      return plain_reply(status, "HTTP/1.1 please\n");
    default:
      return plain_reply(status, "not a valid HTTP request\n");
  }
}

template <typename Stream>
class StreamConnection final : public Connection,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  StreamConnection(std::shared_ptr<Listener> listener, Stream stream, std::string peer)
      : Connection(std::move(listener)),
        stream_(std::move(stream)),
        reader_(ReaderLimits{this->listener().settings.header_bytes_max,
                             this->listener().settings.body_bytes_max}),
        peer_(std::move(peer)) {}

  Task<void> run();
  void close() override;
  Task<bool> write_streamed(std::string bytes) override;

 private:
  static constexpr bool encrypted = std::is_same_v<Stream, TlsStream>;

  Socket& socket() {
    if constexpr (encrypted) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void cancel_read() override;
  void answer_too_slow() override;
  Task<bool> shake_hands();
  Task<bool> receive();
  Task<bool> answer();
  Reply failed(const std::string& what);
  Task<bool> write(Reply reply);
  std::size_t write_at_once();
  Task<void> stream_out(Reply reply);
  static Task<void> produce(std::shared_ptr<StreamConnection> self, StreamFunction function,
                            CountedStream counted);
  void note_failure(const std::string& what);
  Task<void> break_off(Reply reply);
  Task<void> linger();
  void reset();
  void compose(Reply& reply, bool keep_alive);

  Stream stream_;
  boost::beast::flat_buffer buffer_;
  RequestReader reader_;
  std::string peer_;
  std::string head_;  // of the answer being written
  std::string body_;
  std::shared_ptr<BodyStream> streamed_;  // set once a streamed answer has begun
};

template <typename Stream>
Task<void> StreamConnection<Stream>::run() {
  const auto self = this->shared_from_this();
  if (!co_await shake_hands()) co_return;
  while (co_await receive()) {
    if (!co_await answer()) co_return;
  }
}

template <typename Stream>
Task<bool> StreamConnection<Stream>::shake_hands() {
  if constexpr (encrypted) {
    enter(Phase::handshake);
    auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, awaiting);
    if (error && !listener().gone) listener().metrics.refused_handshake.add();
    co_return !error;
  }
  co_return true;
}

// True when there is something to answer: a request, or the reason why it is refused.
template <typename Stream>
Task<bool> StreamConnection<Stream>::receive() {
  reader_.begin();
  enter(buffer_.size() > 0 ? Phase::receiving : Phase::idle);
  for (;;) {
    if (buffer_.size() > 0) {
      const auto bytes = buffer_.cdata();
      buffer_.consume(reader_.feed({static_cast<const char*>(bytes.data()), bytes.size()}));
      if (reader_.finished()) co_return true;
      if (reader_.take_continue()) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        auto [error, n] = co_await asio::async_write(stream_, asio::buffer(go_on), awaiting);
        if (error) co_return false;
      }
    } else if (phase() == Phase::idle && buffer_.capacity() > buffer_kept_bytes) {
      buffer_.shrink_to_fit();
    }
    if (listener().stopping && phase() == Phase::idle) co_return false;
    const std::size_t room =
        phase() == Phase::receiving && buffer_.size() == 0 ? body_read_bytes : read_bytes;
    auto [error, n] = co_await stream_.async_read_some(buffer_.prepare(room), awaiting);
    if (listener().gone) co_return false;
    if (receive_expired_) co_return true;
    if (error) co_return false;
    buffer_.commit(n);
    if (phase() == Phase::idle) enter(Phase::receiving);
  }
}

// False when the connection is at its end.
template <typename Stream>
Task<bool> StreamConnection<Stream>::answer() {
  Reply reply;
  const int refusal = receive_expired_ ? 408 : reader_.refusal();
  if (refusal != 0) {
    listener().metrics.count_refusal(refusal);
    reply = refusal_reply(refusal);
  } else {
    Request request = reader_.take();
    request.peer = peer_;
    enter(Phase::handling);
    std::optional<std::string> failure;
    try {
      Task<Reply> task = listener().handler(std::move(request));
      reply = co_await std::move(task);
    } catch (const std::exception& e) {
      failure = e.what();
    } catch (...) {
      failure = "an exception of unknown type";
    }
    if (failure) reply = failed(*failure);
    if (phase() != Phase::handling || listener().gone) co_return false;
    if (reply.break_off != Break::none) {
      co_await break_off(std::move(reply));
      co_return false;
    }
    if (is_streamed(reply) && !reader_.is_head()) {
      if (!listener().stopping && listener().streams < listener().settings.streams_max) {
        co_await stream_out(std::move(reply));
        co_return false;
      }
      listener().metrics.refused_stream_limit.add();
      reply = plain_reply(503, "too many streams are open, try again later\n");
    }
  }
  const bool peer_closes = refusal == 0 && !reader_.keep_alive();
  const bool going_on = co_await write(std::move(reply));
  if (going_on) co_return true;
  // TLS owes the peer a goodbye in any case: without it the answer might be a truncated one.
  if ((encrypted || !peer_closes) && phase() == Phase::writing) co_await linger();
  co_return false;
}

template <typename Stream>
Reply StreamConnection<Stream>::failed(const std::string& what) {
  note_failure(what);
  Reply reply;
  reply.status = 500;
  reply.content_type = "text/plain";
  reply.body = "internal error\n";
  return reply;
}

template <typename Stream>
void StreamConnection<Stream>::note_failure(const std::string& what) {
  if (listener().gone) return;
  listener().metrics.handler_failures.add();
  telemetry::log(telemetry::Level::error, "http_handler_failed",
                 {{"listener", listener().settings.name}, {"what", what}});
}

template <typename Stream>
void StreamConnection<Stream>::compose(Reply& reply, bool keep_alive) {
  const ReplyFacts facts{reader_.version(), keep_alive, reader_.is_head()};
  head_ = reply_head(reply, facts, listener().date());
  body_.clear();
  if (!has_body(reply, facts)) return;
  if (reply.body.size() <= joined_bytes_max) {
    head_ += reply.body;
  } else {
    body_ = std::move(reply.body);
  }
}

// True when the connection stays open for the next request.
template <typename Stream>
Task<bool> StreamConnection<Stream>::write(Reply reply) {
  const bool keep_alive =
      !receive_expired_ && reader_.keep_alive() && !reply.close && !listener().stopping;
  compose(reply, keep_alive);
  listener().metrics.count_reply(reply.status);
  enter(Phase::writing);
  const std::size_t written = write_at_once();
  if (written == head_.size() && body_.empty()) co_return keep_alive;
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head_) + written, asio::buffer(body_)};
  auto [error, n] = co_await asio::async_write(stream_, parts, awaiting);
  body_ = std::string();
  if (error) {
    close();
    enter(Phase::given_up);
  }
  co_return keep_alive && !error;
}

// What the machine takes without a wait, which is nearly always all of a small answer: to sleep
// until it is written would cost more than the writing. Not when the next request is here already:
// who sends many of them ahead must not keep the loop to themselves.
template <typename Stream>
std::size_t StreamConnection<Stream>::write_at_once() {
  if constexpr (encrypted) {
    return 0;
  } else {
    if (!stream_.non_blocking() || buffer_.size() > 0) return 0;
    boost::system::error_code failure;  // is met again by who writes the rest
    const std::size_t written = stream_.write_some(asio::buffer(head_), failure);
    return failure ? 0 : written;
  }
}

// The stream function runs beside this coroutine, which reads meanwhile: that is how it is noticed
// that the peer goes. What a peer sends during a streamed answer is dropped; the connection ends
// with the answer.
template <typename Stream>
Task<void> StreamConnection<Stream>::stream_out(Reply reply) {
  CountedStream counted = this->count_stream();
  compose(reply, false);
  listener().metrics.count_reply(reply.status);
  enter(Phase::writing);
  const auto [head_error, head_bytes] =
      co_await asio::async_write(stream_, asio::buffer(head_), awaiting);
  if (head_error || listener().stopping) co_return close();

  enter(Phase::streaming);
  const bool chunked = reader_.version() == 11;
  const auto streamed = std::make_shared<BodyStream>(this->weak_from_this(), chunked);
  streamed_ = streamed;
  asio::co_spawn(stream_.get_executor(),
                 produce(this->shared_from_this(), std::move(reply.stream), std::move(counted)),
                 [](std::exception_ptr failure) { TB_ASSERT(!failure); });
  buffer_.clear();
  for (std::size_t dropped = 0; streamed->open() && dropped < linger_bytes_max;) {
    auto [error, n] = co_await stream_.async_read_some(buffer_.prepare(read_bytes), awaiting);
    if (error) break;
    dropped += n;
  }
  if (!streamed->whole()) co_return close();

  enter(Phase::writing);
  if (chunked) {
    constexpr std::string_view last_chunk = "0\r\n\r\n";
    const auto [error, n] = co_await asio::async_write(stream_, asio::buffer(last_chunk), awaiting);
    if (error) co_return close();
  }
  co_await linger();
}

template <typename Stream>
Task<void> StreamConnection<Stream>::produce(std::shared_ptr<StreamConnection> self,
                                             StreamFunction function, CountedStream) {
  const auto streamed = self->streamed_;
  std::string failure;
  bool returned = false;
  try {
    co_await function(streamed);
    returned = true;
  } catch (const std::exception& e) {
    failure = e.what();
  } catch (...) {
    failure = "an exception of unknown type";
  }
  streamed->finish(returned);
  if (!returned) self->note_failure("in a stream: " + failure);
  if (streamed->whole()) {
    self->cancel_read();  // the other coroutine goes on
  } else {
    self->close();
  }
}

template <typename Stream>
Task<bool> StreamConnection<Stream>::write_streamed(std::string bytes) {
  const auto self = this->shared_from_this();
  enter(Phase::stream_writing);
  const auto [error, n] = co_await asio::async_write(stream_, asio::buffer(bytes), awaiting);
  if (phase() == Phase::stream_writing) enter(Phase::streaming);
  if (error) close();
  co_return !error;
}

template <typename Stream>
Task<void> StreamConnection<Stream>::break_off(Reply reply) {
  if (reply.break_off == Break::never_answer) {
    enter(Phase::held);
    while (!listener().stopping) {
      auto [error, n] = co_await stream_.async_read_some(buffer_.prepare(read_bytes), awaiting);
      if (error) co_return;
    }
    co_return;
  }
  if (reply.break_off == Break::reset_inside_answer) {
    compose(reply, true);
    const std::string whole = head_ + body_;
    const std::size_t head_bytes = whole.find("\r\n\r\n") + 4;
    const std::size_t part =
        whole.size() > head_bytes ? (head_bytes + whole.size()) / 2 : head_bytes / 2;
    enter(Phase::writing);
    co_await asio::async_write(stream_, asio::buffer(whole, part), awaiting);
  }
  reset();
}

// Closing while the peer still sends would make the kernel answer with a reset, which can destroy
// the answer on its way: so the sending side is closed and the rest is read and dropped.
template <typename Stream>
Task<void> StreamConnection<Stream>::linger() {
  enter(Phase::lingering);
  if constexpr (encrypted) {
    co_await stream_.async_shutdown(awaiting);
  }
  boost::system::error_code ignored;
  socket().shutdown(Socket::shutdown_send, ignored);
  for (std::size_t dropped = 0; dropped < linger_bytes_max;) {
    buffer_.clear();
    auto [error, n] = co_await socket().async_read_some(buffer_.prepare(read_bytes), awaiting);
    if (error) co_return;
    dropped += n;
  }
}

template <typename Stream>
void StreamConnection<Stream>::reset() {
  boost::system::error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
}

template <typename Stream>
void StreamConnection<Stream>::close() {
  boost::system::error_code ignored;
  socket().close(ignored);
  if (streamed_) streamed_->end();
}

template <typename Stream>
void StreamConnection<Stream>::cancel_read() {
  boost::system::error_code ignored;
  socket().cancel(ignored);
}

template <typename Stream>
void StreamConnection<Stream>::answer_too_slow() {
  Reply reply = refusal_reply(503);
  compose(reply, false);
  listener().metrics.count_refusal(503);
  listener().metrics.count_reply(503);
  // Nothing else is under way on the stream: the coroutine waits for the handler.
  asio::async_write(
      stream_, asio::buffer(head_),
      [self = this->shared_from_this()](boost::system::error_code, std::size_t) { self->close(); });
}

template <typename Stream>
void launch(std::shared_ptr<Listener> listener, Stream stream, std::string peer) {
  const Executor executor = stream.get_executor();
  const auto connection = std::make_shared<StreamConnection<Stream>>(
      std::move(listener), std::move(stream), std::move(peer));
  // The listener's set of connections is what owns up to these: stop() waits for it to empty.
  asio::co_spawn(executor, connection->run(), [connection](std::exception_ptr failure) {
    if (!failure) return;
    telemetry::log(telemetry::Level::error, "http_connection_failed",
                   {{"what", "an exception escaped a connection"}});
  });
}

}  // namespace

void start_connection(std::shared_ptr<Listener> listener, Socket socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto endpoint = socket.remote_endpoint(ignored);
  std::string peer = ignored ? std::string() : endpoint.address().to_string();
  socket.non_blocking(true, ignored);  // also for write_at_once()
  if (listener->tls) {
    TlsStream stream(std::move(socket), *listener->tls);
    launch(std::move(listener), std::move(stream), std::move(peer));
  } else {
    launch(std::move(listener), std::move(socket), std::move(peer));
  }
}

}  // namespace tillbridge::http
