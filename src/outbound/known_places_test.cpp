#include "outbound/known_places.h"

#include <gtest/gtest.h>

namespace tillbridge::outbound {
namespace {

TEST(KnownPlaces, SaysTheSameEachTime) {
  KnownPlaces places;
  // More of them than there are slots, in turns: some are known when asked again, some are not.
  for (int round = 0; round < 3; ++round) {
    for (int port = 1; port <= 200; ++port) {
      const std::string url = "https://host" + std::to_string(port % 7) +
                              ".example:" + std::to_string(port) + "/a?b=" + std::to_string(port);
      const auto place = places.read(url);
      ASSERT_TRUE(place) << url;
      EXPECT_EQ(place->scheme, "https");
      EXPECT_EQ(place->host, "host" + std::to_string(port % 7) + ".example");
      EXPECT_EQ(place->port, std::to_string(port));
    }
  }
  const auto usual = places.read("http://shop.example/");
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->port, "80");
  const std::string long_url = "http://shop.example/" + std::string(5'000, 'x');
  for (int round = 0; round < 2; ++round) EXPECT_EQ(places.read(long_url)->host, "shop.example");
}

TEST(KnownPlaces, WhatIsRefusedStaysRefused) {
  KnownPlaces places;
  for (int round = 0; round < 2; ++round) {
    for (const char* url : {"", "no url", "http://", "http://user:secret@shop.example/",
                            "http://shop.example/\r\nX: y"}) {
      const auto place = places.read(url);
      ASSERT_FALSE(place) << url;
      EXPECT_EQ(place.error().kind, Error::Kind::rejected);
    }
  }
}

}  // namespace
}  // namespace tillbridge::outbound
