// The 1 KB order event of every measurement, as a whole HTTP request whose changing digits are
// written in place: making a request costs no allocation and no formatting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tillbridge::bench {

enum class Shape {
  order,  // the order itself
  sitoo,  // Sitoo's events envelope (one event) with the order inside its data
  feed,   // an order event as the hub's feed takes it (docs/formats/order_event.md)
};

struct Target {
  std::string path;
  Shape shape = Shape::order;
  std::string user;  // empty: no Authorization
  std::string password;
  std::string token;  // empty: no bearer token
};

class OrderEvent {
 public:
  explicit OrderEvent(const Target& target);

  // Makes the request for this order. Orders of one customer (lane) have numbers that are equal
  // modulo `lanes`; `scheduled_us` is when it was to be sent, for the latency at the sink.
  void make(std::uint64_t number, std::uint64_t lanes, std::uint64_t scheduled_us);
  // The request made last.
  const std::string& text() const { return request_; }

 private:
  struct Digits {
    std::size_t at;
    std::size_t width;
  };
  void write(const std::vector<Digits>& places, std::uint64_t value);

  std::string request_;
  std::vector<Digits> numbers_, lanes_, stamps_;
};

}  // namespace tillbridge::bench
