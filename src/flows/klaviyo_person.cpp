#include "flows/klaviyo_person.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "base/json.h"

namespace tillbridge::flows::klaviyo {
namespace {

using model::IdentitySource;
using model::TextList;

constexpr std::size_t email_bytes_max = 100;  // klaviyo.md 5.2
// LIMIT: an order that was planned longer ago and is planned again counts as a new one.
constexpr std::size_t orders_remembered_max = 32;
constexpr std::size_t rivals_remembered_max = 20;  // LIMIT: more make no further cases

bool contains(const TextList& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_at_domain(std::string_view email, std::string_view domain) {
  const std::string_view host = email.substr(email.find('@') + 1);
  if (domain.starts_with('.')) return host.ends_with(domain);
  return host == domain || (host.ends_with(domain) && host.size() > domain.size() &&
                            host[host.size() - domain.size() - 1] == '.');
}

std::pair<std::string, std::string> wire_id(const std::string& key, IdentitySource source,
                                            const KlaviyoSettings& settings) {
  switch (source) {
    case IdentitySource::email:
      return {"email", key};
    case IdentitySource::phone:
      return {"phone_number", key};
    case IdentitySource::crm_customer_id:
    case IdentitySource::crm_member_number:
      break;
  }
  return {"external_id", settings.id_prefix + key};
}

// A number as key is the profile's external id as well: a profile has only one.
std::string external_id_of(const Identity& identity, const KlaviyoSettings& settings) {
  if (identity.id.first == "external_id") return identity.id.second;
  return number_of(*identity.facts, settings);
}

std::string lane_key(const std::string& kind, const std::string& value) {
  return "lane/" + kind + ":" + value;
}

std::string found(const Facts& facts, const std::string& key) {
  const std::string* value = facts.find(key);
  return value == nullptr ? std::string{} : *value;
}

TextList texts(const json::Object& object, std::string_view key) {
  TextList list;
  const json::Array* array = json::array(object, key);
  if (array == nullptr) return list;
  for (const json::Value& value : *array) {
    if (value.is_string()) list.emplace_back(std::string_view(value.get_string()));
  }
  return list;
}

PersonState state_from(const json::Object& object) {
  PersonState state;
  state.email = json::text(object, "email").value_or("");
  state.phone_number = json::text(object, "phone_number").value_or("");
  state.external_id = json::text(object, "external_id").value_or("");
  state.written = json::text(object, "written").value_or("");
  state.skus = texts(object, "skus");
  state.rivals = texts(object, "rivals");
  return state;
}

json::Object to_json(const PersonState& state) {
  json::Object object;
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) object[key] = text;
  };
  const auto put_list = [&](std::string_view key, const TextList& list) {
    if (!list.empty()) object[key] = json::Array(list.begin(), list.end());
  };
  put("email", state.email);
  put("phone_number", state.phone_number);
  put("external_id", state.external_id);
  put("written", state.written);
  put_list("skus", state.skus);
  put_list("rivals", state.rivals);
  return object;
}

struct Remembered {
  PersonState state;
  TextList orders;     // newest last
  PersonState before;  // the last order
};

Remembered remembered(const Facts& facts, const std::string& lane) {
  Remembered person;
  const std::string* text = facts.find("person/" + lane);
  if (text == nullptr || text->empty()) return person;
  const Result<json::Value> value = json::parse(*text);
  if (!value || !value->is_object()) return person;
  const json::Object& object = value->get_object();
  person.state = state_from(object);
  person.orders = texts(object, "orders");
  if (const json::Object* before = json::object(object, "before"))
    person.before = state_from(*before);
  return person;
}

const std::string& held(const PersonState& state, const std::string& kind) {
  if (kind == "email") return state.email;
  return kind == "phone_number" ? state.phone_number : state.external_id;
}

}  // namespace

Result<std::string> sound_email(std::string_view text) {
  TB_TRY(std::string email, model::normal_email(text));
  if (email.size() > email_bytes_max)
    return fail(Error::Kind::invalid_input, "the e-mail is over 100 bytes");
  return email;
}

std::string nobody_behind(const std::string& email, const KlaviyoSettings& settings) {
  for (const std::string& shared : settings.shared_addresses) {
    const auto normal = model::normal_email(shared);
    if (normal && *normal == email) return "a shared address of the shops: nobody's";
  }
  for (const std::string& domain : settings.test_domains) {
    const std::string lower = boost::algorithm::to_lower_copy(
        boost::algorithm::trim_copy(domain, std::locale::classic()), std::locale::classic());
    if (!lower.empty() && is_at_domain(email, lower))
      return "an address at the test domain " + lower + ", which Klaviyo drops";
  }
  return {};
}

Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const KlaviyoSettings& settings) {
  TB_TRY(const OrderCustomer customer, customer_of(order, original, settings.key_from));
  TB_TRY(Identity identity, identity_under(customer.key, *customer.facts, settings));
  identity.inherited = customer.inherited;
  return identity;
}

