#pragma once
// Klaviyo's resources as answers show them (contract 3.1, 8.6, 10.5). Any thread.

#include <string>

#include "base/json.h"
#include "klaviyo/account.h"
#include "klaviyo/job.h"
#include "klaviyo/query.h"

namespace sandbox::klaviyo {

boost::json::object profile_resource(const Profile& profile, const Settings& settings,
                                     const Query& query);
boost::json::object subscriptions_of(const Profile& profile, const Settings& settings);
boost::json::object event_resource(const StoredEvent& event, const Settings& settings,
                                   const Query& query);
boost::json::object metric_resource(const Metric& metric, const Settings& settings,
                                    const Query& query);
boost::json::object list_resource(const ListRecord& list, const Settings& settings,
                                  const Query& query);
boost::json::object job_resource(const Job& job, const Settings& settings);
boost::json::object import_error_resource(const ImportError& error);
boost::json::object account_resource(const Settings& settings);
// {"type", "id"}
boost::json::object identifier_of(std::string_view type, std::string_view id);

// {"self": ...} of the resource at this path.
boost::json::object self_link(const Settings& settings, std::string_view path);

// {"data", "links"}; path is that of the call.
boost::json::object document(boost::json::value data, const Settings& settings,
                             std::string_view path);
boost::json::object collection(boost::json::array data, const Page& page, const Query& query,
                               const Settings& settings, std::string_view path);
std::string suppression_name(const std::string& reason, const Settings& settings);
// As the documentation of the filters has them.
std::string older_suppression_name(const std::string& reason);

}  // namespace sandbox::klaviyo
