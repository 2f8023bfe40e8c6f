#pragma once
// A simulator's settings as a JSON document that can be read whole and patched member by member.
// A settings type names its members once, for reading and writing, in its own namespace:
//
//   template <typename Visit> void describe(Visit& visit, Settings& settings) {
//     visit("hang_ms", settings.hang_ms);
//     visit.share("storm_burst", settings.storm_burst);            // 0 to 1
//     visit.choice("unknown_ids", settings.unknown_ids, {"drop", "error"});
//     visit.secret("public_token", settings.public_token);         // read, never written
//   }
//
// Beside it, for lists of items: `ItemRule item_rule(const Item*)` and `const std::string&
// name_of(const Item&)`; for maps of members by place (a route, an operation): `bool is_place(const
// Members*, std::string_view place)`. Any thread.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace sandbox {

// How a list of items is patched: each item is known by this member, and is changed where it is, or
// the list is replaced as a whole.
struct ItemRule {
  std::string_view named_by;
  bool replaced_as_a_whole = false;
};

class SettingsReader {
 public:
  using Value = boost::json::value;
  using Object = boost::json::object;

  // faults: one line per member that cannot be taken; place is written before each.
  SettingsReader(const Object& from, std::string place, std::vector<std::string>& faults)
      : from_(from), place_(std::move(place)), faults_(faults) {}

  template <typename Member>
  void operator()(std::string_view key, Member& into) {
    if (const Value* value = take(key)) read(key, *value, into);
  }
  void secret(std::string_view key, std::string& into) { (*this)(key, into); }
  void share(std::string_view key, double& into) {
    if (const Value* value = take(key)) number(key, *value, 1, into);
  }
  void may_be_negative(std::string_view key, std::int64_t& into) {
    const Value* value = take(key);
    if (value == nullptr) return;
    if (!value->is_int64()) return fault(key, "whole number expected");
    into = value->get_int64();
  }
  void choice(std::string_view key, std::string& into,
              std::initializer_list<std::string_view> values) {
    (*this)(key, into);
    if (std::find(values.begin(), values.end(), into) == values.end()) fault(key, "unknown choice");
  }
  // After all members: what is left is not known.
  void finish() {
    for (const auto& [key, value] : from_)
      if (!known_.contains(std::string(key))) fault(key, "unknown");
  }

 private:
  const Value* take(std::string_view key) {
    known_.emplace(key);
    return from_.if_contains(key);
  }
  void fault(std::string_view key, std::string_view what) {
    faults_.push_back(place_ + std::string(key) + ": " + std::string(what));
  }
  void number(std::string_view key, const Value& value, double max, double& into) {
    if (!value.is_number()) return fault(key, "number expected");
    const double number = value.to_number<double>();
    if (!(number >= 0 && number <= max)) return fault(key, "number out of range");
    into = number;
  }

