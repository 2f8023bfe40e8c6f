#include "connectors/bloomreach/customer_answers.h"

#include <algorithm>

#include <boost/algorithm/string/case_conv.hpp>

#include "connectors/bloomreach/batch_answer.h"
#include "connectors/bloomreach/customer_values.h"
#include "connectors/bloomreach/data_answer.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using Kind = Outcome::Kind;

// Reads the results of C1 one by one.
class AttributeReader {
 public:
  // False when the result is none.
  bool take(const Attribute& attribute, const json::Value& result) {
    const json::Object* object = result.if_object();
    const auto success = object == nullptr ? std::nullopt : json::boolean(*object, "success");
    if (!success) return false;
    if (!*success) {
      refuse(attribute, error_text(*object));
      return true;
    }
    any_read_ = true;
    const json::Value* value = object->if_contains("value");
    keep(attribute, value == nullptr ? json::Value() : *value);
    return true;
  }

  ReadAnswer finish(int status) && {
    ReadAnswer made;
    made.outcome = outcome(Kind::delivered, status, reason());
    // Nothing could be read: that says nothing about the customer.
    if (!any_read_)
      made.outcome.kind = Kind::rejected;
    else if (found_)
      made.customer = std::move(customer_);
    return made;
  }

 private:
  void refuse(const Attribute& attribute, const std::string& text) {
    const bool denied =
        names_a_right(boost::algorithm::to_lower_copy(text, std::locale::classic()));
    std::vector<std::string>& names = denied ? customer_.denied : customer_.refused;
    std::string name = label(attribute);
    if (std::find(names.begin(), names.end(), name) != names.end()) return;  // another mode
    names.push_back(std::move(name));
    if (!denied && refusal_.empty()) refusal_ = connectors::safe_excerpt(text);
    if (denied && attribute.kind == Attribute::Kind::property) properties_denied_ = true;
    if (denied && attribute.kind == Attribute::Kind::consent) consents_denied_ = true;
  }

  void keep(const Attribute& attribute, const json::Value& value) {
    switch (attribute.kind) {
      case Attribute::Kind::property:
        found_ = found_ || !value.is_null();
        if (auto kept = property_value(value))
          customer_.properties.insert_or_assign(attribute.name, std::move(*kept));
        break;
      case Attribute::Kind::id: {
        std::vector<std::string> ids = id_values(value);
        found_ = found_ || !ids.empty();
        if (!ids.empty()) customer_.ids.insert_or_assign(attribute.name, std::move(ids));
        break;
      }
      case Attribute::Kind::consent:
        keep_consent(attribute, value);
    }
  }

  void keep_consent(const Attribute& attribute, const json::Value& value) {
    if (attribute.mode == "valid") {
      const bool valid = value.is_bool() && value.get_bool();
      found_ = found_ || valid;  // false may be said of nobody as well
      customer_.consents[attribute.name].valid = valid;
      return;
    }
    found_ = found_ || !value.is_null();
    // Without its validity a consent is not known.
    const auto consent = customer_.consents.find(attribute.name);
    if (consent == customer_.consents.end()) return;
    if (attribute.mode == "timestamp") consent->second.decided_at = time_value(value);
    if (attribute.mode == "source" && value.is_string())
      consent->second.source.assign(value.get_string().data(), value.get_string().size());
  }

  std::string reason() const {
    std::string text;
    if (!customer_.denied.empty()) {
      std::string rights = properties_denied_ ? "Customer properties, Get" : "";
      if (consents_denied_)
        rights += rights.empty() ? "Events, consent, Get" : "; Events, consent, Get";
      if (rights.empty()) rights = "the rights of its group";
      text = missing({"read " + listed(customer_.denied), rights});
    }
    if (!customer_.refused.empty()) {
      if (!text.empty()) text += ". ";
      text += "Bloomreach refuses to read " + listed(customer_.refused) +
              ": check that the project has it under this name";
      if (!refusal_.empty()) text += " (Bloomreach said: " + refusal_ + ")";
    }
    return text;
  }

