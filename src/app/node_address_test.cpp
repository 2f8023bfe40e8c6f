#include "app/node_address.h"

#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

TEST(NodeAddress, IsReadAsItWasWritten) {
  for (const NodeAddress& address :
       {NodeAddress{"10.1.1.5", 8080, 8082}, NodeAddress{"fd00::5", 443, 0},
        NodeAddress{"hub-1.shop.example", 65535, 1}}) {
    EXPECT_EQ(node_address(to_text(address)), address);
  }
}

TEST(NodeAddress, WhatIsNoneIsNotGuessedAt) {
  for (const char* text : {"", "10.1.1.5", "10.1.1.5 8080", "10.1.1.5 8080 8082 8083",
                           "10.1.1.5 0 8082", "10.1.1.5 80800 1", "10.1.1.5 x 1", "a -1 1"}) {
    EXPECT_FALSE(node_address(text)) << text;
  }
}

TEST(NodeAddress, TheHostIsWhatWasSaidOrWhereItListens) {
  EXPECT_EQ(host_of("10.1.1.5", "", "till-hub-1"), "10.1.1.5");
  EXPECT_EQ(host_of("10.1.1.5", "192.0.2.7", "till-hub-1"), "192.0.2.7");
  EXPECT_EQ(host_of("0.0.0.0", "", "till-hub-1"), "till-hub-1");
  EXPECT_EQ(host_of("::", "", "till-hub-1"), "till-hub-1");
  EXPECT_EQ(host_of("::", "192.0.2.7", "till-hub-1"), "192.0.2.7");
}

TEST(NodeAddress, LoopbackIsTheMachineItself) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"10.1.1.5", "12.7.0.0", "hub", "fd00::1"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(NodeName, WhyItDoesNotCarryStandsBehindTheMachine) {
  const std::string why = "workspace demo (SE): relay.warehouse is not in it (here)";
  for (const NodeName& name : {NodeName{"till-2", ""}, NodeName{"till-2", why}}) {
    const NodeName read = node_name(to_text(name));
    EXPECT_EQ(read.machine, name.machine);
    EXPECT_EQ(read.carries_not, name.carries_not);
  }
  EXPECT_EQ(to_text(NodeName{"till-2", ""}), "till-2") << "as older versions know it";
}

}  // namespace
}  // namespace tillbridge::app
