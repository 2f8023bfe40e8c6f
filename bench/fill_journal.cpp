// Fills a journal for a hub to run on (filled_journal.h): fill_journal FILE RECORDS WORKSPACE

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "filled_journal.h"

int main(int argc, char** argv) {
  using namespace tillbridge;
  if (argc != 4) {
    fmt::print(stderr, "usage: fill_journal FILE RECORDS WORKSPACE\n");
    return 2;
  }
  try {
    std::size_t records = 0;
    const std::string asked = argv[2];
    std::from_chars(asked.data(), asked.data() + asked.size(), records);
    if (records == 0) throw std::runtime_error(fmt::format("'{}' is no number", asked));
    const SystemClock clock;
    const Tick start = clock.tick();
    const bench::FilledJournal filled(argv[1], records, argv[3]);
    const double seconds = std::chrono::duration<double>(clock.tick() - start).count();
    fmt::print("{{\"records\":{},\"seconds\":{:.1f}}}\n", filled.record_ids().size(), seconds);
  } catch (const std::exception& error) {
    fmt::print(stderr, "fill_journal: {}\n", error.what());
    return 1;
  }
  return 0;
}
