#pragma once
// The tills' customer register, asked as a till asks it: through our own public listener, with the
// credentials (docs/flows/till.md, sitoo.md 9). Core thread.

#include <string>

#include "app/validation/run.h"
#include "base/turns.h"
#include "crm/customer_index.h"
#include "journal/journal.h"

namespace tillbridge::app {

// public_url: our public listener as this machine reaches it, "http://127.0.0.1:8080"; "": it
// cannot be reached by us.
Task<void> check_till(ValidationRun& run, std::string public_url);

// The register remembers whom it has shown: the test customer is taken out of the index again.
Task<Result<void>> forget_test_person(ValidationRun& run, crm::CustomerIndex& index, Turns& turns,
                                      journal::Journal& journal);

}  // namespace tillbridge::app
