#include "app/fixed_settings.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr const char* klaviyo = "klaviyo";

struct Fixed {
  std::string key;    // as in the configuration
  std::string value;  // "": not used, may still be chosen
};

std::vector<Fixed> fixed_of(const Workspace& workspace) {
  if (!workspace.klaviyo_connected) return {};
  return {{"cancelled_metric", workspace.klaviyo_flows.cancelled_metric},
          {"id_prefix", workspace.klaviyo_flows.id_prefix}};
}

}  // namespace

Task<Result<void>> hold_fixed_settings(const Workspace& workspace, journal::Journal& journal,
                                       const Clock& clock) {
  const std::vector<Fixed> fixed = fixed_of(workspace);
  if (fixed.empty()) co_return Result<void>{};
  std::vector<std::string> keys;
  for (const Fixed& one : fixed) keys.push_back("setting/" + one.key);
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [name = workspace.name,
                                                           keys](journal::Reader& reader) {
    return reader.facts(name, klaviyo, keys);
  };
  const auto used = co_await journal.read<Values>(std::move(query));
  if (!used) co_return fail(used.error());
  journal::Step step;
  for (std::size_t at = 0; at < fixed.size(); ++at) {
    const auto& [key, value] = fixed[at];
    const std::optional<std::string>& first = (*used)[at];
    if (value.empty()) continue;
    if (!first) {
      step.facts.push_back({workspace.name, klaviyo, keys[at], value, clock.now()});
    } else if (*first != value) {
      co_return fail(
          Error::Kind::invalid_input,
          fmt::format("workspace {}: workspace.klaviyo.{} is '{}', but this installation has used "
                      "'{}' and Klaviyo cannot rename what it has stored; set it back",
                      workspace.name, key, value, *first));
    }
  }
  if (step.facts.empty()) co_return Result<void>{};
  const auto stored = co_await journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::app
