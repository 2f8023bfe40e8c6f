#pragma once
// Joins the engine's parcels with Bloomreach's batches: the one place that knows both. Core thread.

#include <deque>

#include "app/read_gate.h"
#include "connectors/bloomreach/customer_client.h"
#include "engine/case_types.h"
#include "engine/courier.h"

namespace tillbridge::app {

// What looks up before it writes works with.
struct BloomreachLookUps {
  const Clock& clock;
  IdSource& ids;
  std::string workspace;
  connectors::bloomreach::CustomerClient& customers;
  ReadGate& reads;
};

class BloomreachChannel final : public engine::Channel {
 public:
  BloomreachChannel(outbound::Transport& transport, connectors::bloomreach::Config config,
                    BloomreachLookUps look_ups);
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  // A customer of whom nobody knew whether Bloomreach has them: one call of their own.
  Task<Answer> send_looked_up(engine::Parcel parcel, connectors::bloomreach::LookUp look_up,
                              std::size_t parcels);
  // What was planned before an alias was known goes to whom it names.
  void follow_aliases(engine::Parcel& parcel) const;
  struct Found {
    Outcome outcome;
    std::string hard_id;  // "": nobody else has any of these ids
    bool asked = true;    // false: our own gate did not let a read through
  };
  Task<Found> find_other(connectors::bloomreach::LookUp look_up);

  connectors::bloomreach::Config config_;
  connectors::bloomreach::TrackingClient client_;
  BloomreachLookUps look_ups_;
  // LIMIT: aliases found since the start; later plans know all of them as facts.
  struct Alias {
    std::string type, was, is;
  };
  std::deque<Alias> aliases_;
};

}  // namespace tillbridge::app
