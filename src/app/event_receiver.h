#pragma once
// Sitoo's Events SPI as we serve it (contracts: sitoo.md 10.1): authenticate, take the batch apart,
// make it durable, answer 200 with an empty body. 503 for any temporary trouble; 401 only for truly
// wrong credentials, because Sitoo drops what is answered so. Nothing in a body changes the answer.
// Core thread.

#include <functional>
#include <string>

#include "base/ids.h"
#include "connectors/sitoo/config.h"
#include "http/message.h"
#include "journal/journal.h"
#include "telemetry/metrics.h"

namespace tillbridge::app {

struct ReceiverSettings {
  std::string workspace;
  std::string connection = "sitoo";
  connectors::sitoo::Config sitoo;
  Duration settling = std::chrono::seconds{2};
};

class EventReceiver {
 public:
  // arrived: a fresh arrival that has to be resolved, after it is durable, in order of arrival.
  EventReceiver(const Clock& clock, journal::Journal& journal, IdSource& ids,
                telemetry::Metrics& metrics, ReceiverSettings settings,
                std::function<void(const journal::AddArrival&)> arrived);

  // Told of every stored batch of events, whatever they are about.
  void on_events(std::function<void()> then) { events_came_ = std::move(then); }
  Task<http::Reply> receive(http::Request request);

 private:
  struct Sorted {
    journal::Step step;
    std::vector<journal::AddArrival> to_resolve;  // those that name something, without their bodies
    std::size_t malformed = 0;
  };
  Sorted sort(const std::string& body);

  bool noted_ = false;  // that events come in (validation/sitoo_steps.h)
  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  ReceiverSettings settings_;
  std::function<void(const journal::AddArrival&)> arrived_;
  std::function<void()> events_came_;
  telemetry::Counter events_, duplicates_, malformed_, refused_, overload_;
};

}  // namespace tillbridge::app
