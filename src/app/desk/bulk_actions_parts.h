#pragma once
// What HubBulkActions keeps in memory. Internal to bulk_actions*.cpp.

#include "app/desk/bulk_actions.h"

namespace tillbridge::app {

struct HubBulkActions::Action {
  BulkState state;
  bool prepared = false;        // the members below are there
  std::vector<RecordId> ids;    // all of them, oldest first
  std::size_t chunk_at = 0;     // which fact of items is being filled ...
  std::vector<BulkItem> chunk;  // ... and what is in it
  std::size_t unsaved = 0;
  Tick saved_at;
};

struct HubBulkActions::Desk {
  Desk(Loop& loop, std::string name) : workspace(std::move(name)), changed(loop) {}
  std::string workspace;
  std::map<std::uint64_t, ActionRef> actions;  // by id
  ActionRef running;
  bool recalled = false;
  bool beginning = false;
  Signal changed;
};

}  // namespace tillbridge::app
