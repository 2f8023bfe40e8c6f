#include "app/event_receiver.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using journal::ArrivalState;
using testing::ElementsAre;
using testing::HasSubstr;

class ReceiverBench : public test::JournalBench {
 public:
  explicit ReceiverBench(journal::JournalSettings limits = {})
      : JournalBench(limits),
        receiver(clock, journal, ids, metrics, settings(),
                 [this](const journal::AddArrival& one) { arrived.push_back(one.subject); }) {}

  http::Reply post(std::string body) {
    return await(receiver.receive(test::delivery_of(std::move(body))));
  }

  static ReceiverSettings settings() {
    ReceiverSettings made;
    made.workspace = test::workspace_name;
    made.sitoo = test::sitoo_config();
    return made;
  }

  std::vector<std::string> arrived;
  EventReceiver receiver;
};

TEST(EventReceiver, WrongCredentialsAreRefusedAndCounted) {
  ReceiverBench bench;
  const std::string body = "[" + test::event("e-1", 7, "closed") + "]";
  int refused = 0;
  for (const std::string authorization : {
           "",
           "Basic",
           "Basic !!!!",
           "Basic dGlsbGJyaWRnZTp3cm9uZw==",  // tillbridge:wrong
           "Basic b3RoZXI6bGV0bWVpbg==",      // other:letmein
           "Basic dGlsbGJyaWRnZTo=",          // tillbridge:
           "Bearer letmein",
       }) {
    const auto reply = bench.await(bench.receiver.receive(test::delivery_of(body, authorization)));
    EXPECT_EQ(reply.status, 401) << authorization;
    EXPECT_THAT(bench.metrics.prometheus_text(),
                testing::ContainsRegex("tillbridge_events_refused_total\\{[^}]*\\} " +
                                       std::to_string(++refused)));
  }
  EXPECT_EQ(bench.counts().arrivals, 0U);
  EXPECT_TRUE(bench.arrived.empty());
}

TEST(EventReceiver, ABatchIsDurableWhenItIsAnswered) {
  ReceiverBench bench;
  const auto reply =
      bench.post("[" + test::event("e-1", 7, "closed") + "," + test::event("e-2", 8, "open") + "," +
                 test::event("e-3", 7, "", "add") + "]");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(bench.counts().arrivals, 3U);
  EXPECT_THAT(bench.arrived, ElementsAre("order/7", "order/8", "order/7"));
  const auto first = bench.arrivals("e-1");
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].state, ArrivalState::received);
  EXPECT_EQ(first[0].announces, "closed");
  EXPECT_EQ(first[0].happened_at, from_unix_seconds(1718200350));
  EXPECT_EQ(first[0].due_at - first[0].received_at, std::chrono::seconds{2});
  EXPECT_EQ(bench.arrivals("e-2")[0].announces, "open");
  EXPECT_EQ(bench.arrivals("e-3")[0].announces, "any");
}

TEST(EventReceiver, NothingIsAnnouncedOnBeforeItIsStored) {
  ReceiverBench bench;
  bool answered = false;
  boost::asio::co_spawn(bench.loop,
                        bench.receiver.receive(test::delivery_of(test::event("e-1", 7, "closed"))),
                        [&](const std::exception_ptr&, const http::Reply&) { answered = true; });
  const bool done = bench.run_until([&] {
    if (!answered) EXPECT_TRUE(bench.arrived.empty());
    return answered;
  });
  ASSERT_TRUE(done);
  EXPECT_THAT(bench.arrived, ElementsAre("order/7"));
}

TEST(EventReceiver, RepeatedEventsAreStoredAsDuplicatesAndGoNoFurther) {
  ReceiverBench bench;
  const std::string twice = test::event("e-1", 7, "closed");
  EXPECT_EQ(bench.post("[" + twice + "," + twice + "]").status, 200);
  EXPECT_EQ(bench.post("[" + twice + "," + test::event("e-2", 8, "closed") + "]").status, 200);
  EXPECT_THAT(bench.arrived, ElementsAre("order/7", "order/8"));
  EXPECT_EQ(bench.counts().arrivals, 4U);
  EXPECT_EQ(bench.counts().arrivals_duplicate, 2U);
  EXPECT_THAT(bench.metrics.prometheus_text(),
              testing::ContainsRegex("tillbridge_events_duplicate_total\\{[^}]*\\} 2"));
}

struct Odd {
  const char* what;
  std::string body;
};