  void read(std::string_view key, const Value& value, bool& into) {
    if (!value.is_bool()) return fault(key, "true or false expected");
    into = value.get_bool();
  }
  void read(std::string_view key, const Value& value, double& into) {
    number(key, value, std::numeric_limits<double>::max(), into);
  }
  void read(std::string_view key, const Value& value, std::int64_t& into) {
    if (!value.is_int64() || value.get_int64() < 0)
      return fault(key, "whole number from 0 expected");
    into = value.get_int64();
  }
  void read(std::string_view key, const Value& value, int& into) {
    if (!value.is_int64() ||
        (value.get_int64() != 0 && (value.get_int64() < 500 || value.get_int64() > 599)))
      return fault(key, "0 or a status from 500 to 599 expected");
    into = static_cast<int>(value.get_int64());
  }
  void read(std::string_view key, const Value& value, std::string& into) {
    if (!value.is_string()) return fault(key, "text expected");
    into = value.get_string().c_str();
  }
  void read(std::string_view key, const Value& value, std::set<std::string>& into) {
    if (!value.is_array()) return fault(key, "list of texts expected");
    std::set<std::string> texts;
    for (const Value& item : value.get_array()) {
      if (!item.is_string()) return fault(key, "list of texts expected");
      texts.emplace(item.get_string().c_str());
    }
    into = std::move(texts);
  }
  template <typename Item>
  void read(std::string_view key, const Value& value, std::vector<Item>& into) {
    const ItemRule rule = item_rule(static_cast<const Item*>(nullptr));
    if (!value.is_array()) return fault(key, "list expected");
    std::vector<Item> items = rule.replaced_as_a_whole ? std::vector<Item>{} : into;
    for (const Value& item : value.get_array()) {
      const Object* object = item.if_object();
      const auto name =
          object == nullptr ? std::nullopt : tillbridge::json::text(*object, rule.named_by);
      if (!name) return fault(key, "each entry needs a member " + std::string(rule.named_by));
      auto found = std::find_if(items.begin(), items.end(),
                                [&name](const Item& known) { return name_of(known) == *name; });
      if (found == items.end()) found = items.insert(items.end(), Item{});
      read_members(std::string(key) + "[].", *object, *found);
    }
    into = std::move(items);
  }
  template <typename Members>
  void read(std::string_view key, const Value& value, std::map<std::string, Members>& into) {
    if (!value.is_object()) return fault(key, "object by place expected");
    for (const auto& [place, members] : value.get_object()) {
      if (place != "*" && !is_place(static_cast<const Members*>(nullptr), place)) {
        fault(key, "unknown place " + std::string(place));
      } else if (members.is_null()) {
        into.erase(std::string(place));
      } else if (!members.is_object()) {
        fault(key, "object expected for " + std::string(place));
      } else {
        read_members(std::string(key) + "." + std::string(place) + ".", members.get_object(),
                     into[std::string(place)]);
      }
    }
  }
  template <typename Members>
  void read(std::string_view key, const Value& value, Members& into) {
    if (!value.is_object()) return fault(key, "object expected");
    read_members(std::string(key) + ".", value.get_object(), into);
  }
  template <typename Members>
  void read_members(const std::string& place, const Object& from, Members& into) {
    SettingsReader reader(from, place_ + place, faults_);
    describe(reader, into);
    reader.finish();
  }

  const Object& from_;
  std::string place_;
  std::vector<std::string>& faults_;
  std::set<std::string> known_;
};

class SettingsWriter {
 public:
  using Value = boost::json::value;

  template <typename Member>
  void operator()(std::string_view key, Member& member) {
    out[key] = written(member);
  }
  void secret(std::string_view, std::string&) {}
  void share(std::string_view key, double& value) { out[key] = value; }
  void may_be_negative(std::string_view key, std::int64_t& value) { out[key] = value; }
  void choice(std::string_view key, std::string& value, std::initializer_list<std::string_view>) {
    out[key] = value;
  }
  boost::json::object out;

 private:
  template <typename Member>
  static Value written(Member& member) {
    if constexpr (std::is_arithmetic_v<Member> || std::is_same_v<Member, std::string>) {
      return Value(member);
    } else if constexpr (std::is_same_v<Member, std::set<std::string>>) {
      boost::json::array list;
      for (const std::string& item : member) list.push_back(boost::json::string(item));
      return list;
    } else {
      return written_members(member);
    }
  }
  template <typename Item>
  static Value written_members(std::vector<Item>& items) {
    boost::json::array list;
    for (Item& item : items) list.push_back(written(item));
    return list;
  }
  template <typename Members>
  static Value written_members(std::map<std::string, Members>& by_place) {
    boost::json::object places;
    for (auto& [place, members] : by_place) places[place] = written(members);
    return places;
  }
  template <typename Members>
  static Value written_members(Members& members) {
    SettingsWriter writer;
    describe(writer, members);
    return std::move(writer.out);
  }
};

// The settings with the patch's members in place of theirs; faults: why not, "" when it can be.
template <typename Settings>
std::string patch_settings(Settings& settings, const boost::json::object& patch,
                           std::vector<std::string> (*further)(const Settings&)) {
  std::vector<std::string> faults;
  SettingsReader reader(patch, "", faults);
  describe(reader, settings);
  reader.finish();
  for (std::string& fault : further(settings)) faults.push_back(std::move(fault));
  std::string all;
  for (const std::string& fault : faults) all += (all.empty() ? "" : "; ") + fault;
  return all;
}

template <typename Settings>
boost::json::object settings_document(const Settings& settings) {
  Settings copy = settings;
  SettingsWriter writer;
  describe(writer, copy);
  return std::move(writer.out);
}

}  // namespace sandbox
