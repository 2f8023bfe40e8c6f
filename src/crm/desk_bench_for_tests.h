#pragma once
// A customer desk on a journal in memory, beside a platform that is a table: up, refusing, hanging
// or late in showing what was written. The desk can be thrown away and started again.

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "crm/customer_desk.h"
#include "journal/memory/memory_store.h"

namespace tillbridge::crm::for_tests {

constexpr const char* platform_name = "bloomreach";

// What reached the store, and whether it takes anything.
struct StoreTap {
  std::atomic<bool> refuses{false};
  std::mutex mutex;
  std::vector<journal::Step> steps;  // guarded by mutex
};

class TappedWriter final : public journal::Writer {
 public:
  TappedWriter(std::unique_ptr<journal::Writer> inner, std::shared_ptr<StoreTap> tap)
      : inner_(std::move(inner)), tap_(std::move(tap)) {}
  Result<std::vector<journal::Receipt>> apply(std::span<const journal::Step> steps) override {
    if (tap_->refuses) return fail(Error::Kind::unavailable, "the disk is full");
    auto applied = inner_->apply(steps);
    const std::lock_guard lock(tap_->mutex);
    if (applied) tap_->steps.insert(tap_->steps.end(), steps.begin(), steps.end());
    return applied;
  }
  void maintain() override {}
  Result<std::uint64_t> retire(const journal::Retention&, Instant, std::uint64_t) override {
    return std::uint64_t{0};
  }
  Result<void> backup(const std::string& file, std::function<void(double)> progress) override {
    return inner_->backup(file, std::move(progress));
  }

 private:
  std::unique_ptr<journal::Writer> inner_;
  std::shared_ptr<StoreTap> tap_;
};

class TappedStore final : public journal::Store {
 public:
  explicit TappedStore(std::shared_ptr<StoreTap> tap) : tap_(std::move(tap)) {}
  Result<std::unique_ptr<journal::Writer>> open_writer() override {
    TB_TRY(auto inner, inner_->open_writer());
    return std::unique_ptr<journal::Writer>(std::make_unique<TappedWriter>(std::move(inner), tap_));
  }
  Result<std::unique_ptr<journal::Reader>> open_reader() override { return inner_->open_reader(); }

 private:
  std::unique_ptr<journal::Store> inner_ = journal::memory::open();
  std::shared_ptr<StoreTap> tap_;
};

// Holds profiles by handle. What is written shows after `shows_after`; a write that has to look up
// first goes to whoever is there by then.
class Platform final : public ProfileSource {
 public:
  enum class Mode { up, refuses, hangs };
  struct Profile {
    model::Customer customer;
    std::vector<model::ConsentDecision> consents;
  };

  Platform(Loop& loop, ManualClock& clock) : loop_(loop), clock_(clock) {}

  std::string connection() const override { return platform_name; }
  bool searches_by(KeyType type) const override { return searchable.contains(type); }
  Task<SourceAnswer> find(Key key, Duration within) override {
    asked.push_back(key);
    for (int turn = 0; turn < loop_turns; ++turn) co_await yield_now(loop_);
    SourceAnswer answer;
    if (mode == Mode::hangs) clock_.advance(std::min(within, hangs_for));
    if (mode != Mode::up) {
      answer.outcome.reason = "not now";
      co_return answer;
    }
    clock_.advance(took);
    show_what_is_due();
    answer.outcome.kind = Outcome::Kind::delivered;
    const std::string handle = owner(key);
    if (handle.empty()) co_return answer;
    const Profile& profile = profiles[handle];
    FoundProfile found;
    found.handle = handle;
    found.customer = profile.customer;
    found.consents = profile.consents;
    answer.found = std::move(found);
    co_return answer;
  }

  Task<SourcePage> changed(Instant /*since*/, std::string /*next*/) override {
    SourcePage page;
    page.outcome.kind = Outcome::Kind::rejected;
    co_return page;
  }

