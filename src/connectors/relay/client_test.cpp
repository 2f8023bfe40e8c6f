// docs/formats/order_event.md, "What goes out": bytes, headers, and what answers mean.

#include "connectors/relay/client.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/relay/document.h"
#include "connectors/relay/order_event.h"
#include "connectors/relay/order_event_examples.h"
#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::relay {
namespace {

using outbound::HttpAnswer;
using outbound::HttpRequest;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using Kind = Outcome::Kind;

Config endpoint() {
  Config config;
  config.name = "warehouse";
  config.url = "https://warehouse.example/orders";
  return config;
}

model::RelayedOrder planned(model::OrderEvent event) {
  model::RelayedOrder order;
  const Currency currency = event.currency;
  order.lines = {{Money{39'800, currency}, Money{7'960, currency}},
                 {Money{50'400, currency}, Money{10'080, currency}}};
  order.vat = Money{18'040, currency};
  order.event = std::move(event);
  return order;
}

TEST(RelayDocument, IsTheOneInTheDocumentation) {
  const std::string bytes =
      document_bytes(planned(*parse_order_event(examples::order_event).event));
  std::ifstream file(std::string(TILLBRIDGE_SOURCE_DIR) + "/docs/formats/order_event.md");
  std::ostringstream text;
  text << file.rdbuf();
  std::string shown = text.str().substr(text.str().find("## What goes out"));
  shown = shown.substr(shown.find("```json\n") + 8);
  shown = shown.substr(0, shown.find("\n```"));
  for (auto at = shown.find('\n'); at != std::string::npos; at = shown.find('\n')) {
    shown.erase(at, shown.find_first_not_of(" \n", at) - at);
  }
  EXPECT_EQ(bytes, shown);
  EXPECT_EQ(event_id_of(bytes), "9f2c-000001");
}

TEST(RelayDocument, AGuestHasNoCustomerAndTextsAreEscaped) {
  auto event = *parse_order_event(examples::order_event).event;
  event.customer = {};
  event.attributes = {{"a\"b", "line\nbreak"}};
  event.receipt.clear();
  const std::string bytes = document_bytes(planned(std::move(event)));
  EXPECT_THAT(bytes, Not(HasSubstr("customer")));
  EXPECT_THAT(bytes, Not(HasSubstr("receipt")));
  EXPECT_THAT(bytes, HasSubstr(R"("attributes":{"a\"b":"line\nbreak"}})"));
}

TEST(RelayDocument, OtherBytesHaveNoEventId) {
  for (const char* other : {"", "{}", "{\"event_id\":\"", "[{\"event_id\":\"x\"}]"})
    EXPECT_EQ(event_id_of(other), "") << other;
}

Outcome posted(const Config& config, Result<HttpAnswer> answer, HttpRequest* request = nullptr,
               Written written = Written::planned) {
  ManualClock clock;
  outbound::FakeTransport transport([&](const HttpRequest&) { return answer; });
  Client client(transport, clock, config);
  const Outcome outcome = test::run_task(client.post(R"({"event_id":"e-1","type":"t"})", written));
  if (request != nullptr) *request = transport.requests().at(0);
  return outcome;
}

HttpAnswer answered(int status, std::string body = {}) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

TEST(RelayClient, PostsTheDocumentUnderItsEventId) {
  HttpRequest request;
  Config config = endpoint();
  config.authorization = Secret{"Bearer hush"};
  config.signing_key = Secret{"key"};
  EXPECT_EQ(posted(config, answered(202), &request).kind, Kind::delivered);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, config.url);
  EXPECT_EQ(request.body, R"({"event_id":"e-1","type":"t"})");
  EXPECT_EQ(request.bearer.reveal(), "Bearer hush");
  EXPECT_THAT(request.headers, Contains(Pair("Idempotency-Key", "e-1")));
  EXPECT_THAT(request.headers, Contains(Pair("Content-Type", "application/json")));
  EXPECT_THAT(request.headers,
              Contains(Pair("Tillbridge-Signature", testing::StartsWith("sha256="))));
  EXPECT_TRUE(request.public_addresses_only);
}

