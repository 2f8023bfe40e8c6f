#pragma once
// Tells open consoles that something changed, by topic ("records", "cases"), at most once a second;
// they then ask for what they show. Fed by what the journal has stored. Core thread.

#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>

#include "base/async.h"
#include "base/task_group.h"
#include "http/message.h"
#include "journal/step.h"

namespace tillbridge::api {

class LiveFeed {
 public:
  explicit LiveFeed(Loop& loop);

  // Both cost nothing while no console is open.
  void stored(const journal::Step& step);
  void changed(const std::string& topic);

  // A streamed answer that lasts until the peer goes, the server stops, or its right to it ends:
  // `stands` is asked at every ping.
  http::Reply subscribe(std::function<bool()> stands);
  Task<void> run();  // until request_stop()
  void request_stop();

 private:
  struct Console {
    explicit Console(Loop& loop) : woken(loop) {}
    std::set<std::string> topics;  // changed since it was told last
    bool ping = false;
    bool closed = false;
    Signal woken;
  };
  Task<void> serve(std::shared_ptr<http::ByteStream> stream, std::function<bool()> stands);

  Loop& loop_;
  std::list<std::shared_ptr<Console>> consoles_;
  Signal stop_;
  bool stopping_ = false;
};

}  // namespace tillbridge::api
