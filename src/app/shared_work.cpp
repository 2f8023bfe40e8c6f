#include "app/shared_work.h"

#include <boost/asio/post.hpp>

#include "app/journal_place.h"
#include "base/json.h"
#include "base/utf8.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

using journal::postgres::ChangePlace;
using journal::postgres::ChangeReader;
using journal::postgres::Changes;

constexpr Duration look_every = std::chrono::seconds{2};  // what is said may go unheard
constexpr Duration look_soon = std::chrono::milliseconds{20};
constexpr Duration late_after = std::chrono::seconds{10};
constexpr Duration again_after = std::chrono::seconds{1};

journal::postgres::PostgresSettings settings_of(std::uint16_t node) {
  journal::postgres::PostgresSettings settings;
  settings.node = node;
  return settings;
}

constexpr std::string_view breaker_word = " breaker ";
constexpr std::size_t reason_bytes_max = 300;

std::string text_of(const engine::BreakerNews& news) {
  return std::string(breaker_word.substr(1)) +
         json::to_text(json::Object{{"workspace", news.workspace},
                                    {"connection", news.connection},
                                    {"duty", news.duty},
                                    {"open", news.open},
                                    {"reason", beginning_of(news.reason, reason_bytes_max)}});
}

std::optional<engine::BreakerNews> breaker_news(const std::string& text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const json::Object& object = parsed->get_object();
  engine::BreakerNews news;
  news.workspace = json::text(object, "workspace").value_or("");
  news.connection = json::text(object, "connection").value_or("");
  news.duty = json::text(object, "duty").value_or("");
  news.open = json::boolean(object, "open").value_or(false);
  news.reason = json::text(object, "reason").value_or("");
  return news;
}

}  // namespace

// What other threads say, on the loop.
struct SharedWork::Told {
  explicit Told(Loop& loop) : changed(loop) {}
  void wake() {
    woken = true;
    changed.notify();
  }
  Signal changed;
  bool woken = false;  // since the last look began
  Leading::Mine mine;
  std::vector<std::string> news;
};

SharedWork::SharedWork(Loop& loop, const Clock& clock, journal::Journal& journal, Leading& leading,
                       const Secret& url, std::uint16_t node, Parts parts)
    : loop_(loop),
      clock_(clock),
      journal_(journal),
      leading_(leading),
      parts_(std::move(parts)),
      reader_(std::make_shared<ChangeReader>(std::string(url.reveal()), settings_of(node))),
      told_(std::make_shared<Told>(loop)) {
  listen(std::string(url.reveal()), node);
}

SharedWork::~SharedWork() {
  leading_.carries_nothing();
}

void SharedWork::listen(const std::string& url, std::uint16_t node) {
  const auto heard = [&loop = loop_, told = std::weak_ptr(told_),
                      own = std::to_string(node) + " "](const std::string& payload) {
    if (payload.starts_with(own)) return;
    const auto words = payload.find(breaker_word);
    std::string news =
        words == std::string::npos ? "" : payload.substr(words + breaker_word.size());
    boost::asio::post(loop, [told, news = std::move(news)] {
      const auto known = told.lock();
      if (!known) return;
      if (!news.empty()) known->news.push_back(news);
      known->wake();
    });
  };
  listener_ = std::make_unique<journal::postgres::CommitListener>(url, settings_of(node), heard);
}

// One question at a time, on whichever reader thread is free.
template <typename T>
Task<Result<T>> SharedWork::asked(std::function<Result<T>(ChangeReader&)> question) {
  std::function<Result<T>(journal::Reader&)> query =
      [reader = reader_, question = std::move(question)](journal::Reader&) {
        return question(*reader);
      };
  co_return co_await journal_.read<T>(std::move(query));
}

Task<Result<void>> SharedWork::begin() {
  std::function<Result<ChangePlace>(ChangeReader&)> question = [](ChangeReader& reader) {
    return reader.now();
  };
  TB_CO_TRY(place_, co_await asked<ChangePlace>(std::move(question)));
  send_from({});
  co_return Result<void>{};
}

Task<Result<SharedWork::Newest>> SharedWork::newest_settings() {
  std::function<Result<Newest>(ChangeReader&)> question = [](ChangeReader& reader) {
    return reader.newest_settings();
  };
  co_return co_await asked<Newest>(std::move(question));
}

void SharedWork::lead() {
  told_->mine = take_part();
  send_from(told_->mine.shards);
}

void SharedWork::join() {
  told_->mine = take_part();
  leader_ = told_->mine.leader;
}

Leading::Mine SharedWork::take_part() {
  return leading_.carry_with(
      [&loop = loop_, told = std::weak_ptr(told_)](const Leading::Mine& mine) {
        boost::asio::post(loop, [told, mine] {
          if (const auto known = told.lock()) {
            known->mine = mine;
            known->wake();
          }
        });
      });
}

void SharedWork::request_stop() {
  stopping_ = true;
  told_->wake();
}

Task<void> SharedWork::run() {
  bool failed = false;
  while (!stopping_) {
    told_->woken = false;
    const auto looked = co_await look();
    if (stopping_) co_return;
    if (!looked && !failed) {
      telemetry::log(telemetry::Level::error, "others_not_heard",
                     {{"what", looked.error().what},
                      {"do", "what other hubs do is read again as soon as the database answers"}});
    }
    failed = !looked;
    if (told_->woken && !failed) continue;
    co_await told_->changed.wait(failed ? again_after : look_again_after());
  }
}

