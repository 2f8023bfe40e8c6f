#pragma once
// What a workspace decides about its tills' customer register; docs/flows/till.md is the page for
// people. Filled from the configuration (app/), fixed after start-up.

#include <map>
#include <string>
#include <vector>

#include "base/secret.h"
#include "crm/operation.h"
#include "crm/promotion.h"
#include "model/customer.h"

namespace tillbridge::crm {

struct CrmSettings {
  std::string workspace;
  std::string source_label;  // the platform that is asked, for staff: "Bloomreach"; "" unnamed
  std::string user;          // Basic credentials that the tills send
  Secret password;
  std::string country;                                 // of phones, where the store is unknown
  std::map<std::string, std::string> store_countries;  // store code -> ISO 3166
  RouteTable routes = default_routes();
  int added_status = 200;        // of an added customer: 200 or 201 (sitoo.md 9.5)
  int bad_request_status = 400;  // of input that cannot be right
  // An added customer who exists already: joined with that one, or refused with 400 and a message.
  bool refuse_duplicates = false;
  Duration patience =
      std::chrono::milliseconds{900};  // till the answer, whatever the platform does
  // Nobody could be asked about a key that the index does not know: an error instead of "nobody".
  // "Nobody" is safe, because whoever is then added is looked up before they are written.
  bool unknown_while_down_is_error = false;
  Duration double_press_within = std::chrono::minutes{10};
  // What was changed at the till counts more than what a platform says for so long: their queues.
  Duration own_changes_win_for = std::chrono::minutes{10};
  std::vector<model::ConsentCategory> categories;
  std::vector<Promotion> promotions;               // offered to every customer, each once
  Duration unused_after = std::chrono::hours{24};  // redeemed without a sale: a case
  std::size_t history_max = 20;                    // purchases shown
};

}  // namespace tillbridge::crm
