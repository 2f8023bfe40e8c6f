#pragma once
// The routes by subject; route.h puts them together.

#include "api/route.h"

namespace tillbridge::api {

void add_monitoring_routes(RouteTable& table);  // health, metrics, status, this document
void add_hub_routes(RouteTable& table);         // what the command line asks of a hub
void add_session_routes(RouteTable& table);     // signing in and out
void add_account_routes(RouteTable& table);     // users, tokens, saved views
void add_today_routes(RouteTable& table);
void add_record_routes(RouteTable& table);  // search, journeys, acts on one record
void add_case_routes(RouteTable& table);
void add_bulk_routes(RouteTable& table);
void add_connection_routes(RouteTable& table);  // connections, stores, blocked customers
void add_alert_routes(RouteTable& table);
void add_settings_routes(RouteTable& table);
void add_reading_routes(RouteTable& table);  // handbook, audit, live changes
void add_privacy_routes(RouteTable& table);

}  // namespace tillbridge::api
