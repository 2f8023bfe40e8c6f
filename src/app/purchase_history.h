#pragma once
// What a customer bought, as tills show it: read from the records of sales and returns. Core
// thread.

#include <string>
#include <vector>

#include "connectors/sitoo/config.h"
#include "crm/till_desk.h"
#include "journal/journal.h"

namespace tillbridge::app {

class PurchaseHistory {
 public:
  PurchaseHistory(journal::Journal& journal, std::string workspace, connectors::sitoo::Config sitoo)
      : journal_(journal), workspace_(std::move(workspace)), sitoo_(std::move(sitoo)) {}

  // Newest first. Orders whose document is no longer kept are left out.
  Task<Result<std::vector<crm::Purchase>>> of(model::Customer customer, std::size_t limit);

 private:
  journal::Journal& journal_;
  std::string workspace_;
  connectors::sitoo::Config sitoo_;
};

}  // namespace tillbridge::app
