#pragma once
// A customer as tills see them: one person with the identifiers and fields that staff can search,
// show and correct. Normalised values (identity.h): e-mails lower case, phones E.164. Plain values;
// any thread.

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/tracking.h"

namespace tillbridge::model {

struct Customer {
  std::string customer_id;  // ours: what the till sends back with each sale
  std::string member_number;
  std::string email;
  TextList phones;  // the first is shown at the till (REQUIREMENTS B8)
  std::string first_name;
  std::string last_name;
  std::string street;
  std::string street2;
  std::string zip;
  std::string city;
  std::string state;
  std::string country;  // ISO 3166, upper case
  std::string gender;
  std::string birthday;  // "1985-04-12"
  std::string personal_id;
  std::string company;
  std::string home_store;  // the store's code
  friend bool operator==(const Customer&, const Customer&) = default;
};

// The fields that are one text, by the name that settings and the mapping use. "phone" is apart.
struct CustomerField {
  std::string_view name;  // "first_name"
  std::string Customer::* text;
};
std::span<const CustomerField> customer_fields();
constexpr std::string_view phone_field = "phone";
bool is_customer_field(std::string_view name);  // of customer_fields(), or "phone"

// A field's values: none, one, or several phones.
TextList values_of(const Customer& customer, std::string_view field);
void set_values(Customer& customer, std::string_view field, TextList values);

// What staff typed: only the given fields count; an absent field stays as it is.
struct CustomerChange {
  Customer values;
  std::set<std::string, std::less<>> given;  // names of fields
  // Given decisions about consent, by the category's id.
  std::map<std::string, bool> consents;
};

// `before` with what is given; a phone is put first and the others are kept (B8). An empty text
// clears a field, but no identifier (ids, e-mail, phone); a customer_id that is there stays.
Customer changed(const Customer& before, const CustomerChange& change);
// Names of the fields in which they differ.
std::vector<std::string> differences(const Customer& before, const Customer& after);

// What customers are asked about marketing (REQUIREMENTS B4).
struct ConsentCategory {
  std::string id;                         // at the till: "newsletter"
  std::string label;                      // for staff: "Newsletter by e-mail"
  std::optional<std::string> channel;     // "email", "sms", "mail": the till's own switch for it
  bool by_default = false;                // for new customers of whom the till says nothing
  std::string bloomreach;                 // category there; "": not sent
  std::optional<ConsentChannel> klaviyo;  // nullopt: not sent
};
struct ConsentDecision {
  std::string category;
  bool given = false;
  Instant at;
  std::string source;  // "Till, Uppsala Centrum", "Bloomreach: email_footer"
  friend bool operator==(const ConsentDecision&, const ConsentDecision&) = default;
};
// Whether `said` replaces what is known: the newer one, and leaving on a tie (the same second).
bool replaces(const ConsentDecision& said, const std::optional<ConsentDecision>& known);

}  // namespace tillbridge::model
