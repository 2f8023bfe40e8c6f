#pragma once
// The hub of the simulation: the pure engine with drivers that do what OrderResolution, TakeUp and
// Courier do: nothing is acted on before it is durable. It is woken by events and by wake_at()
// only, so a wake_at() that is wrong stalls the run.

#include "world.h"

namespace tillbridge::sim {

class Process {
 public:
  explicit Process(World& world);

  void take_up_work();
  void take_event(std::size_t order, int which);
  void send_again(DeliveryId id);

 private:
  struct Sent {  // a call to the platform with the fate of each part
    std::vector<engine::Item> items;
    Outcome call;
    std::vector<engine::PartResults> results;
    std::uint64_t number = 0;
  };

  void take_up_page();
  void in_turn(std::function<void()> act);
  void pump();
  void set_alarm();
  void read_answered(const std::vector<std::string>& subjects, const Outcome& call,
                     std::uint64_t number);
  void missing(const std::string& subject);
  void release();
  void expect(ArrivalId id, std::size_t order, Duration settling);
  void send(Sent sent);
  Outcome roll(const CallFaults& faults, Duration& took, bool& effects);
  Outcome fate(std::size_t order, std::uint32_t part);
  engine::PartResults send_parts(const engine::Item& item, const Outcome& call, bool effects,
                                 Duration took, std::uint32_t& room);
  void send_answered(const Sent& sent);
  void store(const std::vector<engine::Settlement>& settlements);
  void apply(const std::vector<engine::Settlement>& settlements);
  std::uint64_t next_id();

  World& world_;
  engine::Reads reads_;
  engine::Sequencer sequencer_;
  engine::Dispatch dispatch_;
  CallWatch read_watch_;
  CallWatch send_watch_;
  std::map<ArrivalId, std::size_t> waiting_;
  std::map<ArrivalId, Duration> ready_at_;
  bool planning_ = false;
  bool taking_up_ = false;
  DeliveryId taken_;        // all up to here
  DeliveryId taken_until_;  // the last one before this life
  std::vector<std::function<void()>> later_;
  std::optional<Duration> alarm_at_;
};

}  // namespace tillbridge::sim