TEST(RelayClient, WhatAPersonWroteGoesUnderAKeyOfItsBytes) {
  HttpRequest request;
  EXPECT_EQ(posted(endpoint(), answered(202), &request, Written::by_person).kind, Kind::delivered);
  const std::string key = idempotency_key(request.body, Written::by_person);
  EXPECT_THAT(request.headers, Contains(Pair("Idempotency-Key", key)));
  EXPECT_THAT(key, testing::StartsWith("e-1-"));
  EXPECT_EQ(key, idempotency_key(R"({"event_id":"e-1","type":"t"})", Written::by_person));
  EXPECT_NE(key, idempotency_key(R"({"event_id":"e-1","type":"u"})", Written::by_person));
}

TEST(RelayClient, SendsNoSignatureAndGoesAnywhereWhenToldSo) {
  HttpRequest request;
  Config config = endpoint();
  config.allow_private = true;
  EXPECT_EQ(posted(config, answered(200), &request).kind, Kind::delivered);
  EXPECT_THAT(request.headers, Not(Contains(Pair("Tillbridge-Signature", testing::_))));
  EXPECT_FALSE(request.public_addresses_only);
  EXPECT_TRUE(request.bearer.empty());
}

TEST(RelayClient, SignsAsAnybodyCanCheck) {
  // RFC 4231, test case 2.
  EXPECT_EQ(signature_of(Secret{"Jefe"}, "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

struct Meaning {
  int status;
  Kind kind;
  bool connection_at_fault;
};

TEST(RelayClient, WhatAnswersMean) {
  const Meaning meanings[] = {
      {200, Kind::delivered, false}, {204, Kind::delivered, false}, {301, Kind::transient, true},
      {307, Kind::transient, true},  {400, Kind::rejected, false},  {401, Kind::transient, true},
      {403, Kind::transient, true},  {404, Kind::transient, true},  {405, Kind::transient, true},
      {407, Kind::transient, true},  {408, Kind::transient, true},  {409, Kind::rejected, false},
      {410, Kind::rejected, false},  {413, Kind::rejected, false},  {422, Kind::rejected, false},
      {425, Kind::transient, true},  {429, Kind::throttled, false}, {500, Kind::transient, false},
      {502, Kind::transient, true},  {503, Kind::transient, true},  {504, Kind::transient, true},
      {599, Kind::transient, false},
  };
  for (const Meaning& meaning : meanings) {
    const Outcome outcome = posted(endpoint(), answered(meaning.status));
    EXPECT_EQ(outcome.kind, meaning.kind) << meaning.status;
    EXPECT_EQ(outcome.connection_at_fault, meaning.connection_at_fault) << meaning.status;
    EXPECT_EQ(outcome.http_status, meaning.status);
    EXPECT_EQ(outcome.reason.empty(), meaning.kind == Kind::delivered) << meaning.status;
  }
}

TEST(RelayClient, RetryAfterIsHeard) {
  for (const int status : {429, 503}) {
    HttpAnswer answer = answered(status);
    answer.headers.emplace_back("retry-after", "7");
    EXPECT_EQ(posted(endpoint(), answer).retry_after, std::chrono::seconds{7}) << status;
  }
}

TEST(RelayClient, AnAnswerThatGotLostIsAmbiguous) {
  const auto lost = posted(endpoint(), fail(Error::Kind::unknown_outcome, "timed out"));
  EXPECT_EQ(lost.kind, Kind::ambiguous);
  EXPECT_EQ(posted(endpoint(), fail(Error::Kind::retry, "refused")).kind, Kind::transient);
  const auto inside = posted(endpoint(), fail(Error::Kind::rejected, "a private address"));
  EXPECT_EQ(inside.kind, Kind::transient) << "the setting is wrong, not the order";
  EXPECT_TRUE(inside.connection_at_fault);
}

TEST(RelayClient, ReasonsNameNobody) {
  const Outcome outcome =
      posted(endpoint(), answered(422, "no such member astrid@example.com 4670000000"));
  EXPECT_THAT(outcome.reason, HasSubstr("warehouse answered 422: no such member"));
  EXPECT_THAT(outcome.reason, Not(HasSubstr("astrid")));
}

}  // namespace
}  // namespace tillbridge::connectors::relay
