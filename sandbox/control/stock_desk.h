#pragma once
// The control API's calls about stock; README.md lists them. Core thread.

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"
#include "sitoo/simulator.h"

namespace sandbox::control {

using StockAnswer = tillbridge::Result<tillbridge::json::Object>;

StockAnswer start_stock_day(sitoo::SitooSimulator& sitoo, const tillbridge::json::Object& body);
StockAnswer take_stock(sitoo::SitooSimulator& sitoo, const tillbridge::json::Object& body);
StockAnswer move_stock(sitoo::SitooSimulator& sitoo, const tillbridge::json::Object& body);
StockAnswer level_at(sitoo::SitooSimulator& sitoo, const tillbridge::http::Request& request);
tillbridge::json::Object stock_state(sitoo::SitooSimulator& sitoo);

// Takes the members that are settings of the stock out of the changes and applies them.
// invalid_input names an impossible one; nothing is changed then.
tillbridge::Result<void> apply_stock_settings(sitoo::StockSettings& settings,
                                              tillbridge::json::Object& changes);
// The same where nothing else is allowed.
StockAnswer set_stock(sitoo::SitooSimulator& sitoo, const tillbridge::json::Object& body);

}  // namespace sandbox::control