  // A delivery has arrived: {"id", "handle", "look_up_first", "customer"}; again is as once.
  void receive(const std::string& effect, const std::string& part) {
    if (!effects_.insert(effect).second) return;
    writes_.push_back({clock_.now() + shows_after, part});
  }
  void show_what_is_due() {
    while (!writes_.empty() && writes_.front().shows_at <= clock_.now()) {
      write(json::parse(writes_.front().part)->as_object());
      writes_.erase(writes_.begin());
    }
  }
  // Who can be found with this key; "" nobody.
  std::string owner(const Key& key) const {
    for (const auto& [handle, profile] : profiles) {
      if (has(handle, profile.customer, key)) return handle;
    }
    return "";
  }
  int count(const Key& key) const {
    return static_cast<int>(std::count_if(profiles.begin(), profiles.end(), [&](const auto& one) {
      return has(one.first, one.second.customer, key);
    }));
  }

  Mode mode = Mode::up;
  std::set<KeyType> searchable{KeyType::customer_id, KeyType::email, KeyType::profile};
  Duration shows_after{0};
  Duration took{0};                             // of a read that is answered
  int loop_turns = 1;                           // that others get while a read is under way
  Duration hangs_for = CrmSettings{}.patience;  // nobody waits longer, however long a read may take
  std::map<std::string, Profile> profiles;
  std::vector<Key> asked;

 private:
  struct Write {
    Instant shows_at;
    std::string part;
  };

  static bool has(const std::string& handle, const model::Customer& customer, const Key& key) {
    switch (key.type) {
      case KeyType::customer_id:
      case KeyType::profile:
        return handle == key.value;
      case KeyType::email:
        return customer.email == key.value;
      case KeyType::member_number:
        return customer.member_number == key.value;
      case KeyType::personal_id:
        return customer.personal_id == key.value;
      case KeyType::phone:
        return std::find(customer.phones.begin(), customer.phones.end(), key.value) !=
               customer.phones.end();
    }
    return false;
  }
  void write(const json::Object& said) {
    const auto entry = read_entry(json::text(said, "entry").value_or(""));
    ASSERT_TRUE(entry);
    const model::Customer& customer = entry->customer;
    std::string handle = json::text(said, "handle").value_or("");
    if (const auto alias = aliases_.find(handle); alias != aliases_.end()) handle = alias->second;
    if (json::boolean(said, "look_up_first").value_or(false)) {
      std::string there;
      if (!customer.email.empty()) there = owner({KeyType::email, customer.email});
      if (there.empty() && customer.email.empty() && searchable.contains(KeyType::phone) &&
          !customer.phones.empty())
        there = owner({KeyType::phone, customer.phones.front()});
      if (!there.empty() && there != handle) {
        aliases_[handle] = there;
        handle = there;
      }
    }
    profiles[handle].customer = customer;
    // The platform knows its own number only.
    profiles[handle].customer.customer_id.clear();
  }

  Loop& loop_;
  ManualClock& clock_;
  std::set<std::string> effects_;
  std::vector<Write> writes_;
  std::map<std::string, std::string> aliases_;
};

// One delivery to the platform for each act; keeps what it was asked.
class PlatformWriter final : public CustomerWriter {
 public:
  PlatformWriter(Platform& platform, const Clock& clock, IdSource& ids)
      : platform_(platform), clock_(clock), ids_(ids) {}

  Task<Result<Planned>> plan(CustomerAct act) override {
    acts.push_back(act);
    if (refuses) co_return fail(Error::Kind::unavailable, "the process is going down");
    const std::string& id = act.entry.customer.customer_id;
    const auto known = act.entry.handles.find(platform_name);
    const std::string handle = known == act.entry.handles.end() ? id : known->second;
    Planned planned;
    planned.handles[platform_name] = handle;
    planned.facts.push_back(
        {"shop", platform_name, "person/" + id, std::to_string(act.version), clock_.now()});
    journal::AddDelivery delivery;
    delivery.id = ids_.next<DeliveryId>();
    delivery.workspace = "shop";
    delivery.connection = platform_name;
    delivery.flow = "customer_to_bloomreach";
    delivery.effect = "customer/" + id + "/" + std::to_string(act.version);
    delivery.lane = "customer/" + handle;
    delivery.due_at = delivery.happened_at = clock_.now();
    json::Object part{
        {"handle", handle}, {"look_up_first", act.look_up_first}, {"entry", to_text(act.entry)}};
    delivery.parts.push_back(json::to_text(part));
    planned.deliveries.push_back(std::move(delivery));
    co_return planned;
  }
  void stored(const std::vector<journal::AddDelivery>& deliveries, const std::string&) override {
    ++told;
    if (loses_deliveries) return;
    for (const journal::AddDelivery& one : deliveries)
      platform_.receive(one.effect, one.parts.front());
  }

