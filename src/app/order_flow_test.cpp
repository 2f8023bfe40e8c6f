// From the event to the channel: receiver, resolution, planning and courier together.

#include "app/event_receiver.h"
#include "app/order_resolution.h"
#include "app/test_bench.h"
#include "engine/courier.h"

namespace tillbridge::app {
namespace {

using journal::RecordState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RecordingChannel final : public engine::Channel {
 public:
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route) override {
    Answer answer;
    answer.call.kind = Outcome::Kind::delivered;
    for (engine::Parcel& parcel : parcels) {
      engine::PartResults results;
      results.parts_sent = (1ULL << parcel.parts.size()) - 1;
      results.outcomes.assign(parcel.parts.size(), answer.call);
      answer.results.push_back(std::move(results));
      sent.push_back(std::move(parcel.parts));
    }
    co_return answer;
  }
  std::vector<std::vector<std::string>> sent;  // the parts of each delivery
};

class OrderBench : public test::JournalBench {
 public:
  OrderBench()
      : transport([this](const outbound::HttpRequest& request) { return sitoo.answer(request); }),
        client(transport, clock, test::sitoo_config()),
        courier(loop, clock, journal, ids, metrics, lag, courier_settings(), channel),
        planning(
            loop, clock, journal, ids, metrics, planning_settings(), targets_of(shop()), client,
            [this](const journal::AddDelivery& delivery, const std::string& store) {
              courier.add(delivery, store);
            },
            [this](const journal::AddArrival& again) { resolution.add(again); }),
        resolution(loop, clock, journal, ids, metrics, resolution_settings(), client, planning),
        receiver(clock, journal, ids, metrics, receiver_settings(),
                 [this](const journal::AddArrival& one) { resolution.add(one); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    tasks.start(courier.run());
    tasks.start(resolution.run_reads());
    tasks.start(resolution.run_releases());
  }
  ~OrderBench() {
    resolution.request_stop();
    planning.request_stop();
    courier.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }

  void announce(int order, const std::string& state, const std::string& type = "update") {
    const std::string id = fmt::format("e-{}", ++events_);
    const std::string body = "[" + test::event(id, order, state, type) + "]";
    EXPECT_EQ(await(receiver.receive(test::delivery_of(body))).status, 200);
  }
  void advance(Duration by) {
    clock.advance(by);
    resolution.resume();  // looks at the clock again
    courier.resume();
  }
  bool settled() { return resolution.idle() && courier.idle(); }
  void settle() {
    ASSERT_TRUE(run_until([&] { return settled(); }));
  }
  // Waits until Sitoo was asked for the order so often.
  void asked(int order, int times) {
    ASSERT_TRUE(run_until([&] { return sitoo.asked_for(order) >= times; }));
  }
  std::vector<std::string> kinds(std::size_t delivery) const {
    std::vector<std::string> all;
    for (const std::string& part : channel.sent.at(delivery)) {
      const json::Object command = json::parse(part)->as_object();
      const json::Object* data = json::object(command, "data");
      all.push_back(json::text(*data, "event_type").value_or("customer"));
    }
    return all;
  }

  static engine::CourierSettings courier_settings() {
    engine::CourierSettings settings;
    settings.workspace = test::workspace_name;
    settings.connection = "bloomreach";
    settings.dispatch.budget = {1000, 1000, 0.0};
    return settings;
  }
  static Workspace shop() {
    Workspace shop;
    shop.bloomreach_connected = true;
    shop.bloomreach_flows.reference_currency = *Currency::parse("SEK");
    return shop;
  }
  static PlanningSettings planning_settings() {
    PlanningSettings settings;
    settings.workspace = test::workspace_name;
    settings.sitoo = test::sitoo_config();
    return settings;
  }
  static ResolutionSettings resolution_settings() {
    ResolutionSettings settings;
    settings.workspace = test::workspace_name;
    settings.reads.budget = {1000, 1000, 0.0};
    settings.reads.retry = {seconds{1}, seconds{1}, hours{24}};
    return settings;
  }
  static ReceiverSettings receiver_settings() {
    ReceiverSettings settings;
    settings.workspace = test::workspace_name;
    settings.sitoo = test::sitoo_config();
    settings.settling = Duration{0};
    return settings;
  }

  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  connectors::sitoo::Client client;
  RecordingChannel channel;
  engine::LagBoard lag{engine::LagSettings{}};
  engine::Courier courier;
  OrderPlanning planning;
  OrderResolution resolution;
  EventReceiver receiver;
  TaskGroup tasks;

 private:
  int events_ = 0;
};

TEST(OrderFlow, ASaleBecomesOneDelivery) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  bench.announce(20417, "closed", "add");
  bench.settle();
  ASSERT_THAT(bench.channel.sent, SizeIs(1));
  EXPECT_THAT(bench.kinds(0),
              ElementsAre("customer", "purchase", "purchase_item", "purchase_item"));
  EXPECT_THAT(bench.channel.sent[0][1], HasSubstr(R"("purchase_id":"20417")"));
  const auto journey = bench.journey("20417");
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.state, RecordState::planned);
  EXPECT_EQ(journey->record.kind, "sale");
  EXPECT_EQ(journey->record.customer, "c-90112");
  ASSERT_THAT(journey->deliveries, SizeIs(1));
  EXPECT_EQ(journey->deliveries[0].effect, "sale/20417");
  EXPECT_EQ(journey->deliveries[0].lane, "customer/c-90112");
  EXPECT_EQ(journey->deliveries[0].state, journal::DeliveryState::delivered);
  EXPECT_EQ(journey->deliveries[0].parts, bench.channel.sent[0]);
  ASSERT_THAT(journey->arrivals, SizeIs(1));
  EXPECT_EQ(journey->arrivals[0].state, journal::ArrivalState::resolved);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

TEST(OrderFlow, AnnouncedTwiceItIsDeliveredOnce) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  bench.announce(20417, "closed", "add");
  bench.announce(20417, "closed");
  bench.settle();
  bench.announce(20417, "closed");
  bench.announce(20417, "", "email-receipt");
  bench.settle();
  EXPECT_THAT(bench.channel.sent, SizeIs(1));
  const auto journey = bench.journey("20417");
  EXPECT_EQ(journey->record.state, RecordState::planned);
  EXPECT_THAT(journey->deliveries, SizeIs(1));
  EXPECT_THAT(journey->arrivals, SizeIs(4));
}

