#pragma once
// A workspace's settings as they were edited in the console: the canonical document
// (effective_document) with changes, without secrets. The secrets stay where the configuration file
// says they are and are put in from there; an address that secrets are sent to stays the file's
// too. Any thread; reads secrets.

#include <string>
#include <string_view>

#include "app/config.h"

namespace tillbridge::app {

// What the hub was started with.
struct ConfigFile {
  std::string text;
  std::string name;  // for problems
  SecretSource fetch;
};

// The workspace `name` of the file with `document` in the place of its settings. Problems have the
// document's lines and "settings" as their file; config.workspaces is this workspace alone.
ConfigResult read_edited(const ConfigFile& file, const std::string& name,
                         std::string_view document);

}  // namespace tillbridge::app
