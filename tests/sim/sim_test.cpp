// Runs seeds 1 to TILLBRIDGE_SIM_SEEDS (10 000). One seed again: TILLBRIDGE_SIM_SEED=n sim_test.

#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "regressions.h"
#include "world.h"

namespace tillbridge::sim {
namespace {

constexpr std::uint64_t seeds_default = 10'000;
constexpr std::uint64_t repeat_every = 20;  // seeds that are run twice and must go the same way

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

bool holds(std::uint64_t seed, bool twice) {
  World world{seed, Sabotage::none};
  const Verdict& verdict = world.run();
  if (!verdict.ok()) {
    ADD_FAILURE() << "seed " << seed << " " << verdict.why()
                  << "\nagain with: TILLBRIDGE_SIM_SEED=" << seed << " sim_test";
    return false;
  }
  if (!twice) return true;
  World repeated{seed, Sabotage::none};
  EXPECT_EQ(repeated.run().trace_hash(), verdict.trace_hash()) << "seed " << seed;
  return true;
}

TEST(Simulation, PromisesHoldForEverySeed) {
  if (const std::uint64_t one = number_from("TILLBRIDGE_SIM_SEED", 0); one != 0) {
    holds(one, true);
    return;
  }
  constexpr int failures_shown_max = 10;
  int failures = 0;
  for (const std::uint64_t seed : regressions) holds(seed, true);
  const std::uint64_t seeds = number_from("TILLBRIDGE_SIM_SEEDS", seeds_default);
  for (std::uint64_t seed = 1; seed <= seeds && failures < failures_shown_max; ++seed) {
    if (!holds(seed, seed % repeat_every == 0)) ++failures;
  }
}

TEST(Simulation, OtherSeedsGoOtherWays) {
  World one{1, Sabotage::none};
  World two{2, Sabotage::none};
  EXPECT_NE(one.run().trace_hash(), two.run().trace_hash());
}

// The oracle must notice what it is there for, and for the right reason.
struct Mistake {
  Sabotage sabotage;
  const char* noticed_as;
};

class SimulationOfAMistake : public testing::TestWithParam<Mistake> {};

TEST_P(SimulationOfAMistake, IsNoticed) {
  constexpr std::uint64_t seeds_max = 200;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    World world{seed, GetParam().sabotage};
    const Verdict& verdict = world.run();
    if (verdict.why().find(GetParam().noticed_as) != std::string::npos) return;
  }
  FAIL() << "no seed of " << seeds_max << " noticed: " << GetParam().noticed_as;
}

INSTANTIATE_TEST_SUITE_P(All, SimulationOfAMistake,
                         testing::Values(Mistake{Sabotage::early_release, "went backwards"},
                                         Mistake{Sabotage::swapped_releases, "went backwards"},
                                         Mistake{Sabotage::forgotten_retry, "still waiting"},
                                         Mistake{Sabotage::sent_again, "is done"},
                                         Mistake{Sabotage::generous_budget, "budget exceeded"},
                                         Mistake{Sabotage::generous_flight, "calls in flight"},
                                         Mistake{Sabotage::deaf_breaker, "breaker closed after"},
                                         Mistake{Sabotage::hasty_planning, "went backwards"},
                                         Mistake{Sabotage::shared_lane,
                                                 "a healthy lane was held up"}));

}  // namespace
}  // namespace tillbridge::sim
