#include "http/router.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace tillbridge::http {
namespace {

struct Route {
  Handler handler;
  std::vector<std::string> capture_names;
};

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> capture;
  std::map<std::string, Route, std::less<>> routes;  // by method
};

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> values;
  std::set<std::string> allowed;  // methods of the path, when none fits
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  segments.reserve(static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')));
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

// A GET handler also answers HEAD: the server leaves the body out.
const Route* route_for(const Node& node, std::string_view method) {
  auto found = node.routes.find(method);
  if (found == node.routes.end() && method == "HEAD") found = node.routes.find("GET");
  return found == node.routes.end() ? nullptr : &found->second;
}

// Visits each node of the tree at most once, so a hostile path costs no more than the routes we
// have.
void find(const Node& node, const std::vector<std::string>& segments, std::size_t depth,
          std::string_view method, Match& match) {
  if (depth == segments.size()) {
    match.route = route_for(node, method);
    if (match.route != nullptr) return;
    for (const auto& [allowed, route] : node.routes) {
      match.allowed.insert(allowed);
      if (allowed == "GET") match.allowed.insert("HEAD");
    }
    return;
  }
  const std::string& segment = segments[depth];
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    find(*literal->second, segments, depth + 1, method, match);
    if (match.route != nullptr) return;
  }
  if (!node.capture || segment.empty()) return;
  match.values.push_back(segment);
  find(*node.capture, segments, depth + 1, method, match);
  if (match.route == nullptr) match.values.pop_back();
}

Task<Reply> answer(Reply reply) {
  co_return reply;
}

}  // namespace

struct Router::State {
  Node root;
};

Router::Router() : state_(std::make_unique<State>()) {}
Router::~Router() = default;

void Router::add(std::string method, std::string path_template, Handler handler) {
  if (!path_template.starts_with('/'))
    throw std::invalid_argument("the route '" + path_template + "' does not begin with '/'");
  Node* node = &state_->root;
  Route route{std::move(handler), {}};
  for (const std::string_view segment : segments_of(path_template)) {
    const bool captures = segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
    if (captures) route.capture_names.emplace_back(segment.substr(1, segment.size() - 2));
    auto& next = captures ? node->capture : node->literals[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  if (!node->routes.emplace(method, std::move(route)).second)
    throw std::invalid_argument("the route " + method + " " + path_template + " is there twice");
}

Task<Reply> Router::handle(Request request) const {
  // Segments are cut before they are decoded: an encoded slash belongs to its segment.
  const bool raw = !request.raw_path.empty();
  std::vector<std::string> segments;
  const auto parts = segments_of(raw ? request.raw_path : request.path);
  segments.reserve(parts.size());
  for (const std::string_view segment : parts)
    segments.push_back(raw ? percent_decode(segment, false) : std::string(segment));
  Match match;
  find(state_->root, segments, 0, request.method, match);
  if (match.route != nullptr) {
    request.captures.clear();
    for (std::size_t i = 0; i < match.values.size(); ++i)
      request.captures.emplace_back(match.route->capture_names[i], std::move(match.values[i]));
    return match.route->handler(std::move(request));
  }
  Reply reply;
  reply.status = match.allowed.empty() ? 404 : 405;
  reply.content_type = "text/plain";
  reply.body = match.allowed.empty() ? "not found\n" : "method not allowed\n";
  std::string allow;
  for (const std::string& method : match.allowed) allow += (allow.empty() ? "" : ", ") + method;
  if (!allow.empty()) reply.headers.push_back(Header{"Allow", allow});
  return answer(std::move(reply));
}

Handler Router::as_handler() const {
  return [this](Request request) { return handle(std::move(request)); };
}

}  // namespace tillbridge::http
