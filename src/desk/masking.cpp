#include "desk/masking.h"

#include <algorithm>
#include <optional>

#include "desk/personal_members.h"

namespace tillbridge::desk {
namespace {

constexpr std::string_view hidden = "...";
constexpr int passes_max = 16;  // each takes characters away; two are the rule

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// What may stand before an '@'; '=' and '/' may by the RFC and are what ids and queries split by.
bool is_local(char c) {
  return is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("._%+-!#$*^~{}`").find(c) != std::string_view::npos;
}

// The length of an '@' here, also as queries and JSON write it; 0: none.
std::size_t at_sign(std::string_view text, std::size_t at) {
  if (text[at] == '@') return 1;
  if (text[at] == '%' && text.substr(at, 3) == "%40") return 3;
  if (text[at] == '\\' && text.substr(at, 6) == "\\u0040") return 6;
  return 0;
}

std::string without_emails(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = at_sign(text, at);
    if (length == 0) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    while (begin > copied && is_local(text[begin - 1])) --begin;
    out += text.substr(copied, begin - copied);
    if (begin < at) {
      if (is_alnum(text[begin])) out += text[begin];
      out += hidden;
    } else if (at > 0 && is_local(text[at - 1])) {
      out += hidden;  // "%40@": the first of them looks like a local part of the second
    }
    out += text.substr(at, length);
    at += length;
    copied = at;
  }
  out += text.substr(copied);
  return out;
}

bool ends_word(std::string_view text, std::size_t at) {
  return at >= text.size() || !is_alnum(text[at]);
}

// The end of the longest row of whole groups of digits with so many digits in all; 0: none. Groups
// stand apart by one or two of " -()".
std::size_t digits_end(std::string_view text, std::size_t begin, std::size_t least,
                       std::size_t most) {
  std::size_t end = 0;
  std::size_t count = 0;
  for (std::size_t at = begin; at < text.size();) {
    while (at < text.size() && is_digit(text[at])) {
      ++at;
      ++count;
    }
    if (count > most) break;
    if (!ends_word(text, at)) break;
    if (count >= least) end = at;
    std::size_t between = 0;
    while (at < text.size() && between < 3 &&
           std::string_view(" -()").find(text[at]) != std::string_view::npos) {
      ++at;
      ++between;
    }
    if (between == 0 || between > 2 || at >= text.size() || !is_digit(text[at])) break;
  }
  return end;
}

// "19800101-1234", "800101+1234", "198001011234".
std::size_t personal_number_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && is_digit(text[end])) ++end;
  const std::size_t first = end - begin;
  std::size_t date = begin;
  if (first == 12) {
    if (text[begin] != '1' && text[begin] != '2') return 0;
    date += 2;
  } else {
    if (first != 6 && first != 8) return 0;
    if (first == 8) date += 2;
    if (end >= text.size() || (text[end] != '-' && text[end] != '+')) return 0;
    const std::size_t last = end + 1;
    for (end = last; end < text.size() && is_digit(text[end]);) ++end;
    if (end - last != 4) return 0;
  }
  const auto two = [text](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  const int month = two(date + 2);
  const int day = two(date + 4) > 60 ? two(date + 4) - 60 : two(date + 4);
  if (month < 1 || month > 12 || day < 1 || day > 31 || !ends_word(text, end)) return 0;
  return end;
}

