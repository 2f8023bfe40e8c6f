#pragma once
// Connects the account's stock with the ledger that knows what must be published: the places, the
// levels as they are now, and each change from here on. Core thread.

#include "ledger/stock_ledger.h"
#include "sitoo/account.h"

namespace sandbox::sitoo {

// Every sellable warehouse of a store counts for the store's code. The ledger must outlive the
// account's movements.
void tell_stock(Account& account, StockLedger& ledger);

}  // namespace sandbox::sitoo
