#pragma once
// The tills' customer register as HTTP (Sitoo's CRM SPI v2, sitoo.md 9; docs/flows/till.md): who
// calls, which operation it is, what is asked, and how the answer looks. What the answer is, the
// desk decides. A call that fits no route is answered 404 and logged by its shape. Core thread.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "crm/route_match.h"
#include "crm/settings.h"
#include "crm/till_desk.h"
#include "http/message.h"
#include "telemetry/metrics.h"

namespace tillbridge::crm {

class TillServer {
 public:
  // The desk has its own deadlines; ids gives the request ids that staff can read to support.
  TillServer(const Clock& clock, IdSource& ids, telemetry::Metrics& metrics, CrmSettings settings,
             TillDesk& desk);

  // Any path below "/crm/<workspace>" or "/crm", as it came. Never throws.
  Task<http::Reply> receive(http::Request request);

 private:
  struct Call {
    http::Request request;
    RouteMatch match;
    AtTill at;
    std::string request_id;
  };
  struct Answer {
    Result<json::Value> body;
    int status = 200;  // where there is a body
    bool from_index = false;
    Duration platform_took{0};
  };
  struct Meters {
    telemetry::Histogram total, platform;
    telemetry::Counter live, index, error;
  };

  bool is_known(const http::Request& request) const;
  http::Reply refuse(const http::Request& request, const std::string& request_id);
  http::Reply unmatched(const http::Request& request, const std::string& path,
                        const std::string& request_id);
  Task<http::Reply> serve(Call call);
  http::Reply reply_of(const Call& call, Answer answer);

  Task<Answer> ask(Call call);
  Task<Answer> search(Call call);
  Task<Answer> add(Call call);
  Task<Answer> get(Call call);
  Task<Answer> update(Call call);
  Task<Answer> history(Call call);
  Task<Answer> sections(Call call);
  Task<Answer> redeem(Call call);

  Answer shown(Answered<ShownCustomer> answered, int status) const;
  Result<model::CustomerChange> change_in(const Call& call, const json::Object& body);
  Result<json::Object> body_of(const Call& call);
  std::string_view country_at(const AtTill& at) const;
  void name_once(const std::vector<std::string>& unknown);

  const Clock& clock_;
  IdSource& ids_;
  CrmSettings settings_;
  Secret user_;
  TillDesk& desk_;
  RouteMatcher routes_;
  std::map<Operation, Meters> meters_;
  telemetry::Counter refused_, unmatched_;
  std::set<std::string, std::less<>> said_;  // what the log has had already, bounded
};

}  // namespace tillbridge::crm
