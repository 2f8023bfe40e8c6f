#pragma once
// The OpenAPI 3.1 document of the API, made from the table of routes and the schemas beside it
// (schemas/schemas.json). Any thread.

#include "api/route.h"

namespace tillbridge::api {

json::Object openapi_document(const RouteTable& table);

}  // namespace tillbridge::api
