#pragma once
// POST /feed/{workspace}/orders (docs/formats/order_event.md): a system of the retailer's own posts
// an order event with everything in it. Token, size, form; then arrival, record and deliveries are
// one step, and 200 with an empty body means that it is durable. Nothing is read from the journal
// on this way: that an event is known already is found out by storing it. Core thread.

#include <functional>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/surroundings.h"
#include "flows/order_to_relay.h"
#include "http/message.h"

namespace tillbridge::app {

class OrderFeed {
 public:
  // deliver: a delivery that was stored goes into its lane.
  using Deliver = std::function<void(const journal::AddDelivery&, const std::string& store)>;
  OrderFeed(Surroundings on, const Workspace& workspace, std::uint32_t settings_version,
            Deliver deliver);

  Task<http::Reply> receive(http::Request request);

 private:
  struct Relay {
    std::string connection;
    bool shadow = false;
  };
  // What becomes of an event that makes sense.
  struct Taken {
    journal::Step step;
    std::vector<journal::AddDelivery> deliveries;
    std::string store;
    std::string event_id;
  };
  Taken take(flows::RelayPlan plan, std::string body);
  journal::AddArrival arrival_of(std::string body) const;
  http::Reply stored(const Taken& taken, const journal::Receipt& receipt);
  Task<http::Reply> keep_malformed(std::string body, std::string problem);
  Task<http::Reply> keep_known(std::string event_id);
  http::Reply put_off();

  Surroundings on_;
  std::string workspace_;
  std::string country_;  // of phones without +
  FeedSettings settings_;
  std::uint32_t settings_version_;
  std::vector<Relay> relays_;
  Deliver deliver_;
  telemetry::Counter events_, duplicates_, malformed_, refused_, overload_;
};

}  // namespace tillbridge::app
