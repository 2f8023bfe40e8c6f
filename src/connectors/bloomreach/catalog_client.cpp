#include "connectors/bloomreach/catalog_client.h"

#include <algorithm>
#include <iterator>

#include <boost/algorithm/string/join.hpp>
#include <fmt/format.h>

#include "connectors/bloomreach/catalog_answers.h"
#include "connectors/bloomreach/data_answer.h"
#include "connectors/bloomreach/data_request.h"
#include "connectors/http_answer.h"
#include "connectors/property_json.h"
#include "connectors/url_text.h"

namespace tillbridge::connectors::bloomreach {
namespace {

Outcome not_sent(std::string_view why) {
  return outcome(Outcome::Kind::rejected, 0, "not sent to Bloomreach: " + std::string(why));
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

std::string_view name_of(const json::Object::value_type& member) {
  return {member.key().data(), member.key().size()};
}

std::string items_path(std::string_view catalog_id) {
  return "/catalogs/" + url_encoded(catalog_id) + "/items";
}

}  // namespace

std::string row_part(const std::string& item_id, const json::Object& properties, bool upsert) {
  std::string out = R"({"item_id":)" + quoted(item_id) + R"(,"properties":{)";
  for (const auto& member : properties) {
    append_name(out, name_of(member));
    // The library writes 0.5 as 5E-1.
    if (const double* number = member.value().if_double())
      fmt::format_to(std::back_inserter(out), "{}", *number);
    else
      out += json::to_text(member.value());
  }
  out += upsert ? R"(},"upsert":true})" : "}}";
  return out;
}

std::string item_id_of(std::string_view text) {
  std::string id;
  for (const char c : text) {
    if (c == '%')
      id += "%25";
    else if (c == '/')
      id += "%2F";
    else
      id += c;
  }
  return id;
}

CatalogClient::CatalogClient(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport), clock_(clock), config_(without_slash(std::move(config))) {}

outbound::HttpRequest CatalogClient::request(std::string method, std::string_view path) const {
  outbound::HttpRequest made = data_request(config_, std::move(method), path);
  made.total_time_max = config_.catalog_time_max;
  made.answer_bytes_max = config_.export_bytes_max;
  return made;
}

Task<CatalogsAnswer> CatalogClient::catalogs() {
  const auto answer = co_await transport_.send(request("GET", "/catalogs"));
  CatalogsAnswer made = catalogs_answer(answer);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<CreatedCatalog> CatalogClient::create(std::string name, std::vector<CatalogColumn> columns,
                                           bool is_product_catalog) {
  std::string body = R"({"name":)" + quoted(name) + R"(,"is_product_catalog":)" +
                     (is_product_catalog ? "true" : "false") + R"(,"fields":[)";
  for (const CatalogColumn& column : columns) {
    if (!body.ends_with('[')) body += ',';
    body += R"({"name":)" + quoted(column.name) + R"(,"type":)" + quoted(column.type);
    body += column.searchable ? R"(,"searchable":true})" : "}";
  }
  body += "]}";
  outbound::HttpRequest made_request = request("POST", "/catalogs");
  made_request.headers.emplace_back("Content-Type", "application/json");
  made_request.body = std::move(body);
  const auto answer = co_await transport_.send(std::move(made_request));
  CreatedCatalog made = created_answer(answer);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<RowsAnswer> CatalogClient::write_rows(outbound::HttpRequest request, std::string catalog_id,
                                           std::vector<std::string> parts, bool removing) {
  RowsAnswer made;
  made.call.kind = Outcome::Kind::delivered;
  if (parts.empty()) co_return made;
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = "[" + boost::algorithm::join(parts, ",") + "]";
  if (parts.size() > catalog_rows_per_call_max || request.body.size() > catalog_bytes_per_call_max)
    made.call = not_sent("more than 5 000 rows or 10 MB in one call");
  if (made.call.kind != Outcome::Kind::delivered) {
    made.rows.assign(parts.size(), made.call);
    co_return made;
  }
  const auto answer = co_await transport_.send(std::move(request));
  made =
      rows_answer(answer, removing ? RowCall::remove : RowCall::update, catalog_id, parts.size());
  complete_retry_after(made.call, answer, clock_.now());
  if (made.call.kind == Outcome::Kind::throttled) made.rows.assign(parts.size(), made.call);
  co_return made;
}

Task<RowsAnswer> CatalogClient::update_rows(std::string catalog_id,
                                            std::vector<std::string> parts) {
  outbound::HttpRequest update = request("POST", items_path(catalog_id) + "/partial-update");
  co_return co_await write_rows(std::move(update), std::move(catalog_id), std::move(parts), false);
}

Task<RowPage> CatalogClient::query(std::string catalog_id, RowQuery query) {
  RowPage made;
  if (query.skip >= catalog_rows_listed_max || query.count == 0) {
    made.outcome = not_sent("only the first 1 000 rows of a query can be listed");
    co_return made;
  }
  const std::size_t count = std::min(query.count, catalog_rows_listed_max - query.skip);
  std::string path = items_path(catalog_id) + "?";
  if (!query.text.empty()) path += "query=" + url_encoded(query.text) + "&";
  if (!query.field.empty()) path += "field=" + url_encoded(query.field) + "&";
  path += "count=" + std::to_string(count) + "&skip=" + std::to_string(query.skip);
  const auto answer = co_await transport_.send(request("GET", path));
  made = row_page_answer(answer, catalog_id);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<RowAnswer> CatalogClient::read_row(std::string catalog_id, std::string item_id) {
  const auto answer =
      co_await transport_.send(request("GET", items_path(catalog_id) + "/" + url_encoded(item_id)));
  RowAnswer made = row_answer(answer, catalog_id);
  complete_retry_after(made.outcome, answer, clock_.now());
  co_return made;
}

Task<RowsAnswer> CatalogClient::remove_rows(std::string catalog_id,
                                            std::vector<std::string> item_ids) {
  for (std::string& id : item_ids) id = quoted(id);
  outbound::HttpRequest removal = request("DELETE", items_path(catalog_id) + "/bulk-delete");
  co_return co_await write_rows(std::move(removal), std::move(catalog_id), std::move(item_ids),
                                true);
}

}  // namespace tillbridge::connectors::bloomreach
