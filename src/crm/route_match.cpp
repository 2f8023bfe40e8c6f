#include "crm/route_match.h"

#include <algorithm>

#include "http/message.h"

namespace tillbridge::crm {
namespace {

bool is_capture(std::string_view segment) {
  return segment.starts_with('{');
}

bool fits(const std::vector<std::string>& route, const std::vector<std::string>& path) {
  return std::equal(route.begin(), route.end(), path.begin(), path.end(),
                    [](const std::string& wanted, const std::string& given) {
                      return is_capture(wanted) ? !given.empty() : wanted == given;
                    });
}

// Both fit the same path: the one whose first difference is a literal.
bool closer(const std::vector<std::string>& route, const std::vector<std::string>& other) {
  for (std::size_t i = 0; i < route.size(); ++i) {
    if (is_capture(route[i]) != is_capture(other[i])) return !is_capture(route[i]);
  }
  return false;
}

std::string_view without_first(std::string_view path) {
  const auto next = path.find('/', 1);
  return next == std::string_view::npos ? std::string_view{} : path.substr(next);
}

}  // namespace

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

std::string_view below_register(std::string_view path, std::string_view workspace) {
  const auto segments = segments_of(path);
  if (segments.empty() || segments[0] != "crm") return path;
  path = without_first(path);
  if (segments.size() > 1 && http::percent_decode(segments[1], false) == workspace)
    path = without_first(path);
  return path;
}

RouteMatcher::RouteMatcher(const RouteTable& table) {
  for (const auto& [operation, route] : table) {
    Entry entry;
    entry.operation = operation;
    entry.method = route.method;
    for (const std::string_view segment : segments_of(route.path))
      entry.segments.emplace_back(segment);
    entries_.push_back(std::move(entry));
  }
}

std::optional<RouteMatch> RouteMatcher::find(std::string_view method, std::string_view path) const {
  std::vector<std::string> segments;
  for (const std::string_view segment : segments_of(path))
    segments.push_back(http::percent_decode(segment, false));
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.method != wanted || !fits(entry.segments, segments)) continue;
    if (best == nullptr || closer(entry.segments, best->segments)) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  RouteMatch match;
  match.operation = best->operation;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& name = best->segments[i];
    if (is_capture(name)) match.captures[name.substr(1, name.size() - 2)] = std::move(segments[i]);
  }
  return match;
}

}  // namespace tillbridge::crm