  std::vector<CustomerAct> acts;
  int told = 0;                   // how often stored() was called
  bool refuses = false;           // the process dies before anything is stored
  bool loses_deliveries = false;  // it dies right after

 private:
  Platform& platform_;
  const Clock& clock_;
  IdSource& ids_;
};

inline CrmSettings desk_settings() {
  CrmSettings settings;
  settings.workspace = "shop";
  settings.source_label = "Bloomreach";
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.label = "Newsletter";
  newsletter.channel = "email";
  model::ConsentCategory membership;
  membership.id = "membership";
  membership.label = "Membership";
  membership.by_default = true;
  settings.categories = {newsletter, membership};
  Promotion welcome;
  welcome.id = "welcome";
  welcome.name = "Welcome";
  welcome.type = "cart_percent";
  welcome.value = 10;
  Promotion check = welcome;
  check.id = "check-50";
  check.bonus_check = true;
  settings.promotions = {welcome, check};
  return settings;
}

inline model::CustomerChange given(std::map<std::string, std::string> fields,
                                   std::map<std::string, bool> consents = {}) {
  model::CustomerChange change;
  for (auto& [field, value] : fields) {
    change.given.insert(field);
    model::set_values(change.values, field,
                      value.empty() ? model::TextList{} : model::TextList{value});
  }
  change.consents = std::move(consents);
  return change;
}

class DeskBench {
 public:
  explicit DeskBench(CrmSettings desk_settings = for_tests::desk_settings())
      : settings(std::move(desk_settings)),
        tap(std::make_shared<StoreTap>()),
        ids(clock, 0),
        journal(loop, machine_clock, metrics, std::make_unique<TappedStore>(tap), {},
                [](const std::string& what) { ADD_FAILURE() << what; }),
        platform(loop, clock),
        writer(platform, clock, ids) {
    const auto started = journal.start();
    EXPECT_TRUE(started) << started.error().what;
    restart();
  }
  ~DeskBench() { stop(); }

  // A new process on the same journal: what was stored for the platform is sent again.
  void restart() {
    stop();
    running = std::make_unique<Running>(*this);
    running->desk.start(running->tasks);
    for (const auto& [effect, part] : deliveries()) platform.receive(effect, part);
  }
  CustomerDesk& desk() { return running->desk; }
  CustomerIndex& index() { return running->index; }
  Turns& turns() { return running->turns; }
  Redemptions& redemptions() { return running->redemptions; }

  template <typename Condition>
  bool run_until(Condition condition) {
    const Tick deadline = machine_clock.tick() + std::chrono::seconds{20};
    while (!condition()) {
      if (machine_clock.tick() > deadline) return false;
      if (loop.stopped()) loop.restart();
      loop.run_one_for(std::chrono::milliseconds{5});
    }
    return true;
  }
  template <typename T>
  void begin(Task<T> task, std::function<void(T)> done) {
    boost::asio::co_spawn(loop, std::move(task),
                          [done](const std::exception_ptr& failure, T value) {
                            EXPECT_FALSE(failure);
                            done(std::move(value));
                          });
  }
  template <typename T>
  T await(Task<T> task) {
    auto answer = std::make_shared<std::optional<T>>();
    begin<T>(std::move(task), [answer](T value) { answer->emplace(std::move(value)); });
    if (!run_until([&] { return answer->has_value(); })) throw std::runtime_error("no answer");
    return std::move(**answer);
  }
  template <typename T>
  T ask(std::function<Result<T>(journal::Reader&)> query) {
    return await(journal.read<T>(std::move(query))).value();
  }

  Answered<std::optional<ShownCustomer>> search(KeyType type, std::string value) {
    return await(desk().search(Key{type, std::move(value)}, at_till()));
  }
  Result<ShownCustomer> add(model::CustomerChange change) {
    return await(desk().add(std::move(change), at_till())).result;
  }
  Result<ShownCustomer> update(std::string id, model::CustomerChange change) {
    return await(desk().update(std::move(id), std::move(change), at_till())).result;
  }
  Result<Promotion> redeem(const std::string& id, const std::string& item,
                           const std::string& receipt, bool undo = false) {
    return await(desk().redeem(RedeemAct{id, item, receipt, undo}, at_till())).result;
  }
  static AtTill at_till() { return {"STO-01", "E17", "R1"}; }

