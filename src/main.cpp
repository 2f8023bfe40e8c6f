#include "app/command_line.h"

// For jemalloc, which reads it before main(). Most of what comes in is allocated on one thread and
// freed on another: each keeps more of it at hand before it goes back to all of them.
extern "C" __attribute__((visibility("default"))) const char* malloc_conf =
    "tcache_nslots_small_max:1000,lg_tcache_nslots_mul:3";

int main(int argc, char** argv) {
  return tillbridge::app::run_command_line(argc, argv);
}
