#pragma once
// The bodies that the operations take. Any thread.

#include "klaviyo/operation.h"
#include "klaviyo/shape.h"

namespace sandbox::klaviyo {

// nullptr: the operation takes no body.
const Shape* body_of(Act act);
// A profile's attributes as POST /api/profiles takes them.
const Shape& plain_profile_attributes();

}  // namespace sandbox::klaviyo
