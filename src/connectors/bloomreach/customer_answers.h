#pragma once
// What the data API's answers about customers mean (bloomreach.md 3, 7, 8, 14). Pure; any thread.
// How outcomes are chosen is told in customer_client.h.

#include <string>
#include <vector>

#include "connectors/bloomreach/customer_client.h"
#include "connectors/bloomreach/customer_requests.h"

namespace tillbridge::connectors::bloomreach {

// asked: the attributes of the call, in its order.
ReadAnswer attributes_answer(const Result<outbound::HttpAnswer>& answer,
                             const std::vector<Attribute>& asked);
ReadAnswer export_one_answer(const Result<outbound::HttpAnswer>& answer);
EventsAnswer events_answer(const Result<outbound::HttpAnswer>& answer,
                           const std::vector<std::string>& types);
ExportAnswer export_answer(const Result<outbound::HttpAnswer>& answer);
CategoriesAnswer categories_answer(const Result<outbound::HttpAnswer>& answer);
Outcome anonymize_answer(const Result<outbound::HttpAnswer>& answer);

}  // namespace tillbridge::connectors::bloomreach