  CustomerRead customer_;
  std::string refusal_;
  bool found_ = false;
  bool any_read_ = false;
  bool properties_denied_ = false;
  bool consents_denied_ = false;
};

std::optional<EventRead> event_of(const json::Value& entry) {
  const json::Object* object = entry.if_object();
  if (object == nullptr) return std::nullopt;
  EventRead event;
  event.type = json::text(*object, "type").value_or("");
  const json::Value* timestamp = object->if_contains("timestamp");
  const auto at = timestamp == nullptr ? std::nullopt : time_value(*timestamp);
  if (event.type.empty() || !at) return std::nullopt;
  event.at = *at;
  if (const json::Object* properties = json::object(*object, "properties"))
    event.properties = *properties;
  return event;
}

// One column of C3; nullopt for kinds that were not asked for.
std::optional<Attribute> column_of(const json::Value& field) {
  const json::Object* object = field.if_object();
  if (object == nullptr) return std::nullopt;
  const auto type = json::text(*object, "type");
  Attribute column;
  if (type == "id") {
    column.kind = Attribute::Kind::id;
    column.name = json::text(*object, "id").value_or("");
  } else if (type == "property") {
    column.name = json::text(*object, "property").value_or("");
  }
  if (column.name.empty()) return std::nullopt;
  return column;
}

void put(CustomerRead& customer, const Attribute& column, const json::Value& value) {
  if (column.kind == Attribute::Kind::id) {
    if (auto ids = id_values(value); !ids.empty())
      customer.ids.insert_or_assign(column.name, std::move(ids));
  } else if (auto kept = property_value(value)) {
    customer.properties.insert_or_assign(column.name, std::move(*kept));
  }
}

std::optional<ConsentCategory> category_of(const json::Value& entry) {
  const json::Object* object = entry.if_object();
  if (object == nullptr) return std::nullopt;
  ConsentCategory category;
  category.id = json::text(*object, "id").value_or("");
  if (category.id.empty()) return std::nullopt;
  category.legitimate_interest = json::boolean(*object, "legitimate_interest").value_or(false);
  if (const json::Object* sources = json::object(*object, "sources"))
    category.private_api_allowed = json::boolean(*sources, "private_api").value_or(false);
  if (const json::Object* translations = json::object(*object, "translations")) {
    for (const auto& [language, translation] : *translations) {
      const json::Object* texts = translation.if_object();
      if (texts == nullptr) continue;
      if (auto name = json::text(*texts, "name"))
        category.names.emplace(std::string(language.data(), language.size()), std::move(*name));
    }
  }
  return category;
}

}  // namespace

ReadAnswer attributes_answer(const Result<outbound::HttpAnswer>& answer,
                             const std::vector<Attribute>& asked) {
  const Opened opened =
      open(answer, {"read customers", "Customer properties, Get; Events, consent, Get"});
  ReadAnswer made;
  made.outcome = as_read(opened.outcome);
  if (opened.absent) return made;
  const int status = opened.outcome.http_status;
  const json::Array* results =
      opened.object() == nullptr ? nullptr : json::array(*opened.object(), "results");
  if (results == nullptr || results->size() != asked.size()) {
    if (opened.delivered()) made.outcome = not_understood(status);
    return made;
  }
  // The results decide, whatever the envelope says about the whole.
  AttributeReader reader;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (reader.take(asked[i], (*results)[i])) continue;
    made.outcome = not_understood(status);
    return made;
  }
  return std::move(reader).finish(status);
}

