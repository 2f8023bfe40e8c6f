#include <algorithm>
#include <charconv>

#include "sitoo/rest_endpoints.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::http::Reply;

namespace {

Object store_object(const Store& store) {
  return {{"storeid", store.id},
          {"eshopid", 1},
          {"storetype", 10},
          {"name", store.name},
          {"externalid", store.external_id},
          {"externalgroupid", store.country},
          {"phone", ""},
          {"email", ""},
          {"address", ""},
          {"city", store.city},
          {"countryid", store.country},
          {"latitude", ""},
          {"longitude", ""},
          {"nearby_stores", json::Array{}},
          {"tags", json::Array{}}};
}

Object register_object(const Masterdata& data, const Register& reg) {
  const Store& store = data.stores[reg.store];
  return {{"registerid", reg.id},
          {"manufacturerid", "SITOO"},
          {"registerkey", reg.key},
          {"registernumber", reg.number},
          {"company", "Example Apparel AB"},
          {"companyid", "556000-0000"},
          {"city", store.city},
          {"currencycode", store.currency},
          {"warehouseid", reg.warehouse_id}};
}

}  // namespace

Reply json_reply(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  reply.content_type = "application/json";
  return reply;
}

Reply error_reply(int status, std::string_view text) {
  std::string body = "{\"statuscode\":" + std::to_string(status) + ",\"errortext\":";
  json::append_quoted(body, text);
  Reply reply = json_reply(body + "}");
  reply.status = status;
  return reply;
}

std::vector<std::string> texts_of(const RestCall& call, std::string_view name) {
  std::vector<std::string> texts;
  const std::string list = call.request.parameter(name).value_or("");
  std::size_t from = 0;
  while (from < list.size()) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    if (comma > from) texts.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return texts;
}

std::optional<std::vector<std::int64_t>> integers_of(const RestCall& call, std::string_view name) {
  std::vector<std::int64_t> integers;
  for (const std::string& text : texts_of(call, name)) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    integers.push_back(value);
  }
  return integers;
}

std::optional<Page> page_of(const RestCall& call) {
  Page page;
  for (const auto& [name, member] :
       {std::pair{"start", &Page::start}, std::pair{"num", &Page::num}}) {
    const auto value = integers_of(call, name);
    if (!value || value->size() > 1) return std::nullopt;
    if (value->empty()) continue;
    if (value->front() < 0 || value->front() > 1'000'000'000) return std::nullopt;
    page.*member = static_cast<std::size_t>(value->front());
  }
  return page;
}

Reply enveloped(const RestCall& call, const std::vector<Object>& all) {
  const auto page = page_of(call);
  if (!page) return error_reply(400, "Malformed parameter");
  const auto fields = texts_of(call, "fields");
  json::Array items;
  const std::size_t end = std::min(all.size(), page->start + page->num);
  for (std::size_t i = page->start; i < end; ++i) {
    if (fields.empty()) {
      items.push_back(all[i]);
      continue;
    }
    Object cut;
    for (const std::string& field : fields) {
      if (const auto* value = all[i].if_contains(field)) cut[field] = *value;
    }
    items.push_back(std::move(cut));
  }
  Object body;
  body["totalcount"] = all.size();
  body["items"] = std::move(items);
  return json_reply(json::to_text(body));
}

Reply list_sites(const RestCall& call) {
  return enveloped(call, {Object{{"eshopid", 1},
                                 {"siteurl", "https://shop.example.org"},
                                 {"protocol", "https"},
                                 {"server", "shop.example.org"},
                                 {"abspath", "/"},
                                 {"siteid", "{00000000-0000-4000-8000-000000000001}"}}});
}

Reply list_stores(const RestCall& call) {
  std::vector<Object> all;
  for (const Store& store : call.account.masterdata().stores) all.push_back(store_object(store));
  return enveloped(call, all);
}

Reply get_store(const RestCall& call) {
  for (const Store& store : call.account.masterdata().stores) {
    if (std::to_string(store.id) == call.ids.back()) {
      return json_reply(json::to_text(store_object(store)));
    }
  }
  return error_reply(404, "Unknown store");
}

Reply list_registers(const RestCall& call) {
  const Masterdata& data = call.account.masterdata();
  std::vector<Object> all;
  for (const Register& reg : data.registers) all.push_back(register_object(data, reg));
  return enveloped(call, all);
}

Reply get_register(const RestCall& call) {
  const Masterdata& data = call.account.masterdata();
  for (const Register& reg : data.registers) {
    if (reg.id == call.ids.back()) return json_reply(json::to_text(register_object(data, reg)));
  }
  return error_reply(404, "Unknown register");
}

Reply list_reason_codes(const RestCall& call) {
  std::vector<Object> all;
  for (const ReasonCode& reason : call.account.masterdata().reasons) {
    all.push_back({{"reasoncodeid", reason.id},
                   {"type", reason.type},
                   {"reasoncode", reason.code},
                   {"title", reason.title}});
  }
  return enveloped(call, all);
}

Reply list_product_groups(const RestCall& call) {
  std::vector<Object> all;
  for (const ProductGroup& group : call.account.masterdata().groups) {
    all.push_back({{"vatid", group.id},
                   {"value", group.vat_percent},
                   {"productgrouptype", 10},
                   {"productgroupname", group.name},
                   {"comment", ""}});
  }
  return enveloped(call, all);
}

// A plain array, at most 500, by dateadded (contract 8).
Reply list_z_reports(const RestCall& call) {
  const auto from = integers_of(call, "dateaddedfrom");
  const auto to = integers_of(call, "dateaddedto");
  if (!from || !to) return error_reply(400, "Malformed parameter");
  const std::string store_id = call.request.parameter("store_id").value_or("");
  const std::string register_id = call.request.parameter("registerid").value_or("");
  const Masterdata& data = call.account.masterdata();
  json::Array reports;
  for (const ZReport& report : call.account.z_reports()) {
    const Register& reg = data.registers[report.till];
    const Store& store = data.stores[reg.store];
    if (!from->empty() && report.added_s < from->front()) continue;
    if (!to->empty() && report.added_s > to->front()) continue;
    if (!store_id.empty() && store.external_id != store_id) continue;
    if (!register_id.empty() && reg.id != register_id) continue;
    if (reports.size() == 500) break;
    reports.push_back(Object{{"zreportid", report.id},
                             {"registerid", reg.id},
                             {"registerkey", reg.key},
                             {"registernumber", reg.number},
                             {"datecreated", report.added_s},
                             {"dateopened", report.opened_s},
                             {"dateadded", report.added_s},
                             {"eshopid", 1},
                             {"store_id", store.external_id},
                             {"store_name", store.name},
                             {"currencycode", store.currency}});
  }
  return json_reply(json::to_text(reports));
}

}  // namespace sandbox::sitoo
