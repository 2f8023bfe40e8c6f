#pragma once
// Whether a hub may send what several share while another one leads. Both have to know the same
// connections by the same settings: what the leading hub plans for one that this hub lacks would
// wait here for ever, and one that is known otherwise here would be called otherwise. Pure; any
// thread.

#include <optional>
#include <string>
#include <string_view>

namespace tillbridge::app {

// The first difference in words ("workspace demo: relay.warehouse.url is another one"), of one
// workspace's canonical documents (effective_document); "" where a hub has no such workspace.
// Settings that only one of the two has are another version's; nullopt: nothing differs.
std::optional<std::string> difference_in_what_is_carried(const std::string& workspace,
                                                         std::string_view of_leader,
                                                         std::string_view own);

}  // namespace tillbridge::app
