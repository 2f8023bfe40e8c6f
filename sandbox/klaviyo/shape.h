#pragma once
// What a JSON:API document has to look like, and the check of one against it (contract 3, 16.2):
// every departure becomes an error with its source.pointer. Any thread once built.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "klaviyo/errors.h"

namespace sandbox::klaviyo {

struct Member;

struct Shape {
  enum class Kind : std::uint8_t {
    text,
    number,
    boolean,
    date_time,
    date,
    choice,          // one of values
    number_or_text,  // coordinates
    text_or_texts,
    free,  // any object
    object,
    list,
  };
  Kind kind = Kind::text;
  bool nullable = false;
  std::vector<std::string_view> values;  // choice
  std::vector<Member> members;           // object
  std::shared_ptr<const Shape> item;     // list
  std::size_t items_min = 0, items_max = 0;
};

struct Member {
  std::string_view name;
  Shape shape;
  bool required = false;
};

inline Shape text() {
  return {};
}
inline Shape of_kind(Shape::Kind kind) {
  Shape shape;
  shape.kind = kind;
  return shape;
}
inline Shape nullable(Shape shape) {
  shape.nullable = true;
  return shape;
}
inline Shape choice(std::vector<std::string_view> values) {
  Shape shape = of_kind(Shape::Kind::choice);
  shape.values = std::move(values);
  return shape;
}
inline Shape object(std::vector<Member> members) {
  Shape shape = of_kind(Shape::Kind::object);
  shape.members = std::move(members);
  return shape;
}
inline Shape list(Shape item, std::size_t items_min, std::size_t items_max) {
  Shape shape = of_kind(Shape::Kind::list);
  shape.item = std::make_shared<const Shape>(std::move(item));
  shape.items_min = items_min;
  shape.items_max = items_max;
  return shape;
}

struct ShapeRules {
  bool reject_unknown = true;  // members that the document does not know, UNCERTAIN
};
// Appends what is wrong with value; pointer is where it stands ("" at the top).
void check(const Shape& shape, const boost::json::value& value, const std::string& pointer,
           const ShapeRules& rules, Errors& errors);

}  // namespace sandbox::klaviyo
