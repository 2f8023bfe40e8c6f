#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

Result<Person> person_of(const Call& call) {
  Person person{call.text("email"), call.text("phone"), call.text("customer")};
  const int given = (person.email.empty() ? 0 : 1) + (person.phone.empty() ? 0 : 1) +
                    (person.customer.empty() ? 0 : 1);
  if (given != 1)
    return fail(Error::Kind::invalid_input, "give exactly one of email, phone and customer");
  return person;
}

Task<http::Reply> find(const Rooms& rooms, Call call) {
  auto person = person_of(call);
  if (!person) co_return error_reply(person.error());
  call.trail->about = "a person";
  co_return reply_of(co_await rooms.privacy.find(workspace_of(rooms, call), std::move(*person)));
}

Task<http::Reply> copy(const Rooms& rooms, Call call) {
  auto person = person_of(call);
  if (!person) co_return error_reply(person.error());
  call.trail->about = "a person";
  co_return reply_of(co_await rooms.privacy.copy(workspace_of(rooms, call), std::move(*person)));
}

Task<http::Reply> erase(const Rooms& rooms, Call call) {
  auto person = person_of(call);
  if (!person) co_return error_reply(person.error());
  call.trail->about = "a person";
  if (call.text("confirm") != "erase")
    co_return error_reply(Error{Error::Kind::invalid_input,
                                "this cannot be undone: confirm it with \"confirm\": \"erase\""});
  const auto erased =
      co_await rooms.privacy.erase(workspace_of(rooms, call), std::move(*person), call.by());
  if (erased) call.trail->after = "erasure " + json::text(*erased, "id").value_or("");
  co_return reply_of(erased);
}

Task<http::Reply> erasures(const Rooms& rooms, Call call) {
  co_return reply_of(co_await rooms.privacy.erasures(workspace_of(rooms, call), call.query("after"),
                                                     limit_of(call.request)));
}

Task<http::Reply> erasure(const Rooms& rooms, Call call) {
  co_return reply_of(co_await rooms.privacy.erasure(workspace_of(rooms, call), call.capture("id")));
}

}  // namespace

void add_privacy_routes(RouteTable& table) {
  table.push_back(route("POST", "/api/v1/privacy/find", "privacy.find",
                        "What is held about a person", Access::steward, find, "Object", "Person"));
  table.push_back(route("POST", "/api/v1/privacy/export", "privacy.export",
                        "Everything held about a person", Access::steward, copy, "Object",
                        "Person"));
  table.push_back(route("POST", "/api/v1/privacy/erase", "privacy.erase",
                        "Forgets a person, here and at the platforms", Access::steward, erase,
                        "Object", "Erasure"));
  table.push_back(route("GET", "/api/v1/privacy/erasures", "privacy.erasures",
                        "Proofs of erasures, newest first", Access::steward, erasures, "Object",
                        nullptr));
  table.back().parameters = {{"after", "Where the page before ended"}, {"limit", "At most 200"}};
  table.push_back(route("GET", "/api/v1/privacy/erasures/{id}", "privacy.erasure",
                        "The proof of an erasure", Access::steward, erasure, "Object", nullptr));
}

}  // namespace tillbridge::api
