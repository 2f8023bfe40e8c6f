#pragma once
// Finding the installation that a command is about.

#include <memory>
#include <string>

#include "app/commands/commands.h"
#include "app/config_edited.h"
#include "app/control_client.h"
#include "app/journal_place.h"
#include "journal/store.h"

namespace tillbridge::app {

// <temporary folder>/tillbridge-demo: where the demo leaves its configuration and journal.
std::string demo_dir();

// Loads the configuration. Problems are printed and make it nullopt; warnings are printed where
// they are asked for.
enum class Warnings { show, hide };
// file: gets what it was read from.
std::optional<Config> load(const Where& where, Warnings warnings = Warnings::hide,
                           ConfigFile* file = nullptr);

// The journal that a command is about; zone: gets the workspace's, where there is one only.
// Problems are printed and make it nullopt.
std::optional<JournalPlace> place_of(const Where& where, Zone* zone = nullptr);

// A read-only view of the journal, beside a running hub or without one.
struct ReadOnlyJournal {
  std::unique_ptr<journal::Store> store;
  std::unique_ptr<journal::Reader> reader;
  Zone zone;
  std::string file;
};
std::optional<ReadOnlyJournal> open_journal(const Where& where);

// A client of the running hub's control API, with the token from its data folder.
std::unique_ptr<ControlClient> control_of(const Where& where);

// Who is at the keyboard, for the audit trail.
std::string operator_name();

// Posts to the running hub with who asks and prints the answer's message, or `done` without one.
int act(const Where& where, const std::string& path, json::Object body, const std::string& done);

int report(const Error& error);

}  // namespace tillbridge::app
