#pragma once
// The operators' handbook (docs/handbook): its pages, and what the page of a case type says about
// such cases, so that one text serves reader and desk. Immutable; any thread.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tillbridge::desk {

struct HandbookPage {
  std::string page;      // "cases/lag_high"
  std::string title;     // the first heading
  std::string summary;   // the first paragraph
  std::string markdown;  // the whole page
};

// What the desk needs of "cases/<type>".
struct CaseGuide {
  std::string title;    // "A platform is behind"
  std::string summary;  // what happened, in a sentence
  std::string impact;   // what it costs
  std::string page;     // "cases/lag_high"
  // Of those that people have: "send_again", "rebuild", "edit", "merge", "attribute".
  std::vector<std::string> actions;
};

class Handbook {
 public:
  // Pages by path ("/cases/lag_high.md") with their Markdown.
  explicit Handbook(const std::vector<std::pair<std::string_view, std::string_view>>& files);

  const std::vector<HandbookPage>& pages() const { return pages_; }  // index first, then by name
  const HandbookPage* find(std::string_view page) const;             // nullptr: there is none
  CaseGuide guide(const std::string& case_type) const;  // a type without a page: its name

 private:
  std::vector<HandbookPage> pages_;
  std::map<std::string, CaseGuide, std::less<>> guides_;
};

}  // namespace tillbridge::desk
