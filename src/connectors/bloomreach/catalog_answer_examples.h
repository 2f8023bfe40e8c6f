#pragma once
// The answers of bloomreach.md 9.2 (and those of 3 that catalogs give) as they stand there, for
// tests and fuzzing.

#include <array>
#include <string_view>

namespace tillbridge::connectors::bloomreach::examples {

constexpr std::string_view created_k1 = R"({"success":true,"id":"65bb00000000000000000002"})";
constexpr std::string_view catalogs_k2 =
    R"({"success":true,"data":[{"id":"65bb00000000000000000002","name":"store_inventory"}]})";
constexpr std::string_view rows_k4 = R"({"success":true,"data":[{"catalog_id":"65bb","item_id":
  "S12__SKU1","properties":{"quantity":3}}],"matched":1,"matched_limited":false,"limit":20,
  "skip":0,"total":1})";
constexpr std::string_view row_k5 =
    R"({"success":true,"data":{"item_id":"S12__SKU1","properties":{"quantity":3}}})";
constexpr std::string_view bulk_9_2 = R"([ {"success": true, "queued": true},
  {"success": false, "queued": false, "errors": {"properties":
    ["Fields [qty] are not properly defined."]}},
  {"success": false, "queued": false, "errors": {"_global":
    ["Malformed item id. Item id should be a string"]}} ])";
// As the documentation prints the booleans once.
constexpr std::string_view bulk_in_texts = R"([ {"success": "True", "queued": "True"},
  {"success": "False", "queued": "False", "errors": {"properties":
    ["Fields [qty] are not properly defined."]}},
  {"success": "False", "queued": "False", "errors": {"_global":
    ["Malformed item id. Item id should be a string"]}} ])";
constexpr std::string_view fields_3 =
    R"({"success":false,"errors":{"properties":["Fields [a, b] are not properly defined."]}})";
constexpr std::string_view no_item = R"({"success":false,"errors":{"_global":["Item not found"]}})";

constexpr std::array catalog_answers = {created_k1, catalogs_k2,   rows_k4,  row_k5,
                                        bulk_9_2,   bulk_in_texts, fields_3, no_item};

}  // namespace tillbridge::connectors::bloomreach::examples