TEST(EventReceiver, WhatCannotBeUnderstoodIsKeptWithACase) {
  const Odd odd[] = {
      {"empty", ""},
      {"not JSON", "hello\n\tworld"},
      {"cut off", R"([{"event_id":"e-1","event_ty)"},
      {"a number", "7"},
      {"text", R"("closed")"},
      {"null", "null"},
      {"binary", std::string("\x00\xff\xfe\x80", 4)},
      {"list of numbers", "[1]"},
      {"without id", R"([{"event_type":"order","account_id":1500,"data":{"order_id":7}}])"},
      {"data of wrong type",
       R"([{"event_id":"e-1","event_type":"order","account_id":1500,"data":[]}])"},
      {"order without number",
       R"([{"event_id":"e-1","event_type":"order","account_id":1500,"data":{"order_id":-7}}])"},
      {"deep", std::string(100'000, '[')},
  };
  for (const Odd& one : odd) {
    ReceiverBench bench;
    EXPECT_EQ(bench.post(one.body).status, 200) << one.what;
    EXPECT_TRUE(bench.arrived.empty()) << one.what;
    const auto cases = bench.open_cases();
    ASSERT_EQ(cases.size(), 1U) << one.what;
    EXPECT_EQ(cases[0].type, "malformed_event") << one.what;
    ASSERT_TRUE(cases[0].arrival) << one.what;
    EXPECT_THAT(cases[0].reason, HasSubstr(std::to_string(cases[0].arrival->value)));
    const auto kept = bench.arrivals("");
    ASSERT_EQ(kept.size(), 1U) << one.what;
    EXPECT_EQ(kept[0].state, ArrivalState::in_case) << one.what;
    const bool element = one.body.starts_with("[") && one.body.ends_with("]");
    EXPECT_EQ(kept[0].payload, element ? one.body.substr(1, one.body.size() - 2) : one.body)
        << one.what;
  }
}

TEST(EventReceiver, AMalformedEventDoesNotHideItsNeighbours) {
  ReceiverBench bench;
  const auto reply = bench.post("[" + test::event("e-1", 7, "closed") + ",7," +
                                test::event("e-2", 8, "closed") + "]");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(bench.arrived, ElementsAre("order/7", "order/8"));
  EXPECT_EQ(bench.open_cases().size(), 1U);
}

TEST(EventReceiver, EventsForOthersAreKeptAndIgnored) {
  const Odd odd[] = {
      {"unknown type",
       R"({"event_id":"e-1","event_type":"moon","account_id":1500,"data":{"order_id":7}})"},
      {"other account",
       R"({"event_id":"e-1","event_type":"order","account_id":1501,"data":{"order_id":7}})"},
      {"other site", R"({"event_id":"e-1","event_type":"order","account_id":1500,)"
                     R"("data":{"eshop_id":2,"order_id":7}})"},
      {"shipment",
       R"({"event_id":"e-1","event_type":"shipment","account_id":1500,"data":{"x":7}})"},
  };
  for (const Odd& one : odd) {
    ReceiverBench bench;
    EXPECT_EQ(bench.post("[" + one.body + "]").status, 200) << one.what;
    EXPECT_TRUE(bench.arrived.empty()) << one.what;
    EXPECT_TRUE(bench.open_cases().empty()) << one.what;
    const auto kept = bench.arrivals("e-1");
    ASSERT_EQ(kept.size(), 1U) << one.what;
    EXPECT_EQ(kept[0].state, ArrivalState::ignored) << one.what;
    EXPECT_NE(kept[0].reason, "") << one.what;
    EXPECT_EQ(*json::parse(kept[0].payload), *json::parse(one.body)) << one.what;
  }
}

TEST(EventReceiver, LargeBodiesAreTaken) {
  ReceiverBench bench;
  const std::string garbage(5 * 1024 * 1024 + 1, 'x');
  EXPECT_EQ(bench.post(garbage).status, 200);
  EXPECT_EQ(bench.arrivals("")[0].payload, garbage);
  EXPECT_EQ(bench.open_cases().size(), 1U);

  constexpr int many = 10'000;
  std::string body = "[";
  for (int i = 0; i < many; ++i)
    body += (i == 0 ? "" : ",") + test::event(fmt::format("e-{}", i), 30'000 + i, "closed");
  EXPECT_EQ(bench.post(body + "]").status, 200);
  EXPECT_EQ(bench.arrived.size(), static_cast<std::size_t>(many));
  EXPECT_EQ(bench.counts().arrivals, static_cast<std::uint64_t>(many) + 1);

  const std::string event = test::event("e-more", 7, "closed");
  EXPECT_EQ(bench.post(body + "," + event + "]").status, 200);
  EXPECT_EQ(bench.counts().arrivals_duplicate, static_cast<std::uint64_t>(many));
  EXPECT_EQ(bench.open_cases().size(), 2U);  // what is over the limit is kept, not understood
}

TEST(EventReceiver, AnEmptyBatchIsNothing) {
  ReceiverBench bench;
  EXPECT_EQ(bench.post("[]").status, 200);
  EXPECT_EQ(bench.counts().arrivals, 0U);
}

TEST(EventReceiver, WhatCannotBeStoredIsPutOff) {
  journal::JournalSettings no_room;
  no_room.steps_queued_max = 0;
  ReceiverBench full(no_room);
  const auto reply = full.post("[" + test::event("e-1", 7, "closed") + "]");
  EXPECT_EQ(reply.status, 503);
  EXPECT_TRUE(full.arrived.empty());
  EXPECT_EQ(full.counts().arrivals, 0U);
  EXPECT_THAT(full.metrics.prometheus_text(),
              testing::ContainsRegex("tillbridge_events_put_off_total\\{[^}]*\\} 1"));

  ReceiverBench stopped;
  stopped.journal.stop();
  EXPECT_EQ(stopped.post("not even JSON").status, 503);
  EXPECT_TRUE(stopped.arrived.empty());
}

}  // namespace
}  // namespace tillbridge::app
