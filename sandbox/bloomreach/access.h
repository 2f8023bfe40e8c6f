#pragma once
// Who may call: the failure ladder of contract section 3 (project, key, secret; permissions come
// after it).

#include <optional>
#include <variant>

#include "base/clock.h"
#include "bloomreach/envelopes.h"
#include "bloomreach/route.h"
#include "bloomreach/settings.h"

namespace sandbox::bloomreach {

struct Access {
  Permissions permissions;
};

std::variant<Access, Reply> admit(const Settings& settings, const Target& target,
                                  const tillbridge::http::Request& request,
                                  tillbridge::Instant now);

}  // namespace sandbox::bloomreach
