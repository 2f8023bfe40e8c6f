#pragma once
// Who a person is in our data: the identifiers under which they are looked for, and where those
// stand in keys and documents. Pure; any thread.

#include <compare>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/privacy_desk.h"
#include "base/json.h"
#include "base/result.h"

namespace tillbridge::app {

enum class IdentifierKind { email, phone, customer, member, personal, profile };
std::string_view name(IdentifierKind kind);  // "email": also what stands before ':' in search keys

struct Identifier {
  IdentifierKind kind = IdentifierKind::email;
  std::string value;  // e-mails lower case, phones E.164 where they can be; profile: "klaviyo/01H"
  friend auto operator<=>(const Identifier&, const Identifier&) = default;
};

// What a request names, normalised. invalid_input: none or several, or one that cannot be right.
Result<Identifier> identifier_of(const api::Person& person, const std::string& country);
// Of a record's search key: "email:Vera@Kund.se"; nullopt: it names nobody ("order:20417").
std::optional<Identifier> identifier_of_key(std::string_view search_key,
                                            const std::string& country);
// As it stands in the subject of what became no record: "email/vera@kund.se". A number's slashes
// are no parts of the subject.
std::string subject_part(const Identifier& identifier);
// Whether a subject names exactly this one, not one that it is a piece of ("johanna@kund.se" for
// "anna@kund.se"). An address says itself what it is; a number counts only as one of its kind.
bool is_named_in(std::string_view subject, const Identifier& identifier);
// Texts that find every record with this identifier in its search keys, however it is spelled
// there: what is found has to be compared with identifier_of_key().
std::vector<std::string> search_texts(const Identifier& identifier);

class Identity {
 public:
  void add(Identifier identifier) { all_.insert(std::move(identifier)); }
  bool has(const Identifier& identifier) const { return all_.contains(identifier); }
  bool has(IdentifierKind kind, std::string_view value) const;
  std::vector<std::string> of(IdentifierKind kind) const;
  const std::set<Identifier>& all() const { return all_; }

  // E-mails and phones say themselves what they are; a number is looked for only where a customer's
  // number stands.
  bool is_address(std::string_view text) const;
  bool is_number(std::string_view text) const;

 private:
  std::set<Identifier> all_;
};

json::Array to_json(const Identity& identity);
Identity identity_from(const json::Array& array);

}  // namespace tillbridge::app