// The place of the sale among others is that of the event that closes it.
TEST(OrderFlow, ReadAsClosedItStillWaitsForTheClosingEvent) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  bench.sitoo.sale(20418);
  bench.announce(20417, "open");
  bench.settle();
  EXPECT_THAT(bench.channel.sent, IsEmpty());
  EXPECT_EQ(bench.state("20417"), RecordState::open);
  bench.announce(20418, "closed");
  bench.announce(20417, "closed");
  bench.settle();
  ASSERT_THAT(bench.channel.sent, SizeIs(2));
  EXPECT_THAT(bench.channel.sent[0][1], HasSubstr(R"("purchase_id":"20418")"));
  EXPECT_THAT(bench.channel.sent[1][1], HasSubstr(R"("purchase_id":"20417")"));
}

TEST(OrderFlow, AGuestsReturnFindsItsOriginalInTheJournal) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  bench.announce(20417, "closed", "add");
  bench.settle();
  ASSERT_EQ(bench.sitoo.asked_for(20417), 1);
  bench.sitoo.guest_return(20533);
  bench.announce(20533, "closed", "add");
  bench.settle();
  EXPECT_EQ(bench.sitoo.asked_for(20417), 1) << "the journal has it";
  ASSERT_THAT(bench.channel.sent, SizeIs(2));
  EXPECT_THAT(bench.kinds(1), ElementsAre("return", "return_item"));
  const auto journey = bench.journey("20533");
  EXPECT_EQ(journey->record.customer, "c-90112");
  EXPECT_EQ(journey->deliveries.at(0).lane, "customer/c-90112");
}

