#pragma once
// TB_ASSERT stays on in release: a broken invariant stops the process, and the journal is replayed
// at start.

#include <cstdio>
#include <cstdlib>

#define TB_ASSERT(condition)                                                                 \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