Result<Identity> identity_under(const std::string& key, const model::CustomerFacts& facts,
                                const KlaviyoSettings& settings) {
  Identity identity;
  identity.key = key;
  identity.facts = &facts;
  if (identity.key.empty()) return identity;
  if (settings.key_from == IdentitySource::email) {
    TB_TRY(identity.key, sound_email(identity.key));
    identity.nobody = nobody_behind(identity.key, settings);
  }
  identity.id = wire_id(identity.key, settings.key_from, settings);
  identity.external_id = external_id_of(identity, settings);
  return identity;
}

Identity identity_by_number(const model::CustomerFacts& facts, const KlaviyoSettings& settings) {
  Identity identity;
  identity.facts = &facts;
  identity.external_id = number_of(facts, settings);
  identity.key = identity.external_id;
  identity.id = {"external_id", identity.external_id};
  return identity;
}

std::string number_of(const model::CustomerFacts& facts, const KlaviyoSettings& settings) {
  if (!settings.external_id_from) return {};
  const auto number = model::identity_value(facts, *settings.external_id_from);
  if (!number || number->empty()) return {};
  return settings.id_prefix + *number;
}

Person person_of(const Identity& identity, const std::string& order_id, const Facts& facts) {
  const auto& [kind, value] = identity.id;
  const std::string number = identity.external_id.empty()
                                 ? std::string{}
                                 : found(facts, lane_key("external_id", identity.external_id));
  const std::string keyed = found(facts, lane_key(kind, value));
  const Remembered owner = keyed.empty() ? Remembered{} : remembered(facts, keyed);
  const bool claimed = !identity.external_id.empty() && !owner.state.external_id.empty() &&
                       owner.state.external_id != identity.external_id;
  // The number that kept the profile may have gone on to another address and left this one.
  const std::string& kept = held(owner.state, kind);
  const bool left = claimed && !kept.empty() && kept != value;

  Person person;
  person.rival = claimed && !left;
  if (person.rival)
    person.lane = keyed;
  else if (!number.empty())
    person.lane = number;
  else if (claimed)
    person.lane = identity.external_id;  // the lane that is named after the key is another's
  else
    person.lane = keyed.empty() ? identity.key : keyed;

  Remembered own;
  if (person.lane == keyed)
    own = owner;
  else if (person.lane == number)
    own = remembered(facts, number);
  const auto planned = std::find(own.orders.begin(), own.orders.end(), order_id);
  const bool again = planned != own.orders.end();
  person.superseded = again && planned + 1 != own.orders.end();
  person.known = again && !person.superseded ? own.before : own.state;
  person.orders = std::move(own.orders);
  if (again && !person.superseded) person.orders.pop_back();
  // Bought as a guest under this key, before the customer with the number came to use it.
  if (!keyed.empty() && keyed != person.lane && !claimed)
    person.known.skus = with_bought(owner.state.skus, person.known.skus,
                                    owner.state.skus.size() + person.known.skus.size());

  if (keyed != person.lane) person.lanes.push_back({lane_key(kind, value), person.lane});
  const bool number_is_key = kind == "external_id";
  if (!identity.external_id.empty() && !number_is_key && !person.rival && number != person.lane)
    person.lanes.push_back({lane_key("external_id", identity.external_id), person.lane});
  return person;
}

Fact person_fact(const Person& person, const std::string& order_id, const PersonState& after) {
  PersonState kept = after;
  if (kept.rivals.size() > rivals_remembered_max) kept.rivals.resize(rivals_remembered_max);
  TextList orders = person.orders;
  orders.push_back(order_id);
  if (orders.size() > orders_remembered_max)
    orders.erase(orders.begin(), orders.end() - orders_remembered_max);
  json::Object object = to_json(kept);
  object["orders"] = json::Array(orders.begin(), orders.end());
  object["before"] = to_json(person.known);
  return {"person/" + person.lane, json::to_text(object)};
}

TextList with_bought(const TextList& kept, const TextList& bought, std::size_t max) {
  TextList list = without_returned(kept, bought);
  for (const std::string& sku : bought) {
    if (!contains(list, sku)) list.push_back(sku);
  }
  if (list.size() > max) list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(max));
  return list;
}

TextList without_returned(const TextList& kept, const TextList& returned) {
  TextList list;
  for (const std::string& sku : kept) {
    if (!contains(returned, sku)) list.push_back(sku);
  }
  return list;
}

}  // namespace tillbridge::flows::klaviyo
