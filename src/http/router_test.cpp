#include "http/router.h"

#include <optional>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace tillbridge::http {
namespace {

Task<Reply> say(std::string name, Request request) {
  Reply reply;
  reply.body = std::move(name);
  for (const auto& [key, value] : request.captures) reply.body += " " + key + "=" + value;
  co_return reply;
}

Handler saying(const std::string& name) {
  return [name](Request request) { return say(name, std::move(request)); };
}

Reply ask(const Router& router, const std::string& method, const std::string& path,
          const std::string& raw_path = "") {
  Loop loop;
  Request request;
  request.method = method;
  request.path = path;
  request.raw_path = raw_path;
  std::optional<Reply> answer;
  boost::asio::co_spawn(loop, router.handle(std::move(request)),
                        [&](std::exception_ptr, Reply reply) { answer = std::move(reply); });
  loop.run();
  return answer.value();
}

std::string_view allow_of(const Reply& reply) {
  for (const Header& header : reply.headers) {
    if (header.name == "Allow") return header.value;
  }
  return {};
}

TEST(Router, literals_win_over_captures_and_captures_are_named) {
  Router router;
  router.add("GET", "/", saying("root"));
  router.add("GET", "/api/records/{id}", saying("record"));
  router.add("GET", "/api/records/latest", saying("latest"));
  router.add("GET", "/api/{kind}/{id}/parts", saying("parts"));
  EXPECT_EQ(ask(router, "GET", "/").body, "root");
  EXPECT_EQ(ask(router, "GET", "/api/records/17").body, "record id=17");
  EXPECT_EQ(ask(router, "GET", "/api/records/latest").body, "latest");
  EXPECT_EQ(ask(router, "GET", "/api/records/latest/parts").body, "parts kind=records id=latest");
  EXPECT_EQ(ask(router, "GET", "/api/records/").status, 404);
  EXPECT_EQ(ask(router, "GET", "/api/records/17/").status, 404);
  EXPECT_EQ(ask(router, "GET", "/api").status, 404);
}

TEST(Router, an_encoded_slash_belongs_to_its_segment) {
  Router router;
  router.add("GET", "/products/{sku}/stock", saying("stock"));
  EXPECT_EQ(ask(router, "GET", "/products/a/b/stock", "/products/a%2Fb/stock").body,
            "stock sku=a/b");
  EXPECT_EQ(ask(router, "GET", "/products/100%/stock", "/products/100%25/stock").body,
            "stock sku=100%");
}

TEST(Router, other_methods_of_a_known_path_are_405_with_allow) {
  Router router;
  router.add("GET", "/events", saying("list"));
  router.add("POST", "/events", saying("take"));
  const Reply refused = ask(router, "DELETE", "/events");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(allow_of(refused), "GET, HEAD, POST");
  const Reply unknown = ask(router, "GET", "/nothing");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(allow_of(unknown), "");
  EXPECT_EQ(ask(router, "HEAD", "/events").body, "list");
}

TEST(Router, a_literal_without_the_method_does_not_hide_the_capture) {
  Router router;
  router.add("GET", "/things/new", saying("form"));
  router.add("POST", "/things/{id}", saying("change"));
  EXPECT_EQ(ask(router, "POST", "/things/new").body, "change id=new");
  EXPECT_EQ(allow_of(ask(router, "PUT", "/things/new")), "GET, HEAD, POST");
}

TEST(Router, mistakes_in_routes_show_at_start) {
  Router router;
  router.add("GET", "/a/{x}", saying("a"));
  EXPECT_THROW(router.add("GET", "/a/{y}", saying("b")), std::invalid_argument);
  EXPECT_THROW(router.add("GET", "a", saying("b")), std::invalid_argument);
}

}  // namespace
}  // namespace tillbridge::http