  std::vector<IndexEntry> known(KeyType type, std::string value) {
    return await(index().find(Key{type, std::move(value)})).value();
  }
  std::optional<std::string> fact(const std::string& shelf, const std::string& key) {
    return ask<std::optional<std::string>>(
        [shelf, key](journal::Reader& reader) -> Result<std::optional<std::string>> {
          const std::vector<std::string> keys{key};
          TB_TRY(const auto values, reader.facts("shop", shelf, keys));
          return values.front();
        });
  }
  void remember(std::vector<journal::PutFact> facts) {
    journal::Step step;
    step.facts = std::move(facts);
    EXPECT_TRUE(await(journal.commit(std::move(step))));
  }
  std::optional<journal::Journey> journey(const std::string& key) {
    return ask<std::optional<journal::Journey>>(
        [key](journal::Reader& reader) -> Result<std::optional<journal::Journey>> {
          const std::vector<std::string> keys{key};
          TB_TRY(const auto rows, reader.records_by_key("shop", keys, false));
          if (!rows.front()) return std::optional<journal::Journey>{};
          return reader.journey(rows.front()->id);
        });
  }
  std::vector<journal::CaseRow> cases(bool open_only = true) {
    return ask<std::vector<journal::CaseRow>>(
        [open_only](journal::Reader& reader) { return reader.cases("shop", open_only, 1'000); });
  }
  std::vector<journal::Step> steps() const {
    const std::lock_guard lock(tap->mutex);
    return tap->steps;
  }
  // Effect and first part of all that is to be delivered, in the order of planning.
  std::vector<std::pair<std::string, std::string>> deliveries() const {
    std::vector<std::pair<std::string, std::string>> all;
    const std::lock_guard lock(tap->mutex);
    for (const journal::Step& step : tap->steps) {
      for (const journal::AddDelivery& one : step.deliveries)
        all.emplace_back(one.effect, one.parts.front());
    }
    return all;
  }
  void put_profile(const std::string& handle, std::map<std::string, std::string> fields) {
    platform.profiles[handle].customer = given(std::move(fields)).values;
  }

  struct Running {
    explicit Running(DeskBench& on)
        : index(on.clock, on.journal, on.settings.workspace),
          turns(on.loop),
          redemptions(turns, on.clock, on.journal, on.ids, on.settings, 1),
          desk({on.loop, on.clock, on.journal, on.ids, index, turns,
                on.has_source ? &on.platform : nullptr, on.writer, redemptions,
                [&on](model::Customer) { return consents_elsewhere(on); },
                [&on](model::Customer customer, std::size_t limit) {
                  return purchases_of(on, std::move(customer), limit);
                }},
               on.settings, 1),
          tasks(on.loop, [](const std::string& what) { ADD_FAILURE() << what; }) {}

    CustomerIndex index;
    Turns turns;
    Redemptions redemptions;
    CustomerDesk desk;
    TaskGroup tasks;
  };

  CrmSettings settings;
  Loop loop{1};
  SystemClock machine_clock;
  ManualClock clock;
  telemetry::Metrics metrics;
  std::shared_ptr<StoreTap> tap;
  IdSource ids;
  journal::Journal journal;
  Platform platform;
  PlatformWriter writer;
  bool has_source = true;
  std::vector<model::ConsentDecision> elsewhere;  // what another book of consents knows
  std::vector<Purchase> purchases;
  std::unique_ptr<Running> running;

 private:
  static Task<Result<std::vector<model::ConsentDecision>>> consents_elsewhere(DeskBench& on) {
    co_return on.elsewhere;
  }
  static Task<Result<std::vector<Purchase>>> purchases_of(DeskBench& on, model::Customer,
                                                          std::size_t limit) {
    std::vector<Purchase> newest = on.purchases;
    newest.resize(std::min(newest.size(), limit));
    co_return newest;
  }
  static Task<bool> join(TaskGroup& tasks) {
    co_await tasks.join();
    co_return true;
  }
  void stop() {
    if (!running) return;
    running->tasks.request_stop();
    EXPECT_TRUE(await(join(running->tasks)));
    running.reset();
  }
};

}  // namespace tillbridge::crm::for_tests
