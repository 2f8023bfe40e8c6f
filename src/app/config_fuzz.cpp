// Any text as configuration: no crash, every problem has a place, and what was accepted writes
// itself as a document that is accepted again. Touches no file and no variable.
#include <cstddef>
#include <cstdint>

#include "app/config.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  const app::SecretSource fetch = [](const secrets::Reference&) -> Result<Secret> {
    return Secret{"a secret"};
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = app::read_config(text, "fuzz.toml", fetch);
  for (const auto& problem : result.problems) TB_ASSERT(!to_text(problem).empty());
  if (!result.ok()) return 0;
  for (const auto& workspace : result.config.workspaces) {
    const auto document = app::effective_document(workspace);
    const auto again = app::read_config(document, "again.toml", fetch);
    TB_ASSERT(again.config.workspaces.size() == 1);
    TB_ASSERT(app::effective_document(again.config.workspaces[0]) == document);
  }
  return 0;
}
