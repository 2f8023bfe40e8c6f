// The promise of the desk under everything at once: staff press twice, tills work side by side, the
// process dies between reading and storing or right after, the platform is up, hangs, refuses or
// shows writes late. In the end every person is there once: at the platform and in the index.

#include <random>

#include "base/seeds_for_tests.h"
#include "crm/desk_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

using for_tests::DeskBench;
using for_tests::given;
using for_tests::Platform;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Person {
  std::map<std::string, std::string> fields;
  Key by;  // how they are told apart
  bool exists = false;
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    Platform& platform = bench_.platform;
    const bool by_phone = chance(50);
    if (by_phone) platform.searchable.insert(KeyType::phone);
    platform.shows_after =
        pick<Duration>({milliseconds{0}, milliseconds{200}, seconds{30}, minutes{25}});
    platform.loop_turns = below(4);
    for (int at = 0; at < 4; ++at) people_.push_back(somebody(at, by_phone));
  }

  void run() {
    for (int round = 0; round < 6; ++round) {
      bench_.clock.advance(chance(70) ? Duration{milliseconds{below(300)}}
                                      : Duration{minutes{below(15)}});
      bench_.platform.mode = pick<Platform::Mode>(
          {Platform::Mode::up, Platform::Mode::up, Platform::Mode::hangs, Platform::Mode::refuses});
      const bool crash = chance(25);
      if (crash) break_something();
      press();
      if (crash) revive();
    }
    settle();
  }

  void check() {
    for (const Person& person : people_) {
      const int there = bench_.platform.count(person.by);
      const auto ids = bench_.known(person.by.type, person.by.value);
      const int expected = person.exists ? 1 : 0;
      EXPECT_EQ(there, expected) << "at the platform: " << person.by.value;
      EXPECT_EQ(ids.size(), static_cast<std::size_t>(expected)) << "known: " << person.by.value;
    }
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  template <typename T>
  T pick(std::vector<T> of) {
    return of[static_cast<std::size_t>(below(static_cast<int>(of.size())))];
  }

  Person somebody(int at, bool by_phone) {
    Person person;
    const std::string email = "person" + std::to_string(at) + "@example.org";
    const std::string phone = "+4670000000" + std::to_string(at);
    const bool phone_only = by_phone && chance(30);
    person.fields["first_name"] = "Person";
    if (!phone_only) person.fields["email"] = email;
    if (phone_only || chance(60)) person.fields["phone"] = phone;
    // Somebody of the same family; who has a phone alone cannot be told from them.
    if (!phone_only && at == 1 && people_[0].by.type == KeyType::email && chance(50))
      person.fields["phone"] = "+46700000000";
    person.by = phone_only ? Key{KeyType::phone, phone} : Key{KeyType::email, email};
    if (chance(40)) {
      bench_.put_profile("there-" + std::to_string(at), person.fields);
      person.exists = true;
    }
    return person;
  }

  // One to three presses of the same, each up to 300 ms after the other, beside somebody else's.
  void press() {
    Person& person = people_[static_cast<std::size_t>(below(4))];
    Person& other = people_[static_cast<std::size_t>(below(4))];
    const int presses = 1 + below(3);
    for (int at = 0; at < presses; ++at) {
      begin_add(person);
      if (chance(50)) begin_search(person);
      if (chance(40)) begin_add(other);
      for (int turn = below(8); turn > 0; --turn) bench_.loop.poll_one();
      bench_.clock.advance(milliseconds{below(300)});
    }
    ASSERT_TRUE(bench_.run_until([&] { return under_way_ == 0; }));
  }
  void begin_add(Person& person) {
    ++under_way_;
    person.exists = true;
    bench_.begin<Answered<ShownCustomer>>(
        bench_.desk().add(given(person.fields), DeskBench::at_till()),
        [this](Answered<ShownCustomer> answered) {
          --under_way_;
          const bool dying = bench_.writer.refuses || bench_.tap->refuses;
          EXPECT_TRUE(answered.result || dying) << answered.result.error().what;
        });
    if (bench_.loop.stopped()) bench_.loop.restart();
  }
  void begin_search(const Person& person) {
    ++under_way_;
    bench_.begin<Answered<std::optional<ShownCustomer>>>(
        bench_.desk().search(person.by, DeskBench::at_till()),
        [this](const Answered<std::optional<ShownCustomer>>&) { --under_way_; });
  }

  void break_something() {
    switch (below(3)) {
      case 0:
        bench_.writer.refuses = true;
        break;
      case 1:
        bench_.tap->refuses = true;
        break;
      default:
        bench_.writer.loses_deliveries = true;
        break;
    }
  }
  void revive() {
    bench_.writer.refuses = bench_.writer.loses_deliveries = false;
    bench_.tap->refuses = false;
    bench_.restart();
  }

  // All is well again; staff press once more for those whom they could not add, and look.
  void settle() {
    bench_.platform.mode = Platform::Mode::up;
    for (Person& person : people_) {
      if (person.exists) begin_add(person);
    }
    ASSERT_TRUE(bench_.run_until([&] { return under_way_ == 0; }));
    bench_.clock.advance(hours{1});
    for (const Person& person : people_) begin_search(person);
    ASSERT_TRUE(bench_.run_until([&] { return under_way_ == 0; }));
    bench_.clock.advance(hours{1});
    bench_.platform.show_what_is_due();
  }

  std::mt19937_64 random_;
  DeskBench bench_;
  std::vector<Person> people_;
  int under_way_ = 0;
};

class DeskSimulation : public testing::TestWithParam<int> {};

TEST_P(DeskSimulation, EveryPersonIsThereOnce) {
  constexpr int many = static_cast<int>(seeds(250));
  for (int seed = GetParam() * many; seed < (GetParam() + 1) * many; ++seed) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, "seed " + std::to_string(seed));
    World world(static_cast<std::uint64_t>(seed));
    world.run();
    world.check();
    if (HasFailure()) break;  // the first of them is to be looked at
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeskSimulation, testing::Range(0, 4));

}  // namespace
}  // namespace tillbridge::crm
