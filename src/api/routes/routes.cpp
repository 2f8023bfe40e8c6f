#include "api/routes/routes.h"

namespace tillbridge::api {

const RouteTable& routes() {
  static const RouteTable table = [] {
    RouteTable all;
    add_monitoring_routes(all);
    add_hub_routes(all);
    add_session_routes(all);
    add_account_routes(all);
    add_today_routes(all);
    add_record_routes(all);
    add_case_routes(all);
    add_bulk_routes(all);
    add_connection_routes(all);
    add_alert_routes(all);
    add_settings_routes(all);
    add_reading_routes(all);
    add_privacy_routes(all);
    return all;
  }();
  return table;
}

}  // namespace tillbridge::api
