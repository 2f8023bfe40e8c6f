#pragma once
// A connection that deliveries go to: its couriers, one or several by duty, as one thing that can
// be paused, asked and stopped. A platform derives from it (bloomreach_connection.h,
// klaviyo_connection.h). Core thread.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/paused_part.h"
#include "app/surroundings.h"
#include "base/json.h"
#include "engine/courier.h"

namespace tillbridge::app {

class TargetConnection {
 public:
  TargetConnection(std::string name, Mode mode) : name_(std::move(name)), mode_(mode) {}
  virtual ~TargetConnection() = default;
  TargetConnection(const TargetConnection&) = delete;
  TargetConnection& operator=(const TargetConnection&) = delete;

  const std::string& name() const { return name_; }
  // False: nothing here knows what to do with deliveries of this flow.
  virtual bool carries(const std::string& /*flow*/) const { return true; }

  // Those that deliveries are planned for, as this connection is set up.
  virtual std::vector<std::string> flows() const { return {}; }

  // Between these two, what was found at the start is adopted; see engine/courier.h.
  void begin_take_up();
  void end_take_up();
  void adopt(const journal::OpenDelivery& delivery) { carrier_of(delivery.flow).adopt(delivery); }
  void add(const journal::AddDelivery& delivery, const std::string& store) {
    carrier_of(delivery.flow).add(delivery, store);
  }
  void send_again(const journal::OpenDelivery& delivery, bool was_blocked) {
    carrier_of(delivery.flow).send_again(delivery, was_blocked);
  }
  void drop_blocked(const journal::OpenDelivery& delivery) {
    carrier_of(delivery.flow).drop_blocked(delivery);
  }
  void erased(const journal::OpenDelivery& delivery) { carrier_of(delivery.flow).erased(delivery); }

  // What several hubs send to (CourierSettings::shared): from here what is in these shards.
  void carry(const engine::ShardSet& shards);
  bool under_way_in(const engine::ShardSet& shards) const;
  // See Courier. True: nothing is left to do about it.
  bool changed_elsewhere(const journal::OpenDelivery& delivery, bool adds_here);

  void tell_breakers(const std::function<void(const engine::BreakerNews&)>& tell);
  void heard(const engine::BreakerNews& news);

  virtual void start(TaskGroup& tasks);
  virtual void request_stop();
  void pause();
  void resume();
  // What goes out for one store or by one flow waits, also what is added later. Lanes keep their
  // order: what is behind it in its lane waits as well.
  void hold_part(const PausedPart& part);
  void release_part(const PausedPart& part);
  bool holds_part(const PausedPart& part) const { return held_parts_.contains(part); }
  bool idle() const;
  virtual json::Object status() const;

 protected:
  Mode mode() const { return mode_; }
  struct Carrier {
    std::vector<std::string> flows;  // those it carries; the first carrier also carries all others
    std::unique_ptr<engine::Channel> channel;
    std::unique_ptr<engine::Courier> courier;
  };
  // Once all carriers are there.
  void take_up_mode() {
    if (mode_ == Mode::paused) pause();
  }
  engine::Courier& carrier_of(const std::string& flow);

  std::vector<Carrier> carriers_;

 private:
  std::string name_;
  Mode mode_;
  std::set<PausedPart> held_parts_;
};

}  // namespace tillbridge::app
