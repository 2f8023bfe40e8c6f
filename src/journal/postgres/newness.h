#pragma once
// Guesses at what nobody had before, which goes in without being looked for first. A wrong guess is
// refused by a key, and the batch is made again without guesses (PostgresWriter::apply). Internal
// to journal/postgres.
//
// What was in the way stands in the server's log then: no guesses where that may name a person.

#include <cstdint>
#include <string_view>

#include "journal/step.h"

namespace tillbridge::journal::postgres {

// Ids rise: a record with one above all that this writer has put is its first version.
bool has_new_id(const PutRecord& record, std::uint64_t highest_put);

// As senders number their events. Ours say what they are about: "consent/email/vera@kund.se/2". A
// number of as many digits as a phone number is not.
bool is_opaque(std::string_view external_id);

// "sale/20417" after "order/20417": as new as the record is. Not "consent/email/vera@kund.se/2".
// Orders have numbers of any length.
bool is_named_after(std::string_view effect, std::string_view record_key);

}  // namespace tillbridge::journal::postgres
