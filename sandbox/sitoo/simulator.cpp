#include "sitoo/simulator.h"

namespace sandbox::sitoo {

SitooSimulator::SitooSimulator(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                               tillbridge::outbound::Transport& transport, Ledger& ledger,
                               SimulatorSettings settings)
    : dice_(clock, settings.seed),
      account_(clock, settings.account),
      tills_(account_),
      rest_(loop, clock, account_, dice_, settings.rest),
      stock_day_(loop, clock, account_),
      sender_(loop, clock, transport, dice_, settings.sender,
              [this, &ledger](const std::string& event_id, std::int64_t order_id) {
                if (order_id != 0) {
                  ledger.acknowledged(event_id, order_id);
                } else {
                  ++stock_events_acknowledged_;
                }
              }) {
  account_.set_invisibility([this] { return dice_.unseen_for(); });
  account_.listen([this, &ledger](const Order& order, const Event& event) {
    ledger.put(till_order_of(order));
    sender_.queue(event);
  });
  account_.listen_to_stock([this](const Event& event) {
    ++stock_events_;
    sender_.queue(event);
  });
}

tillbridge::Task<void> SitooSimulator::stop() {
  co_await stock_day_.stop();
  co_await sender_.stop();
}

tillbridge::http::Handler SitooSimulator::handler() {
  return [this](tillbridge::http::Request request) { return rest_.handle(std::move(request)); };
}

}  // namespace sandbox::sitoo