TEST(OrderFlow, TheOriginalMayBeInTheSameBatch) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  bench.sitoo.guest_return(20533);
  bench.resolution.pause();
  bench.announce(20417, "closed", "add");
  bench.announce(20533, "closed", "add");
  bench.resolution.resume();
  bench.settle();
  EXPECT_EQ(bench.sitoo.asked_for(20417), 1);
  ASSERT_THAT(bench.channel.sent, SizeIs(2));
  EXPECT_EQ(bench.journey("20533")->record.customer, "c-90112");
}

TEST(OrderFlow, AnOriginalFromBeforeIsReadAlsoWhileSitooThrottles) {
  OrderBench bench;
  bench.sitoo.guest_return(20533);
  bench.announce(20533, "closed", "add");
  bench.sitoo.sale(20417);
  // The return itself is read in any case; its original meets the refusals.
  ASSERT_TRUE(bench.run_until([&] {
    if (bench.sitoo.asked_for(20533) == 0) return false;
    for (int i = 0; i < 2; ++i)
      bench.sitoo.instead.push_back(test::TillSitoo::refusal(429, {{"retry-after", "0"}}));
    return true;
  }));
  bench.settle();
  EXPECT_EQ(bench.sitoo.asked_for(20417), 3);
  ASSERT_THAT(bench.channel.sent, SizeIs(1));
  EXPECT_THAT(bench.kinds(0), ElementsAre("return", "return_item"));
  EXPECT_EQ(bench.journey("20533")->record.customer, "c-90112");
}

TEST(OrderFlow, AReturnWithoutKnownOriginalIsAGuests) {
  OrderBench bench;
  bench.sitoo.guest_return(20533);
  bench.announce(20533, "closed", "add");
  bench.settle();
  EXPECT_EQ(bench.state("20533"), RecordState::unidentified);
  EXPECT_THAT(bench.channel.sent, IsEmpty());
}

TEST(OrderFlow, AnOrderNotFoundForTooLongIsACaseWhateverTheWallClockDoes) {
  OrderBench bench;
  bench.announce(99, "closed", "add");
  const auto tried = [&](std::uint32_t times) {
    return bench.run_until([&] { return bench.arrivals("order/99").at(0).tries >= times; });
  };
  ASSERT_TRUE(tried(1));
  bench.clock.step_wall(hours{1});
  bench.advance(minutes{7});
  ASSERT_TRUE(tried(2));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  bench.clock.step_wall(-hours{2});
  bench.advance(minutes{7});
  ASSERT_TRUE(tried(3));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  bench.advance(minutes{2});
  ASSERT_TRUE(bench.run_until([&] { return bench.open_cases().size() == 1; }));
  EXPECT_EQ(bench.open_cases()[0].type, "order_not_found");
  EXPECT_EQ(bench.open_cases()[0].arrival, bench.arrivals("order/99").at(0).id);
  EXPECT_TRUE(bench.resolution.idle());
}

// A list of one number that Sitoo refuses must not end the hub, nor hold others up.
TEST(OrderFlow, ARefusedReadOfOneOrderIsLikeNotFound) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  bench.sitoo.instead.push_back(test::TillSitoo::refusal(400));
  bench.announce(20417, "closed", "add");
  ASSERT_TRUE(bench.run_until([&] { return bench.arrivals("order/20417").at(0).tries == 1; }));
  bench.advance(seconds{2});
  bench.settle();
  EXPECT_THAT(bench.channel.sent, SizeIs(1));
}