// It is woken by what it is told of. What it has to wait for otherwise: an older transaction of
// somebody, or calls that are under way.
Duration SharedWork::look_again_after() {
  const bool settled = given_up_ == told_->mine.number && carried_ == told_->mine.shards;
  if (settled && !more_may_come_) return look_every;
  pause_ = std::clamp(pause_ * 2, look_soon, look_every);
  return pause_;
}

Task<Result<void>> SharedWork::look() {
  // What goes is not begun any more from here on.
  const engine::ShardSet kept = carried_ & told_->mine.shards;
  if (kept != carried_) send_from(kept);
  hear_news();
  TB_CO_CHECK(co_await pass_on_news());
  TB_CO_CHECK(co_await read_changes());
  TB_CO_CHECK(co_await come_to_what_is_mine());
  const Leading::Mine mine = told_->mine;
  if (given_up_ != mine.number && (carried_ & ~mine.shards).none() &&
      !parts_.under_way_in(~mine.shards)) {
    leading_.carries_only(mine);
    given_up_ = mine.number;
  }
  co_return Result<void>{};
}

Task<Result<void>> SharedWork::read_changes() {
  for (bool more = true; more && !stopping_;) {
    std::function<Result<Changes>(ChangeReader&)> question = [from = place_](ChangeReader& reader) {
      return reader.since(from);
    };
    TB_CO_TRY(const Changes changes, co_await asked<Changes>(std::move(question)));
    if (stopping_) break;
    if (changes.missed) end_process("what other hubs did is not known any more: start again");
    for (const journal::OpenDelivery& delivery : changes.deliveries) {
      if (!parts_.changed(delivery)) early_.push_back(delivery);
    }
    if (!changes.deliveries.empty()) pause_ = Duration{0};
    if (changes.pauses || changes.settings) parts_.ordered(changes.pauses, changes.settings);
    place_ = changes.place;
    more = changes.more;
    more_may_come_ = changes.more_may_come;
  }
  co_return co_await tell_again();
}

Task<Result<void>> SharedWork::come_to_what_is_mine() {
  const Leading::Mine mine = told_->mine;
  if ((mine.shards & ~carried_).none()) {
    late_since_.reset();
    co_return Result<void>{};
  }
  if (leader_ && *leader_ != mine.leader) {
    // The one that led then may have been an older version, which did not tell all.
    parts_.ordered(false, true);
    co_return Result<void>{};
  }
  if (!barrier_ || barrier_->number != mine.number) {
    std::function<Result<ChangePlace>(ChangeReader&)> question = [](ChangeReader& reader) {
      return reader.end();
    };
    TB_CO_TRY(const ChangePlace end, co_await asked<ChangePlace>(std::move(question)));
    barrier_ = Barrier{mine.number, end};
    TB_CO_CHECK(co_await read_changes());
  }
  if (place_.transaction >= barrier_->place.transaction && told_->mine.number == mine.number) {
    late_since_.reset();
    send_from(mine.shards);
  } else if (!late_since_) {
    late_since_ = clock_.tick();
  } else if (clock_.tick() - *late_since_ > late_after) {
    late_since_ = clock_.tick();
    telemetry::log(telemetry::Level::warning, "shards_not_sent_from",
                   {{"shards", (mine.shards & ~carried_).count()},
                    {"why", "a writing transaction on the database server has been open for long"},
                    {"do", "end it: pg_stat_activity, pg_prepared_xacts"}});
  }
  co_return Result<void>{};
}

void SharedWork::tell(const engine::BreakerNews& news) {
  if (stopping_) return;
  news_.push_back(text_of(news));
  told_->wake();
}

void SharedWork::hear_news() {
  for (const std::string& text : std::exchange(told_->news, {})) {
    if (const auto news = breaker_news(text)) parts_.heard(*news);
  }
}

// What cannot be told now is not told later: it is of the moment.
Task<Result<void>> SharedWork::pass_on_news() {
  for (std::string& text : std::exchange(news_, {})) {
    std::function<Result<bool>(ChangeReader&)> question =
        [text = std::move(text)](ChangeReader& reader) -> Result<bool> {
      TB_CHECK(reader.tell(text));
      return true;
    };
    const auto told = co_await asked<bool>(std::move(question));
    if (!told) co_return fail(told.error());
  }
  co_return Result<void>{};
}

// Once a commit that was asked for later has come back, so have those of which others know.
Task<Result<void>> SharedWork::tell_again() {
  if (early_.empty()) co_return Result<void>{};
  journal::Step nothing;
  const auto passed = co_await journal_.commit(std::move(nothing));
  if (!passed) co_return fail(passed.error());
  for (const journal::OpenDelivery& delivery : std::exchange(early_, {}))
    (void)parts_.changed(delivery);  // what is not known now was over before this hub read of it
  co_return Result<void>{};
}

void SharedWork::send_from(const engine::ShardSet& shards) {
  carried_ = shards;
  parts_.carry(shards);
}

}  // namespace tillbridge::app