std::string without_phones(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  const auto replace = [&](std::size_t begin, std::size_t kept, std::size_t end) {
    out += text.substr(copied, begin + kept - copied);
    out += hidden;
    copied = end;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    // The two of "%2B46..." are no word before it.
    const std::size_t plus =
        text[at] == '+'                                                                   ? 1
        : text[at] == '%' && (text.substr(at, 3) == "%2B" || text.substr(at, 3) == "%2b") ? 3
                                                                                          : 0;
    const bool starts = at == 0 || (!is_alnum(text[at - 1]) && text[at - 1] != '.');
    if (plus > 0 && (starts || plus == 3)) {
      const std::size_t end = digits_end(text, at + plus, 7, 15);
      if (end == 0) continue;
      replace(at, plus + 2, end);
      at = end - 1;
    } else if (starts && is_digit(text[at])) {
      std::size_t end = personal_number_end(text, at);
      std::size_t kept = 0;
      if (end == 0 && text[at] == '0') {
        const bool abroad = text.substr(at, 2) == "00";
        end = digits_end(text, at, abroad ? 11 : 9, abroad ? 15 : 11);
        kept = 2;
      }
      if (end == 0) continue;
      replace(at, kept, end);
      at = end - 1;
    }
  }
  out += text.substr(copied);
  return out;
}

std::string masked_name(std::string_view name) {
  if (name.empty()) return "";
  std::size_t first = 1;
  while (first < name.size() && (static_cast<unsigned char>(name[first]) & 0xc0U) == 0x80U) ++first;
  if (name.front() == '@' || name.front() == '.') first = 0;
  return std::string(name.substr(0, first)) + std::string(hidden);
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
}

constexpr int documents_within_max = 3;
std::string document_within(std::string_view document, int depth);

std::string masked_string(std::string_view value, MemberSort sort, int depth) {
  if (value.empty() || is_said_word(value)) return std::string(value);
  switch (sort) {
    case MemberSort::email:
      return masked_email(value);
    case MemberSort::phone:
      return count_digits(value) >= 5 ? masked_phone(value) : masked_text(value);
    case MemberSort::name:
      return masked_name(value);
    case MemberSort::hidden:
      return std::string(hidden);
    case MemberSort::id:
      return without_emails(value);
    case MemberSort::other:
      break;
  }
  const bool may_be_document = value.front() == '{' || value.front() == '[';
  if (may_be_document && depth < documents_within_max) return document_within(value, depth + 1);
  return masked_text(value);
}

