#pragma once
// Whether the CRM's answer is what a till can use: the shapes of contract sitoo.md 9.3 and 9.4, and
// the right person. Pure; any thread.

#include <optional>
#include <string>

#include "base/json.h"
#include "till/people.h"
#include "till/route_table.h"

namespace sandbox::till {

// Says in words what is not right; nullopt: all is well.
using Flaw = std::optional<std::string>;

// One customer object: customer_id, and every known member of its documented type.
Flaw shape_flaw(const tillbridge::json::Value& customer);
// That this customer (of sound shape) is the person. What the sandbox does not know is free. An
// answer from the hub's own index may lack members, but none may be another person's.
Flaw person_flaw(const tillbridge::json::Value& customer, const Person& person);

// The whole answer of an operation. expected: nullptr where nobody must be found (search), or where
// the answer is about nobody (consents). `text` is the body.
Flaw answer_flaw(Operation operation, const std::string& text, const Person* expected);

// A value of the customer's sections says that the hub answered from its own index. Works on a
// customer, a list of customers and a list of sections.
bool is_from_index(const tillbridge::json::Value& answer);

// "": the answer names none.
std::string customer_id_in(const std::string& text);

}  // namespace sandbox::till
