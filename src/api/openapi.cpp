#include "api/openapi.h"

#include <span>

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>

#include "base/assert.h"
#include "http/static_files.h"

namespace tillbridge {
std::span<const http::StaticFile> api_schemas();
}  // namespace tillbridge

namespace tillbridge::api {
namespace {

json::Object reference(std::string_view schema) {
  return json::Object{{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

json::Object content(std::string_view type, json::Object schema) {
  json::Object media;
  media["schema"] = std::move(schema);
  json::Object by_type;
  by_type[type] = std::move(media);
  return json::Object{{"content", std::move(by_type)}};
}

json::Object parameter(std::string_view name, std::string_view in, std::string_view what) {
  json::Object out;
  out["name"] = name;
  out["in"] = in;
  out["required"] = in == "path";
  if (!what.empty()) out["description"] = what;
  out["schema"] = json::Object{{"type", "string"}};
  return out;
}

json::Array parameters_of(const Route& route) {
  json::Array out;
  std::string_view rest = route.path;
  for (auto begin = rest.find('{'); begin != std::string_view::npos; begin = rest.find('{')) {
    const auto end = rest.find('}', begin);
    out.push_back(parameter(rest.substr(begin + 1, end - begin - 1), "path", ""));
    rest = rest.substr(end + 1);
  }
  for (const Parameter& one : route.parameters)
    out.push_back(parameter(one.name, "query", one.what));
  if (route.access != Access::anyone &&
      std::string_view(route.path).find("{workspace}") == std::string_view::npos)
    out.push_back(parameter("workspace", "query", "May be left out while there is only one."));
  return out;
}

json::Object operation_of(const Route& route) {
  const std::string_view id = route.operation;
  json::Object out;
  out["operationId"] = id;
  out["summary"] = route.summary;
  out["tags"] = json::Array{json::Value(id.substr(0, id.find('.')))};
  out["parameters"] = parameters_of(route);
  if (route.body != nullptr) {
    json::Object body = content("application/json", reference(route.body));
    body["required"] = true;
    out["requestBody"] = std::move(body);
  }
  const std::string_view answer = route.answer;
  json::Object good = answer.find('/') == std::string_view::npos
                          ? content("application/json", reference(answer))
                          : content(answer, json::Object{{"type", "string"}});
  good["description"] = "Done.";
  json::Object refused = content("application/json", reference("Error"));
  refused["description"] = "What happened, to what, and what to do.";
  json::Object responses;
  responses["2XX"] = std::move(good);
  responses["4XX"] = refused;
  responses["503"] = std::move(refused);
  out["responses"] = std::move(responses);
  if (route.access == Access::anyone) out["security"] = json::Array{};
  return out;
}

}  // namespace

json::Object openapi_document(const RouteTable& table) {
  json::Object out;
  out["openapi"] = "3.1.0";
  out["info"] = json::Object{{"title", "Tillbridge"}, {"version", "1"}};
  out["servers"] = json::Array{json::Object{{"url", "/"}}};
  json::Object paths;
  for (const Route& route : table) {
    json::Value& path = paths[route.path];
    if (!path.is_object()) path.emplace_object();
    path.get_object()[boost::to_lower_copy(std::string(route.method))] = operation_of(route);
  }
  out["paths"] = std::move(paths);
  const auto schemas = json::parse(api_schemas().front().body);
  TB_ASSERT(schemas && schemas->is_object());
  json::Object components;
  components["schemas"] = *schemas;
  components["securitySchemes"] = json::Object{
      {"token", json::Object{{"type", "http"}, {"scheme", "bearer"}}},
      {"session", json::Object{{"type", "apiKey"}, {"in", "cookie"}, {"name", "tillbridge"}}}};
  out["components"] = std::move(components);
  out["security"] =
      json::Array{json::Object{{"token", json::Array{}}}, json::Object{{"session", json::Array{}}}};
  return out;
}

}  // namespace tillbridge::api
