#pragma once
// All that a Reader tells about a journal, as lines of text: two journals that hold the same tell
// the same.

#include <string>
#include <vector>

#include "journal/store.h"

namespace tillbridge::journal {

// Of these workspaces; texts: what is searched for; keys: of cursors and facts.
struct Asked {
  std::vector<std::string> workspaces;
  std::vector<std::string> texts;
  std::vector<std::string> keys;
};
std::vector<std::string> everything_in(Reader& reader, const Asked& asked);

}  // namespace tillbridge::journal
