#include "desk/personal_members.h"

#include <algorithm>
#include <array>
#include <string>

namespace tillbridge::desk {
namespace {

constexpr std::array<std::string_view, 27> whose = {
    "invoice",   "delivery", "billing", "shipping", "customer", "sender",     "receiver",
    "recipient", "contact",  "home",    "location", "profile",  "properties", "attributes",
    "property",  "user",     "person",  "crm",      "pos",      "order",      "guest",
    "new",       "old",      "member",  "ids",      "default",  "data"};

constexpr std::array<std::string_view, 13> emails = {
    "email", "mail",  "emailid",     "emailaddress", "emails",        "mailaddress", "emailowner",
    "epost", "mails", "emaildomain", "mailid",       "emailaddress1", "useremail"};

constexpr std::array<std::string_view, 7> phones = {"tonumber", "fromnumber", "msisdn",    "tel",
                                                    "sms",      "smsnumber",  "cellnumber"};

constexpr std::array<std::string_view, 16> names = {
    "firstname",  "lastname",       "namefirst",  "namelast",   "fullname",   "namefull",
    "surname",    "givenname",      "familyname", "middlename", "namemiddle", "nickname",
    "cardholder", "cardholdername", "birthname",  "maidenname"};

constexpr std::array<std::string_view, 40> hidden_ones = {"address",
                                                          "address1",
                                                          "address2",
                                                          "address3",
                                                          "addressline",
                                                          "addressline1",
                                                          "addressline2",
                                                          "addresses",
                                                          "street",
                                                          "street1",
                                                          "street2",
                                                          "streetname",
                                                          "streetnumber",
                                                          "streetaddress",
                                                          "zip",
                                                          "zipcode",
                                                          "postalcode",
                                                          "postcode",
                                                          "city",
                                                          "town",
                                                          "latitude",
                                                          "longitude",
                                                          "apartment",
                                                          "pobox",
                                                          "coaddress",
                                                          "careof",
                                                          "ip",
                                                          "ipaddress",
                                                          "dob",
                                                          "personalid",
                                                          "personalnumber",
                                                          "personnummer",
                                                          "ssn",
                                                          "nationalid",
                                                          "personal",
                                                          "additionalstreetinfo",
                                                          "additionaladdressinfo",
                                                          "streetaddress1",
                                                          "streetaddress2",
                                                          "socialsecuritynumber"};

// Digits under these are numbers of things.
constexpr std::array<std::string_view, 12> of_things = {
    "sku",     "barcode",   "ean",      "gtin",    "receiptid",  "receipt",
    "orderid", "productid", "uniqueid", "eventid", "externalid", "barcodealiases"};

constexpr std::array<std::string_view, 12> people = {
    "customer", "address", "contact",    "person", "recipient", "receiver",
    "sender",   "profile", "cardholder", "user",   "member",    "consumer"};

constexpr std::array<std::string_view, 8> parts_of_name = {"first", "last",   "middle", "full",
                                                           "given", "family", "name",   "display"};

template <std::size_t size>
bool among(const std::array<std::string_view, size>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string plain(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

MemberSort sort_of(std::string_view key) {
  if (among(emails, key) || key.ends_with("email")) return MemberSort::email;
  if (among(phones, key) || holds(key, "phone") || holds(key, "mobile")) return MemberSort::phone;
  if (among(names, key)) return MemberSort::name;
  if (among(hidden_ones, key) || holds(key, "birth") || holds(key, "cardnumber") ||
      holds(key, "personalid"))
    return MemberSort::hidden;
  if (among(of_things, key)) return MemberSort::id;
  return MemberSort::other;
}

}  // namespace

MemberSort member_sort(std::string_view key, std::string_view of) {
  const std::string whole = plain(key);
  std::string_view rest = whole;
  MemberSort sort = sort_of(rest);
  for (bool stripped = true; stripped && sort == MemberSort::other;) {
    stripped = false;
    for (const std::string_view prefix : whose) {
      if (!rest.starts_with(prefix) || rest.size() == prefix.size()) continue;
      rest.remove_prefix(prefix.size());
      sort = sort_of(rest);
      stripped = true;
      break;
    }
  }
  if (sort != MemberSort::other) return sort;
  const std::string around = plain(of);
  const bool in_person = std::any_of(
      people.begin(), people.end(), [&around](std::string_view one) { return holds(around, one); });
  if (rest == "name" && (in_person || rest.size() < whole.size())) return MemberSort::name;
  if (around == "name" && among(parts_of_name, whole)) return MemberSort::name;
  return MemberSort::other;
}

bool names_a_pair(std::string_view key) {
  constexpr std::array<std::string_view, 6> keys = {"name",  "property",  "key",
                                                    "field", "attribute", "fieldname"};
  return among(keys, plain(key));
}

bool is_value_of_pair(std::string_view key) {
  constexpr std::array<std::string_view, 6> keys = {"value",    "values", "oldvalue",
                                                    "newvalue", "before", "after"};
  return among(keys, plain(key));
}

bool is_open_in_address(std::string_view key) {
  const std::string text = plain(key);
  return text.starts_with("country") || text == "type" || text == "id" || text == "key" ||
         text.ends_with("countryid");
}

bool is_said_word(std::string_view value) {
  constexpr std::array<std::string_view, 12> said = {
      "subscribed", "unsubscribed", "neversubscribed", "suppressed", "yes",  "no",
      "true",       "false",        "accepted",        "rejected",   "null", "undefined"};
  // "false+@vera" is no word: plain() leaves out what is not of one.
  const bool is_word =
      value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ _-") ==
      std::string_view::npos;
  return is_word && value.size() <= 20 && among(said, plain(value));
}

}  // namespace tillbridge::desk
