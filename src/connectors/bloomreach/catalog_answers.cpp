#include "connectors/bloomreach/catalog_answers.h"

#include <locale>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include "connectors/bloomreach/batch_answer.h"
#include "connectors/bloomreach/data_answer.h"
#include "connectors/http_answer.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using Kind = Outcome::Kind;

constexpr int not_found = 404;
constexpr int too_large = 413;
constexpr int bad_request = 400;

std::string lower(const std::string& text) {
  return boost::algorithm::to_lower_copy(text, std::locale::classic());
}

Outcome set_up_trouble(int status, std::string reason) {
  Outcome made = outcome(Kind::transient, status, std::move(reason));
  made.connection_at_fault = true;
  return made;
}

Outcome catalog_missing(int status, const std::string& catalog) {
  return set_up_trouble(
      status, "Bloomreach answered " + std::to_string(status) + " for catalog " + catalog +
                  ": check that it exists in the project (product catalogs of projects on Data hub "
                  "are not reached by this API), base_url and project_token");
}

// "Fields [a, b] are not properly defined." (bloomreach.md 3); nullopt when the text says something
// else.
std::optional<Outcome> lacks_columns(int status, const std::string& text,
                                     const std::string& catalog) {
  if (!has_any(lower(text), {"not properly defined"})) return std::nullopt;
  const std::size_t first = text.find('[');
  const std::size_t last = text.find(']', first == std::string::npos ? 0 : first);
  std::string reason = "catalog " + catalog + " at Bloomreach lacks ";
  reason += first == std::string::npos || last == std::string::npos
                ? "a column"
                : "columns: " + safe_excerpt(text.substr(first + 1, last - first - 1));
  reason += ". Add what is missing there or change the columns' names in the settings";
  return set_up_trouble(status, std::move(reason));
}

// The envelope of a call as a whole, with the advice that fits catalogs.
Opened open_catalog(const Result<outbound::HttpAnswer>& answer, const Right& right,
                    const std::string& catalog) {
  Opened opened = open(answer, right);
  const int status = opened.outcome.http_status;
  if (opened.absent) {
    opened.outcome = set_up_trouble(status, "Bloomreach speaks of a customer instead of a catalog");
  } else if (opened.no_right) {
    // Without the right no row of any call gets through.
    opened.outcome.kind = Kind::transient;
    opened.outcome.connection_at_fault = true;
  } else if (auto trouble = lacks_columns(status, opened.refusal, catalog)) {
    opened.outcome = std::move(*trouble);
  } else if (status == not_found && !catalog.empty()) {
    opened.outcome = catalog_missing(status, catalog);
  } else if (status == too_large) {
    opened.outcome.reason = "Bloomreach answered 413: the call was too large: send fewer rows";
  }
  return opened;
}

// Documentation prints these booleans as texts as well (bloomreach.md 9.2).
std::optional<bool> said(const json::Object& result, std::string_view key) {
  if (const auto yes = json::boolean(result, key)) return yes;
  const auto text = json::text(result, key);
  if (!text) return std::nullopt;
  if (boost::algorithm::iequals(*text, "true", std::locale::classic())) return true;
  if (boost::algorithm::iequals(*text, "false", std::locale::classic())) return false;
  return std::nullopt;
}

Outcome outcome_of_row(const json::Value& result, int status, const std::string& catalog) {
  const json::Object* object = result.if_object();
  const auto success = object == nullptr ? std::nullopt : said(*object, "success");
  if (success == true && said(*object, "queued").value_or(true))
    return outcome(Kind::delivered, status, "");
  if (success != false)
    return outcome(Kind::ambiguous, status, "Bloomreach's result does not say whether it worked");
  const std::string text = error_text(*object);
  if (auto trouble = lacks_columns(status, text, catalog)) return std::move(*trouble);
  return outcome_of_refusal(status, text);
}

std::optional<CatalogRow> row_of(const json::Value& entry) {
  const json::Object* object = entry.if_object();
  if (object == nullptr) return std::nullopt;
  CatalogRow row;
  row.item_id = json::text(*object, "item_id").value_or("");
  if (row.item_id.empty()) return std::nullopt;
  if (const json::Object* properties = json::object(*object, "properties"))
    row.properties = *properties;
  return row;
}

// Whether a 404 says that the row is missing, and not the catalog or the path.
bool row_is_missing(const Opened& opened, const Result<outbound::HttpAnswer>& answer) {
  if (opened.outcome.http_status != not_found || !answer) return false;
  const auto parsed = json::parse(answer->body);
  const json::Object* envelope = parsed ? parsed->if_object() : nullptr;
  // The unknown route's envelope has no `success` (bloomreach.md 3).
  if (envelope == nullptr || json::boolean(*envelope, "success") != false) return false;
  const std::string text = lower(opened.refusal);
  return !has_any(text, {"catalog", "project", "url"}) || has_any(text, {"item"});
}

}  // namespace