ReadAnswer export_one_answer(const Result<outbound::HttpAnswer>& answer) {
  const Opened opened = open(answer, {"export a customer", "GDPR, Export customer"});
  ReadAnswer made;
  made.outcome = as_read(opened.outcome);
  if (!opened.delivered() || opened.absent) return made;
  const json::Object* whole = opened.object();
  if (const json::Object* inner = json::object(*whole, "value")) whole = inner;
  const json::Object* ids = json::object(*whole, "ids");
  const json::Object* properties = json::object(*whole, "properties");
  if (ids == nullptr || properties == nullptr) {
    made.outcome = not_understood(opened.outcome.http_status);
    return made;
  }
  CustomerRead customer;
  for (const auto& [type, value] : *ids)
    put(customer, {Attribute::Kind::id, std::string(type.data(), type.size()), ""}, value);
  for (const auto& [name, value] : *properties)
    put(customer, {Attribute::Kind::property, std::string(name.data(), name.size()), ""}, value);
  // Every customer has an id (6.1): who has nothing is nobody (U7).
  if (!customer.ids.empty() || !customer.properties.empty()) made.customer = std::move(customer);
  return made;
}

EventsAnswer events_answer(const Result<outbound::HttpAnswer>& answer,
                           const std::vector<std::string>& types) {
  Opened opened = open(answer, {"read events of type " + listed(types), "Events, Get"});
  std::vector<std::string> named;
  for (const std::string& type : types) {
    if (!type.empty() && opened.refusal.find(type) != std::string::npos) named.push_back(type);
  }
  if (opened.no_right && !named.empty())
    opened.outcome.reason = missing({"read events of type " + listed(named), "Events, Get"});
  EventsAnswer made;
  made.outcome = as_read(opened.outcome);
  if (!opened.delivered() || opened.absent) return made;
  const json::Array* data = json::array(*opened.object(), "data");
  if (data == nullptr) {
    made.outcome = not_understood(opened.outcome.http_status);
    return made;
  }
  made.found = true;
  for (const json::Value& entry : *data) {
    if (auto event = event_of(entry)) made.events.push_back(std::move(*event));
  }
  const auto newer = [](const EventRead& a, const EventRead& b) { return a.at > b.at; };
  // They come in this order; it is not taken on trust, because the newest consent decides.
  if (!std::is_sorted(made.events.begin(), made.events.end(), newer))
    std::sort(made.events.begin(), made.events.end(), newer);
  return made;
}

ExportAnswer export_answer(const Result<outbound::HttpAnswer>& answer) {
  const Opened opened =
      open(answer, {"export customers", "GDPR, Export customers; Customer properties, Get"});
  ExportAnswer made;
  made.outcome = as_read(opened.outcome);
  if (!opened.delivered() || opened.absent) return made;
  const json::Array* fields = json::array(*opened.object(), "fields");
  const json::Array* data = json::array(*opened.object(), "data");
  made.outcome = not_understood(opened.outcome.http_status);
  if (fields == nullptr || data == nullptr) return made;
  std::vector<std::optional<Attribute>> columns;
  for (const json::Value& field : *fields) columns.push_back(column_of(field));
  std::vector<CustomerRead> customers;
  customers.reserve(data->size());
  for (const json::Value& entry : *data) {
    const json::Array* row = entry.if_array();
    if (row == nullptr || row->size() != columns.size()) return made;
    CustomerRead& customer = customers.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i]) put(customer, *columns[i], (*row)[i]);
    }
  }
  made.outcome = opened.outcome;
  made.customers = std::move(customers);
  return made;
}

CategoriesAnswer categories_answer(const Result<outbound::HttpAnswer>& answer) {
  const Opened opened = open(answer, {"read consent categories", "the rights of its group"});
  CategoriesAnswer made;
  made.outcome = as_read(opened.outcome);
  if (!opened.delivered() || opened.absent) return made;
  const json::Array* results = json::array(*opened.object(), "results");
  if (results == nullptr) {
    made.outcome = not_understood(opened.outcome.http_status);
    return made;
  }
  for (const json::Value& entry : *results) {
    if (auto category = category_of(entry)) made.categories.push_back(std::move(*category));
  }
  return made;
}

Outcome anonymize_answer(const Result<outbound::HttpAnswer>& answer) {
  Opened opened = open(answer, {"anonymize customers", "GDPR, Anonymize customer"});
  if (opened.absent) opened.outcome.reason = "nobody at Bloomreach has this id, any more or yet";
  return std::move(opened.outcome);
}

}  // namespace tillbridge::connectors::bloomreach
