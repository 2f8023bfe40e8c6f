#pragma once
// What is known about the consent of the people in a record, for its journey. Any thread that has a
// reader.

#include <string>
#include <vector>

#include "base/result.h"
#include "journal/store.h"

namespace tillbridge::desk {

struct ConsentLine {
  std::string channel;  // "email", "sms"
  std::string address;  // personal data
  std::string state;    // "subscribed", "unsubscribed"
  Instant decided_at;
  std::string source;  // "Till, Uppsala Centrum"
};

// The record's e-mails and phones as far as a decision is known about them: from its search keys
// and the shelf on which app/consent_book.h keeps the newest decisions.
Result<std::vector<ConsentLine>> consents_of(journal::Reader& reader,
                                             const journal::RecordRow& record);

}  // namespace tillbridge::desk