CatalogsAnswer catalogs_answer(const Result<outbound::HttpAnswer>& answer) {
  const Opened opened = open_catalog(answer, {"list catalogs", "Catalogs, Get"}, "");
  CatalogsAnswer made;
  made.outcome = as_read(opened.outcome);
  if (!opened.delivered()) return made;
  const json::Array* data = json::array(*opened.object(), "data");
  if (data == nullptr) {
    made.outcome = not_understood(opened.outcome.http_status);
    return made;
  }
  for (const json::Value& entry : *data) {
    const json::Object* object = entry.if_object();
    if (object == nullptr) continue;
    CatalogName name;
    name.id = json::text(*object, "id").value_or("");
    name.name = json::text(*object, "name").value_or("");
    if (!name.id.empty()) made.catalogs.push_back(std::move(name));
  }
  return made;
}

CreatedCatalog created_answer(const Result<outbound::HttpAnswer>& answer) {
  const Opened opened = open_catalog(answer, {"create catalogs", "Catalogs, Create catalog"}, "");
  CreatedCatalog made;
  made.outcome = opened.outcome;
  if (!opened.delivered()) return made;
  made.id = json::text(*opened.object(), "id").value_or("");
  if (made.id.empty()) {
    made.outcome = outcome(Kind::ambiguous, opened.outcome.http_status,
                           "Bloomreach created a catalog without saying its id");
  }
  return made;
}

RowsAnswer rows_answer(const Result<outbound::HttpAnswer>& answer, RowCall what,
                       const std::string& catalog, std::size_t rows_sent) {
  const int status = answer ? answer->status : 0;
  RowsAnswer made;
  // A call whose rows are all faulty may be a 400; its results say so all the same.
  std::optional<json::Value> body;
  if ((status >= 200 && status < 300) || status == bad_request) {
    if (auto parsed = json::parse(answer->body); parsed && parsed->is_array())
      body = std::move(*parsed);
  }
  if (body && body->get_array().size() == rows_sent) {
    made.call = outcome(Kind::delivered, status, "");
    made.rows.reserve(rows_sent);
    for (const json::Value& result : body->get_array())
      made.rows.push_back(outcome_of_row(result, status, catalog));
    return made;
  }
  if (body) {
    made.call = outcome(Kind::ambiguous, status,
                        "Bloomreach's answer has " + std::to_string(body->get_array().size()) +
                            " results for " + std::to_string(rows_sent) + " rows");
  } else {
    const Right right = what == RowCall::update
                            ? Right{"update rows of catalogs",
                                    "Catalogs, Partial update catalog item and Create "
                                    "or update catalog item"}
                            : Right{"remove rows of catalogs", "Catalogs, Delete catalog item"};
    made.call = open_catalog(answer, right, catalog).outcome;
    if (made.call.kind == Kind::delivered)
      made.call = outcome(Kind::ambiguous, status, "Bloomreach's answer has no results");
  }
  made.rows.assign(rows_sent, made.call);
  return made;
}

RowPage row_page_answer(const Result<outbound::HttpAnswer>& answer, const std::string& catalog) {
  const Opened opened =
      open_catalog(answer, {"read rows of catalogs", "Catalogs, Get catalog items"}, catalog);
  RowPage made;
  made.outcome = as_read(opened.outcome);
  if (!opened.delivered()) return made;
  const json::Array* data = json::array(*opened.object(), "data");
  if (data == nullptr) {
    made.outcome = not_understood(opened.outcome.http_status);
    return made;
  }
  for (const json::Value& entry : *data) {
    if (auto row = row_of(entry)) made.rows.push_back(std::move(*row));
  }
  made.total = made.rows.size();
  if (const auto matched = json::integer(*opened.object(), "matched"); matched && *matched >= 0)
    made.total = static_cast<std::size_t>(*matched);
  made.total_is_limited = said(*opened.object(), "matched_limited").value_or(false);
  return made;
}

RowAnswer row_answer(const Result<outbound::HttpAnswer>& answer, const std::string& catalog) {
  const Opened opened =
      open_catalog(answer, {"read a row of a catalog", "Catalogs, Get catalog item"}, catalog);
  RowAnswer made;
  made.outcome = as_read(opened.outcome);
  if (row_is_missing(opened, answer)) {
    made.outcome = outcome(Kind::delivered, not_found, "");
    return made;
  }
  if (!opened.delivered()) return made;
  const json::Value* data = opened.object()->if_contains("data");
  if (data != nullptr && data->is_null()) return made;
  if (data != nullptr) made.row = row_of(*data);
  if (!made.row) made.outcome = not_understood(opened.outcome.http_status);
  return made;
}

}  // namespace tillbridge::connectors::bloomreach