// Goes through a document as it stands and copies all but what must not be read. Takes any text:
// whether the document is whole is not its matter.
class Rewriter {
 public:
  Rewriter(std::string_view text, int depth) : text_(text), depth_(depth) {}

  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        take_string();
      } else if (std::string_view("{}[]:, \t\r\n").find(c) != std::string_view::npos) {
        take_mark(c);
      } else {
        take_bare();
      }
    }
    return std::move(out_);
  }

 private:
  struct Frame {
    bool is_object = false;
    bool at_value = false;                // after the ':' of a member
    std::string key;                      // of the member
    std::string pair_name;                // {"name": "email", "value": ...}
    std::string of;                       // the member that this object or list is the value of
    MemberSort sort = MemberSort::other;  // what holds for all in it
  };

  void take_mark(char c) {
    ++at_;
    out_ += c;
    if (c == '{' || c == '[') {
      Frame inner;
      inner.is_object = c == '{';
      if (!frames_.empty()) {
        inner.of = frames_.back().is_object ? frames_.back().key : frames_.back().of;
        inner.sort = value_sort();
        // {"email": {"marketing": ...}} is about a channel; an address is one all through.
        if (inner.is_object && inner.sort != MemberSort::hidden) inner.sort = MemberSort::other;
      }
      frames_.push_back(std::move(inner));
    } else if ((c == '}' || c == ']') && !frames_.empty()) {
      frames_.pop_back();
    } else if (c == ':' && !frames_.empty()) {
      frames_.back().at_value = true;
    } else if (c == ',' && !frames_.empty()) {
      frames_.back().at_value = false;
    }
  }

  MemberSort value_sort() const {
    if (frames_.empty()) return MemberSort::other;
    const Frame& frame = frames_.back();
    if (!frame.is_object) return frame.sort;
    const bool is_pair = !frame.pair_name.empty() && is_value_of_pair(frame.key);
    const MemberSort own = member_sort(is_pair ? frame.pair_name : frame.key, frame.of);
    if (own != MemberSort::other || frame.sort != MemberSort::hidden) return own;
    return is_open_in_address(frame.key) ? MemberSort::other : MemberSort::hidden;
  }

  void take_string() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    const bool closed = end < text_.size();
    end = std::min(end, text_.size());
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    const std::string_view whole = text_.substr(at_, end - at_ + (closed ? 1 : 0));
    at_ += whole.size();
    std::string value(inner);
    const bool is_plain = inner.find('\\') == std::string_view::npos;
    const auto read = is_plain ? Result<json::Value>(nullptr) : json::parse(whole);
    const bool is_read = read && read->is_string();
    if (is_read) value.assign(read->get_string().data(), read->get_string().size());
    const bool is_key = !frames_.empty() && frames_.back().is_object && !frames_.back().at_value;
    const std::string shown =
        is_key ? masked_text(value) : masked_string(value, value_sort(), depth_);
    if (is_key) {
      frames_.back().key = value;
    } else if (!frames_.empty() && names_a_pair(frames_.back().key)) {
      frames_.back().pair_name = value;
    }
    if (shown == value) {
      out_ += whole;
      return;
    }
    if (is_plain || is_read) {
      json::append_quoted(out_, shown);
      if (!closed) out_.pop_back();
    } else {  // as it was written, for want of a better reading
      out_ += '"' + shown + (closed ? "\"" : "");
    }
  }

  // A number, true, null, or what is no JSON at all.
  void take_bare() {
    const std::size_t end = std::min(text_.find_first_of("{}[]:,\" \t\r\n", at_), text_.size());
    const std::string_view bare = text_.substr(at_, end - at_);
    at_ = end;
    const bool is_number = is_digit(bare.front()) || bare.front() == '-';
    if (!is_number) {
      out_ += bare == "true" || bare == "false" || bare == "null" ? std::string(bare)
                                                                  : masked_text(bare);
      return;
    }
    const MemberSort sort = value_sort();
    const bool open = sort == MemberSort::other || sort == MemberSort::id ||
                      (sort != MemberSort::hidden && count_digits(bare) < 5);
    if (open) {
      out_ += bare.find_first_not_of("0123456789+-.eE") == std::string_view::npos
                  ? std::string(bare)
                  : masked_text(bare);
    } else {
      out_ += "\"...\"";
    }
  }

  std::string_view text_;
  int depth_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<Frame> frames_;
};

std::string document_within(std::string_view document, int depth) {
  std::string out = Rewriter(document, depth).run();
  return json::parse(document) ? out : masked_text(out);
}

}  // namespace

std::string masked_email(std::string_view email) {
  std::string out = without_emails(email);
  return out == email && email.find(hidden) == std::string_view::npos ? std::string(hidden) : out;
}

std::string masked_phone(std::string_view phone) {
  if (phone.starts_with('+')) return std::string(phone.substr(0, 3)) + std::string(hidden);
  if (phone.starts_with('0')) return std::string(phone.substr(0, 2)) + std::string(hidden);
  return std::string(hidden);
}

// What is left of one find can make another of its surroundings: until nothing more is found.
std::string masked_text(std::string_view text) {
  std::string out = without_phones(without_emails(text));
  for (int again = 0; again < passes_max; ++again) {
    std::string next = without_phones(without_emails(out));
    if (next == out) break;
    out = std::move(next);
  }
  return out;
}

std::string masked_document(std::string_view document) {
  const auto start = document.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return std::string(document);
  const char first = document[start];
  if (first == '{' || first == '[' || first == '"') return document_within(document, 0);
  std::string out = masked_text(document);
  // A number alone is a document too, and may be a person's.
  if (out != document && json::parse(document)) return "\"" + out + "\"";
  return out;
}

json::Value masked_value(const json::Value& value) {
  const auto masked = json::parse(masked_document(json::to_text(value)));
  return masked ? *masked : json::Value(nullptr);
}

}  // namespace tillbridge::desk
