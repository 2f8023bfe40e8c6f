// What most files of this room read, for cmake/rooms.cmake (cmake/precompiled.h says why).
#pragma once

#include "app/config.h"
#include "app/surroundings.h"
#include "base/async.h"
#include "base/json.h"
#include "base/task_group.h"
#include "engine/courier.h"
#include "journal/journal.h"
#include "outbound/transport.h"
#include "telemetry/log.h"
