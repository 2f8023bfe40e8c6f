#include "outbound/curl_engine.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <curl/curl.h>

#include "base/assert.h"
#include "outbound/socket_watch.h"
#include "telemetry/log.h"

namespace tillbridge::outbound {
namespace asio = boost::asio;
namespace {

using std::chrono::milliseconds;
using Executor = Loop::executor_type;
using Done = asio::any_completion_handler<void(Result<HttpAnswer>)>;

// LIMIT: calls that wait for their turn, all hosts together. The engine paces itself far below
// this.
constexpr std::size_t waiting_max = 16 * 1024;
// Unless there is something to do before.
constexpr int wait_ms_max = 1000;

// A call on its way from the core thread to the outbound thread and back. The handler is touched on
// the core thread only.
struct Ticket {
  Ticket(std::unique_ptr<Call> its_call, Done handler, Loop& loop, Tick give_up)
      : call(std::move(its_call)),
        done(std::move(handler)),
        work(loop.get_executor()),
        give_up_at(give_up) {}

  const std::unique_ptr<Call> call;
  Done done;  // Boost 1.81: constructed in place and never assigned to (asio issue 1180)
  asio::executor_work_guard<Executor> work;  // the loop does not end under a waiting call
  Tick give_up_at;
  Result<HttpAnswer> result = HttpAnswer{};
};
using TicketPtr = std::unique_ptr<Ticket>;

// What the two threads share. It outlives the transport inside the deliveries that it posts.
struct Mailbox : std::enable_shared_from_this<Mailbox> {
  explicit Mailbox(Loop& the_loop) : loop(the_loop) {}

  Loop& loop;
  std::mutex mutex;               // guards all below
  std::vector<TicketPtr> asked;   // core -> outbound
  std::deque<TicketPtr> settled;  // outbound -> core
  std::size_t open = 0;           // asked and not yet settled
  bool stopping = false;

  void settle(std::vector<TicketPtr> batch) {
    if (batch.empty()) return;
    const std::lock_guard lock(mutex);
    open -= batch.size();
    const bool idle = settled.empty();
    for (TicketPtr& ticket : batch) settled.push_back(std::move(ticket));
    if (idle) asio::post(loop.get_executor(), [self = shared_from_this()] { self->deliver(); });
  }

  // Core thread. Resumes the waiting coroutines one after the other.
  void deliver() {
    std::deque<TicketPtr> batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(settled);
    }
    for (TicketPtr& ticket : batch) {
      const TicketPtr mine = std::move(ticket);
      std::move(mine->done)(std::move(mine->result));
    }
  }
};

struct Host {
  Host(telemetry::Metrics& metrics_, const std::string& label_) : metrics(metrics_), label(label_) {
    seconds = metrics.histogram(
        "tillbridge_outbound_call_seconds", "Time of calls to other systems, from send to end.",
        {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}, {{"host", label}});
  }

  telemetry::Metrics& metrics;
  std::string label;
  std::deque<TicketPtr> waiting;
  std::size_t active = 0;
  telemetry::Histogram seconds;

  void count(const Result<HttpAnswer>& result) {
    const std::string kind = result ? std::to_string(result->status / 100) + "xx"
                                    : std::string(name(result.error().kind));
    auto [found, fresh] = calls_.try_emplace(kind);
    if (fresh) {
      found->second =
          metrics.counter("tillbridge_outbound_calls_total", "Calls to other systems by result.",
                          {{"host", label}, {"result", kind}});
    }
    found->second.add();
  }

 private:
  std::map<std::string, telemetry::Counter> calls_;
};

struct CloseMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct CloseEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, CloseEasy>;

// A handle between two calls. All calls of an engine are of one kind.
struct Spare {
  Easy easy;
  bool set_up = false;  // else fresh or reset
};

void init_curl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error("libcurl cannot start");
}

}  // namespace

