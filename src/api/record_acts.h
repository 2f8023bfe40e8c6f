#pragma once
// What a person may do to one record (docs/console.md "Records and journeys"). Implemented by app/;
// called by the API and by bulk actions. Core thread. Texts are answers in words, for people.

#include <string>
#include <vector>

#include "base/async.h"
#include "base/ids.h"
#include "base/json.h"

namespace tillbridge::api {

class RecordActs {
 public:
  virtual ~RecordActs() = default;
  // What would be sent now, with today's settings and from the document as it was read: the
  // "preview" of docs/console.md. Changes nothing. rejected: this kind of record is not planned
  // from a document; not_found: no such record, or its document is past retention.
  virtual Task<Result<json::Object>> preview(std::string workspace, RecordId record) = 0;
  // Parked and blocked deliveries, the same bytes.
  virtual Task<Result<std::string>> send_again(std::string workspace, RecordId record,
                                               std::string by) = 0;
  // Parked and blocked deliveries get the bytes of today's settings and are sent; a record without
  // deliveries is read and planned again.
  virtual Task<Result<std::string>> rebuild(std::string workspace, RecordId record, std::string by,
                                            std::string note) = 0;
  // An unidentified record is this customer's ("vera@kund.se", "+4670...", "c-90112").
  virtual Task<Result<std::string>> attribute(std::string workspace, RecordId record,
                                              std::string customer, std::string by) = 0;
  // A parked or blocked delivery is sent with these bytes instead. As many parts as it has, each
  // well-formed JSON where the old one was.
  virtual Task<Result<std::string>> edit(std::string workspace, DeliveryId delivery,
                                         std::vector<std::string> parts, std::string by,
                                         std::string note) = 0;
  // A parked or blocked delivery will not be sent; its lane goes on.
  virtual Task<Result<std::string>> skip(std::string workspace, DeliveryId delivery, std::string by,
                                         std::string note) = 0;
};

}  // namespace tillbridge::api
