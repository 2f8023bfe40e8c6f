#pragma once
// What the steps of one validation share: the test customer, how long to wait for platforms that
// write behind a queue, and where each write is noted. Core thread.

#include <functional>
#include <string>

#include "app/config.h"
#include "app/validation/step.h"
#include "base/async.h"
#include "model/customer.h"
#include "outbound/transport.h"

namespace tillbridge::app {

struct ValidationRun {
  Loop& loop;
  const Clock& clock;
  outbound::Transport& transport;
  const Workspace& workspace;
  model::Customer person = {};  // the test customer
  Duration visible_within = std::chrono::seconds{60};
  // Keeps in the journal that something is about to be written at a platform.
  std::function<Task<Result<void>>(std::string text)> audit = {};
  std::function<bool()> go_on = {};  // false: the hub is stopping
  StepList steps = {};
};

// Tillbridge Check, with a value in every field. token: ten digits that no earlier validation had.
// The phone is one of those that are kept free for fiction.
model::Customer test_person(const std::string& token, const std::string& email_domain,
                            const std::string& country);

// Pauses between looks at a platform whose writes appear later: they grow, and last at most
// visible_within together.
class Waiting {
 public:
  explicit Waiting(const ValidationRun& run) : run_(run), began_(run.clock.tick()) {}
  // False when it has lasted long enough.
  Task<bool> pause();
  Duration waited() const;  // by our own clock
  std::string in_words() const;

 private:
  const ValidationRun& run_;
  Tick began_;
  Duration paused_{0};
  Duration next_ = std::chrono::milliseconds{250};
};

// "60 s"
std::string seconds_text(Duration duration);
// "a, b and c"
std::string listed(const std::vector<std::string>& names);

}  // namespace tillbridge::app