struct CurlEngine::State {
  State(Loop& loop, telemetry::Metrics& metrics_, CurlSettings settings_,
        telemetry::Gauge in_flight)
      : mailbox(std::make_shared<Mailbox>(loop)),
        metrics(metrics_),
        settings(std::move(settings_)),
        in_flight_gauge(in_flight) {
    init_curl_once();
    multi.reset(curl_multi_init());
    if (!multi) throw std::runtime_error("libcurl cannot start");
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(settings.in_flight_max));
    curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, &watch);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
    thread = std::thread([this] { run(); });
  }

  std::shared_ptr<Mailbox> mailbox;
  telemetry::Metrics& metrics;
  const CurlSettings settings;
  telemetry::Gauge in_flight_gauge;
  SystemClock clock;
  SocketWatch watch;             // wake(): any thread; the rest: outbound thread
  std::optional<Tick> curl_due;  // when libcurl wants to be called without a ready socket
  std::unique_ptr<CURLM, CloseMulti> multi;  // outbound thread, as what it calls back
  std::thread thread;
  std::atomic<bool> stopping = false;  // for calls that curl blocks in

  // Outbound thread from here on.
  std::map<std::string, Host> hosts;
  std::map<CURL*, TicketPtr> active;
  std::vector<Spare> spare;
  std::vector<TicketPtr> finished;  // of this turn
  std::size_t waiting = 0;
  Tick next_expiry{};

  void run();
  void run_due();
  void run_ready();
  static int on_socket(CURL*, curl_socket_t socket, int what, void* watch, void*);
  static int on_timer(CURLM*, long in_ms, void* self);
  bool take_asked();
  void expire_waiting();
  void start_waiting();
  void start(Host& host, TicketPtr ticket);
  void take_finished();
  void cancel_all();

  // Core thread.
  Task<Result<HttpAnswer>> ask(std::unique_ptr<Call> call);
};

int CurlEngine::State::on_socket(CURL*, curl_socket_t socket, int what, void* watch, void*) {
  const bool read = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
  const bool write = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  static_cast<SocketWatch*>(watch)->want(socket, read, write);
  return 0;
}

int CurlEngine::State::on_timer(CURLM*, long in_ms, void* self) {
  State& state = *static_cast<State*>(self);
  state.curl_due.reset();
  if (in_ms >= 0) state.curl_due = state.clock.tick() + milliseconds{in_ms};
  return 0;
}

void CurlEngine::State::run() {
  while (take_asked()) {
    expire_waiting();
    start_waiting();
    run_due();
    take_finished();
    const bool room_for_more = waiting > 0 && !finished.empty();
    mailbox->settle(std::exchange(finished, {}));
    in_flight_gauge.set(static_cast<double>(active.size()));
    if (!room_for_more) run_ready();
  }
  cancel_all();
}

// Calls that have just been added are due at once.
void CurlEngine::State::run_due() {
  if (!curl_due || clock.tick() < *curl_due) return;
  // libcurl names the next time when it is called for this one, also when this was too early.
  curl_due.reset();
  int running = 0;
  curl_multi_socket_action(multi.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

// Waits, and lets libcurl go on with the calls whose sockets are ready: no others are looked at.
void CurlEngine::State::run_ready() {
  milliseconds at_most{wait_ms_max};
  if (curl_due) {
    const auto left = std::chrono::ceil<milliseconds>(*curl_due - clock.tick());
    at_most = std::clamp(left, milliseconds{0}, at_most);
  }
  for (const SocketWatch::Ready& ready : watch.wait(at_most)) {
    // With no bits libcurl looks at the socket itself.
    const int bits =
        ready.unclear ? 0
                      : (ready.read ? CURL_CSELECT_IN : 0) | (ready.write ? CURL_CSELECT_OUT : 0);
    int running = 0;
    curl_multi_socket_action(multi.get(), ready.socket, bits, &running);
  }
}

bool CurlEngine::State::take_asked() {
  std::vector<TicketPtr> asked;
  {
    const std::lock_guard lock(mailbox->mutex);
    asked.swap(mailbox->asked);
    if (mailbox->stopping) {
      mailbox->asked.swap(asked);  // cancel_all() deals with them
      return false;
    }
  }
  for (TicketPtr& ticket : asked) {
    const Target& target = ticket->call->target();
    Host& host = hosts.try_emplace(target.key, metrics, target.label).first->second;
    host.waiting.push_back(std::move(ticket));
    ++waiting;
  }
  return true;
}

// A call may spend all of its time waiting for a turn; it must not wait longer than that.
void CurlEngine::State::expire_waiting() {
  const Tick now = clock.tick();
  if (waiting == 0 || now < next_expiry) return;
  next_expiry = now + milliseconds{wait_ms_max};
  for (auto& [key, host] : hosts) {
    std::deque<TicketPtr> still;
    for (TicketPtr& ticket : host.waiting) {
      if (now < ticket->give_up_at) {
        still.push_back(std::move(ticket));
        continue;
      }
      --waiting;
      ticket->result =
          fail(Error::Kind::retry,
               "the call to " + host.label + " did not get its turn in time (nothing was sent)");
      host.count(ticket->result);
      finished.push_back(std::move(ticket));
    }
    host.waiting = std::move(still);
  }
}

void CurlEngine::State::start_waiting() {
  for (auto it = hosts.begin(); waiting > 0 && it != hosts.end(); ++it) {
    Host& host = it->second;
    while (!host.waiting.empty() && host.active < settings.connections_per_host_max &&
           active.size() < settings.in_flight_max) {
      TicketPtr ticket = std::move(host.waiting.front());
      host.waiting.pop_front();
      --waiting;
      start(host, std::move(ticket));
    }
  }
}

void CurlEngine::State::start(Host& host, TicketPtr ticket) {
  if (spare.empty()) spare.push_back({Easy(curl_easy_init())});
  auto [easy, set_up] = std::move(spare.back());
  spare.pop_back();
  TB_ASSERT(easy);
  if (!set_up) ticket->call->set_up(easy.get(), settings, watch);
  ticket->call->prepare(easy.get(), settings, clock.tick(), stopping, watch);
  TB_ASSERT(curl_multi_add_handle(multi.get(), easy.get()) == CURLM_OK);
  ++host.active;
  active.emplace(easy.release(), std::move(ticket));
}

void CurlEngine::State::take_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Easy easy(message->easy_handle);
    auto node = active.extract(easy.get());
    TB_ASSERT(!node.empty());
    TicketPtr ticket = std::move(node.mapped());
    const Tick now = clock.tick();
    ticket->result = ticket->call->finish(static_cast<int>(code), now);
    curl_multi_remove_handle(multi.get(), easy.get());
    const bool set_up = ticket->call->leave();
    if (!set_up) curl_easy_reset(easy.get());  // options go, the pooled connection stays
    spare.push_back({std::move(easy), set_up});

    const auto found = hosts.find(ticket->call->target().key);
    Host& host = found->second;
    --host.active;
    host.count(ticket->result);
    host.seconds.observe(std::chrono::duration<double>(now - ticket->call->started()).count());
    // The hosts of users' URLs are no closed set, so nothing is kept about them.
    if (ticket->call->target().passing && host.active == 0 && host.waiting.empty())
      hosts.erase(found);
    finished.push_back(std::move(ticket));
  }
}

