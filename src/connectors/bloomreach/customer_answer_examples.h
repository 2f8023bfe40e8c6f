#pragma once
// The answers of bloomreach.md 7, 8 and 14 as they stand there, for tests and fuzzing.

#include <array>
#include <string_view>

namespace tillbridge::connectors::bloomreach::examples {

constexpr std::string_view attributes_7_1 =
    R"({ "success": true, "results": [ {"success": true, "value": "Ada"},
  {"success": true, "value": ["c-1","c-2"]},
  {"success": true, "value": "gold"}, {"success": false, "error": "No permission"} ] })";
constexpr std::string_view export_one_7_2 = R"({ "success": true,
  "ids": {"registered": "m-100234", "cookie": ["c-1"]},
  "properties": {"first_name": "Ada", "email": "ada@example.com"},
  "events": [ {"type": "purchase", "timestamp": 1767225600.25,
  "properties": {"purchase_id": "SE-S12-000981"}} ] })";
// The other envelope of 7.2 (U7).
constexpr std::string_view export_one_in_value = R"({ "success": true, "value": {
  "ids": {"registered": "m-100234", "cookie": ["c-1"]},
  "properties": {"first_name": "Ada", "email": "ada@example.com"},
  "events": [ {"type": "purchase", "timestamp": 1767225600.25,
  "properties": {"purchase_id": "SE-S12-000981"}} ] } })";
constexpr std::string_view events_7_3 =
    R"({"success":true,"data":[{"type":"consent","timestamp":1767000000.0,
"properties":{"action":"accept"}}]})";
constexpr std::string_view export_7_4 =
    R"({"success":true,"fields":[{"type":"id","id":"registered"},
{"type":"property","property":"phone"}],
"data":[["m-100234","+46700000001"]]})";
constexpr std::string_view categories_8 =
    R"({"results":[{"id":"newsletter","legitimate_interest":false,
  "sources":{"crm":true,"import":true,
  "list_unsubscribe":true,"page":true,"private_api":true,"public_api":false,
  "scenario":true,"sms_reply":true},
  "translations":{"":{"name":"Newsletter","description":null}}}],"success":true})";
constexpr std::string_view anonymized_14 = R"({"success":true})";
constexpr std::string_view unknown_customer_3 =
    R"({"success":false,"errors":{"_global":["Customer does not exist"]}})";
constexpr std::string_view no_permission_3 =
    R"({"success":false,"error":"No permission to export customer"})";
constexpr std::string_view unknown_route_3 =
    R"({"errors":{"code":404,"description":"The requested URL was not found"}})";

constexpr std::array all = {
    attributes_7_1, export_one_7_2, export_one_in_value, events_7_3,      export_7_4,
    categories_8,   anonymized_14,  unknown_customer_3,  no_permission_3, unknown_route_3};

}  // namespace tillbridge::connectors::bloomreach::examples
