#include "desk/handbook.h"

#include <algorithm>
#include <array>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/algorithm/string/trim.hpp>

namespace tillbridge::desk {
namespace {

constexpr std::string_view ending = ".md";

std::string line_at(std::string_view text, std::size_t at) {
  return std::string(text.substr(at, text.find('\n', at) - at));
}

// The paragraph that begins at or after `at`, in one line; "" when a heading comes first.
std::string paragraph(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == '\n') ++at;
  if (at >= text.size() || text[at] == '#') return "";
  std::string found(text.substr(at, text.find("\n\n", at) - at));
  boost::trim(found);
  boost::replace_all(found, "\n", " ");
  return found;
}

// What stands below a heading, up to the next one of its level.
std::string_view section(std::string_view text, std::string_view heading) {
  const std::string wanted = "\n## " + std::string(heading) + "\n";
  const auto begin = text.find(wanted);
  if (begin == std::string_view::npos) return {};
  const auto from = begin + wanted.size();
  const auto end = text.find("\n## ", from - 1);
  return text.substr(from, end == std::string_view::npos ? end : end - from);
}

CaseGuide guide_of(const HandbookPage& page) {
  struct Action {
    std::string_view words, name;
  };
  constexpr std::array<Action, 5> actions{{{"Send again", "send_again"},
                                           {"Rebuild with today's settings", "rebuild"},
                                           {"Edit and send", "edit"},
                                           {"Merge customers", "merge"},
                                           {"Attribute to a customer", "attribute"}}};
  CaseGuide guide;
  guide.title = page.title;
  guide.summary = page.summary;
  guide.page = page.page;
  guide.impact = paragraph(section(page.markdown, "What it costs"), 0);
  const std::string_view can = section(page.markdown, "What you can do");
  for (const Action& action : actions) {
    if (can.find(action.words) != std::string_view::npos) guide.actions.emplace_back(action.name);
  }
  return guide;
}

}  // namespace

Handbook::Handbook(const std::vector<std::pair<std::string_view, std::string_view>>& files) {
  constexpr std::string_view cases = "cases/";
  for (const auto& [path, markdown] : files) {
    if (!path.ends_with(ending)) continue;
    HandbookPage page;
    page.page = path.substr(0, path.size() - ending.size());
    boost::trim_left_if(page.page, [](char c) { return c == '/'; });
    page.markdown = markdown;
    const auto heading = markdown.find("# ");
    if (heading != std::string_view::npos) {
      page.title = line_at(markdown, heading + 2);
      page.summary = paragraph(markdown, heading + 2 + page.title.size());
    }
    if (page.page.starts_with(cases))
      guides_.emplace(page.page.substr(cases.size()), guide_of(page));
    pages_.push_back(std::move(page));
  }
  std::sort(pages_.begin(), pages_.end(), [](const HandbookPage& a, const HandbookPage& b) {
    const bool first = a.page == "index";
    const bool second = b.page == "index";
    return first != second ? first : a.page < b.page;
  });
}

const HandbookPage* Handbook::find(std::string_view page) const {
  const auto found = std::find_if(pages_.begin(), pages_.end(),
                                  [page](const HandbookPage& one) { return one.page == page; });
  return found == pages_.end() ? nullptr : &*found;
}

CaseGuide Handbook::guide(const std::string& case_type) const {
  const auto found = guides_.find(case_type);
  if (found != guides_.end()) return found->second;
  CaseGuide guide;
  guide.title = boost::replace_all_copy(case_type, "_", " ");
  return guide;
}

}  // namespace tillbridge::desk