void CurlEngine::State::cancel_all() {
  for (auto& [handle, ticket] : active) {
    const Easy easy(handle);
    ticket->result = ticket->call->cancelled();
    curl_multi_remove_handle(multi.get(), easy.get());
    finished.push_back(std::move(ticket));
  }
  active.clear();
  for (auto& [key, host] : hosts) {
    for (TicketPtr& ticket : host.waiting) finished.push_back(std::move(ticket));
    host.waiting.clear();
  }
  {
    const std::lock_guard lock(mailbox->mutex);
    for (TicketPtr& ticket : mailbox->asked) finished.push_back(std::move(ticket));
    mailbox->asked.clear();
  }
  for (TicketPtr& ticket : finished) {
    if (ticket->result) ticket->result = ticket->call->cancelled();
  }
  in_flight_gauge.set(0);
  mailbox->settle(std::exchange(finished, {}));
}

CurlEngine::CurlEngine(Loop& loop, telemetry::Metrics& metrics, CurlSettings settings,
                       telemetry::Gauge in_flight)
    : state_(std::make_unique<State>(loop, metrics, std::move(settings), in_flight)) {}

CurlEngine::~CurlEngine() {
  {
    const std::lock_guard lock(state_->mailbox->mutex);
    state_->mailbox->stopping = true;
  }
  state_->stopping = true;
  state_->watch.wake();
  state_->thread.join();
}

Task<Result<HttpAnswer>> CurlEngine::State::ask(std::unique_ptr<Call> call) {
  {
    const std::lock_guard lock(mailbox->mutex);
    if (mailbox->open >= waiting_max) {
      co_return fail(Error::Kind::retry, "too many calls wait for their turn; the one to " +
                                             call->target().label + " was not started");
    }
  }
  const auto initiate = [](auto handler, State* to, std::unique_ptr<Call> asked) {
    const Tick give_up = SystemClock{}.tick() + asked->total_time_max();
    auto ticket = std::make_unique<Ticket>(std::move(asked), Done(std::move(handler)),
                                           to->mailbox->loop, give_up);
    bool wake = false;
    {
      const std::lock_guard lock(to->mailbox->mutex);
      wake = to->mailbox->asked.empty();
      to->mailbox->asked.push_back(std::move(ticket));
      ++to->mailbox->open;
    }
    if (wake) to->watch.wake();
  };
  constexpr asio::use_awaitable_t<Executor> awaiting;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                          void(Result<HttpAnswer>)>(initiate, awaiting, this,
                                                                    std::move(call));
}

Task<Result<HttpAnswer>> CurlEngine::ask(std::unique_ptr<Call> call) {
  return state_->ask(std::move(call));
}

}  // namespace tillbridge::outbound