TEST(OrderFlow, UnpaidIsReadAgainAndDeliveredOncePaid) {
  OrderBench bench;
  bench.sitoo.sale(20417)["paymentstateid"] = 0;
  bench.announce(20417, "closed", "add");
  ASSERT_TRUE(bench.run_until([&] { return bench.state("20417") == RecordState::open; }));
  bench.sitoo.orders[20417]["paymentstateid"] = 20;
  bench.advance(seconds{19});
  EXPECT_EQ(bench.sitoo.asked_for(20417), 1);
  bench.advance(seconds{2});
  bench.settle();
  EXPECT_EQ(bench.sitoo.asked_for(20417), 2);
  EXPECT_THAT(bench.channel.sent, SizeIs(1));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

TEST(OrderFlow, UnpaidForTooLongIsACaseWhateverTheWallClockDoes) {
  OrderBench bench;
  bench.sitoo.sale(20417)["paymentstateid"] = 0;
  bench.announce(20417, "closed", "add");
  const auto version = [&](std::uint32_t at_least) {
    return bench.run_until([&] {
      const auto journey = bench.journey("20417");
      return journey && journey->record.version >= at_least;
    });
  };
  ASSERT_TRUE(version(1));
  bench.clock.step_wall(hours{1});
  bench.advance(minutes{7});
  ASSERT_TRUE(version(2));
  bench.clock.step_wall(-hours{2});
  bench.advance(minutes{7});
  ASSERT_TRUE(version(3));
  EXPECT_EQ(bench.state("20417"), RecordState::open);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  bench.advance(minutes{2});
  ASSERT_TRUE(bench.run_until([&] { return bench.state("20417") == RecordState::in_case; }));
  ASSERT_THAT(bench.open_cases(), SizeIs(1));
  EXPECT_EQ(bench.open_cases()[0].type, "incomplete_order");
  EXPECT_THAT(bench.channel.sent, IsEmpty());
  bench.settle();
}

// The clock may step while an arrival is being stored.
TEST(OrderFlow, AClockThatStepsBackBeforeTheArrivalIsTakenUpDelaysNothing) {
  OrderBench bench;
  bench.sitoo.sale(20417);
  journal::AddArrival arrival;
  arrival.id = bench.ids.next<ArrivalId>();
  arrival.workspace = test::workspace_name;
  arrival.connection = "sitoo";
  arrival.subject = "order/20417";
  arrival.announces = "closed";
  arrival.received_at = bench.clock.now();
  arrival.due_at = bench.clock.now() + seconds{2};
  journal::Step step;
  step.arrivals.push_back(arrival);
  bench.commit(std::move(step));
  bench.clock.step_wall(-hours{1});
  bench.resolution.add(arrival);
  bench.advance(seconds{3});
  bench.settle();
  EXPECT_THAT(bench.channel.sent, SizeIs(1));
}

TEST(OrderFlow, AnUnreadableOrderIsACase) {
  OrderBench bench;
  bench.sitoo.sale(20417)["currencycode"] = "moon";
  bench.announce(20417, "closed", "add");
  bench.settle();
  ASSERT_THAT(bench.open_cases(), SizeIs(1));
  EXPECT_EQ(bench.open_cases()[0].type, "unreadable_order");
  EXPECT_THAT(bench.channel.sent, IsEmpty());
}

// A closing event that got lost: the sweep gives it time, then acts.
TEST(OrderFlow, FoundFinalByASweepItWaitsForItsEvent) {
  OrderBench bench;
  bench.sitoo.sale(20417)["orderstateid"] = 0;
  bench.announce(20417, "open");
  bench.settle();
  bench.sitoo.orders[20417]["orderstateid"] = 10;
  const auto swept = [&] {
    journal::AddArrival arrival;
    arrival.id = bench.ids.next<ArrivalId>();
    arrival.workspace = test::workspace_name;
    arrival.connection = "sitoo";
    arrival.source = journal::ArrivalSource::sweep;
    arrival.subject = "order/20417";
    arrival.announces = announces_any;
    arrival.received_at = arrival.due_at = bench.clock.now();
    journal::Step step;
    step.arrivals.push_back(arrival);
    bench.commit(std::move(step));
    bench.resolution.add(arrival);
    bench.settle();
  };
  swept();
  bench.clock.step_wall(hours{1});
  swept();
  EXPECT_THAT(bench.channel.sent, IsEmpty());
  EXPECT_EQ(bench.state("20417"), RecordState::open);
  bench.advance(seconds{61});
  swept();
  EXPECT_THAT(bench.channel.sent, SizeIs(1));
}

}  // namespace
}  // namespace tillbridge::app
