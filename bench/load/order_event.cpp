#include "load/order_event.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace tillbridge::bench {

namespace {

constexpr std::size_t body_bytes = 1'024;

// A run of one of these letters is a place for digits. None of them occurs elsewhere in the text.
constexpr char number_mark = '#', lane_mark = '@', stamp_mark = '^';

constexpr std::string_view order_text =
    R"({"bench_id":"############","bench_at":"^^^^^^^^^^^^^^^^","lane":"@@@@@@",)"
    R"("number":"W-############","type":"order.closed","closed_at":"2026-03-14T11:22:33+01:00",)"
    R"("currency":"SEK","total":"902.00","store":{"id":"7","name":"Stockholm"},)"
    R"("customer":{"number":"C-@@@@@@","given_name":"Astrid","family_name":"Lindqvist"},"lines":[)"
    R"({"sku":"TS-4471-BLU-M","name":"T-shirt, blue, M","quantity":2,"price":"199.00","vat":25},)"
    R"({"sku":"JN-0032-BLK-32","name":"Jeans, black","quantity":1,"price":"499.00","vat":25},)"
    R"({"sku":"BG-0001","name":"Paper bag","quantity":1,"price":"5.00","vat":25}],)"
    R"("payments":[{"method":"card","amount":"902.00"}],"note":")";
constexpr std::string_view order_end = "\"}";
// What the sink looks for goes through the hub as attributes of the order; the note goes nowhere,
// as at the peers.
constexpr std::string_view feed_text =
    R"({"event_id":"00000000000000000000############","type":"order.closed",)"
    R"("order_number":"W-############","happened_at":"2026-03-14T11:22:33+01:00",)"
    R"("currency":"SEK","total":"902.00","store":{"id":"7","name":"Stockholm"},)"
    R"("customer":{"number":"C-@@@@@@","given_name":"Astrid","family_name":"Lindqvist"},"lines":[)"
    R"({"sku":"TS-4471-BLU-M","name":"T-shirt, blue, M","quantity":2,"price":"199.00","vat":25},)"
    R"({"sku":"JN-0032-BLK-32","name":"Jeans, black","quantity":1,"price":"499.00","vat":25},)"
    R"({"sku":"BG-0001","name":"Paper bag","quantity":1,"price":"5.00","vat":25}],)"
    R"("payments":[{"method":"card","amount":"902.00"}],)"
    R"("attributes":{"bench_id":"############","bench_at":"^^^^^^^^^^^^^^^^"},"note":")";
// Ten digits that begin with 1, because a JSON number must not begin with 0.
constexpr std::string_view sitoo_start =
    R"([{"event_id":"00000000000000000000############","event_type":"order",)"
    R"("event_date":1773483753,"account_id":1500,"data":{"eshop_id":1,"order_id":1#########,)"
    R"("warehouse_id":7,"order_event_type":"add","order_state_changed":"closed","order":)";
constexpr std::string_view sitoo_end = "}}]";

std::string padded(std::string_view start, std::string_view order, std::string_view end) {
  std::string body(start);
  body += order;
  const std::size_t fixed = body.size() + order_end.size() + end.size();
  if (fixed > body_bytes) throw std::logic_error("the order event outgrew its size");
  body.append(body_bytes - fixed, 'n');
  body += order_end;
  body += end;
  return body;
}

std::string base64(std::string_view text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += at + i > text.size() ? '=' : letters[bits >> (18 - 6 * i) & 63];
  }
  return out;
}

std::string body_of(Shape shape) {
  switch (shape) {
    case Shape::sitoo:
      return padded(sitoo_start, order_text, sitoo_end);
    case Shape::feed:
      return padded("", feed_text, "");
    case Shape::order:
      break;
  }
  return padded("", order_text, "");
}

}  // namespace

OrderEvent::OrderEvent(const Target& target) {
  const std::string body = body_of(target.shape);
  request_ = "POST " + target.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!target.user.empty())
    request_ += "Authorization: Basic " + base64(target.user + ":" + target.password) + "\r\n";
  if (!target.token.empty()) request_ += "Authorization: Bearer " + target.token + "\r\n";
  request_ += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size());
  request_ += "\r\n\r\n";
  const std::size_t body_start = request_.size();
  request_ += body;
  for (std::size_t at = body_start; at < request_.size();) {
    const char mark = request_[at];
    const std::size_t width = std::min(request_.find_first_not_of(mark, at), request_.size()) - at;
    if (mark == number_mark) numbers_.push_back({at, width});
    if (mark == lane_mark) lanes_.push_back({at, width});
    if (mark == stamp_mark) stamps_.push_back({at, width});
    at += width;
  }
}

void OrderEvent::write(const std::vector<Digits>& places, std::uint64_t value) {
  for (const Digits& place : places) {
    std::uint64_t rest = value;
    for (std::size_t i = place.width; i-- > 0; rest /= 10)
      request_[place.at + i] = static_cast<char>('0' + rest % 10);
  }
}

void OrderEvent::make(std::uint64_t number, std::uint64_t lanes, std::uint64_t scheduled_us) {
  write(numbers_, number);
  write(lanes_, number % lanes);
  write(stamps_, scheduled_us);
}

}  // namespace tillbridge::bench
