// Preloaded into the hub by the chaos harness: makes writes and syncs of the journal's files fail
// or take long, and moves the wall clock, while the process runs. The commands stand in a small
// file that the harness maps as well (shim.py), named by TB_CHAOS_CONTROL. Nothing is commanded at
// first.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

// The layout is that of shim.py.
struct control {
  int64_t write_errno;      // 0: writes succeed
  int64_t sync_errno;       // 0: syncs succeed
  int64_t sync_delay_ms;    // before each sync
  int64_t clock_offset_ms;  // added to the wall clock
  int64_t faults;           // counts what was made to fail or wait
};

static volatile struct control* shared;

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("TB_CHAOS_CONTROL");
  const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) shared = at;
  close(fd);
}

// Only while something is commanded, so that an idle shim costs a comparison.
static int is_journal(int fd) {
  char link[64];
  char path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = 0;
  return strstr(path, ".journal") != NULL;
}

static int write_fails(int fd) {
  if (shared == NULL || shared->write_errno == 0 || !is_journal(fd)) return 0;
  __atomic_add_fetch(&shared->faults, 1, __ATOMIC_RELAXED);
  errno = (int)shared->write_errno;
  return 1;
}

static int sync_fails(int fd) {
  if (shared == NULL || (shared->sync_errno == 0 && shared->sync_delay_ms == 0) || !is_journal(fd))
    return 0;
  __atomic_add_fetch(&shared->faults, 1, __ATOMIC_RELAXED);
  const int64_t ms = shared->sync_delay_ms;
  if (ms > 0) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
  }
  if (shared->sync_errno == 0) return 0;
  errno = (int)shared->sync_errno;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  static __typeof__(&pwrite) real;
  if (real == NULL) real = REAL(pwrite);
  return write_fails(fd) ? -1 : real(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  static __typeof__(&pwrite64) real;
  if (real == NULL) real = REAL(pwrite64);
  return write_fails(fd) ? -1 : real(fd, data, size, at);
}

ssize_t write(int fd, const void* data, size_t size) {
  static __typeof__(&write) real;
  if (real == NULL) real = REAL(write);
  return write_fails(fd) ? -1 : real(fd, data, size);
}

int fdatasync(int fd) {
  static __typeof__(&fdatasync) real;
  if (real == NULL) real = REAL(fdatasync);
  return sync_fails(fd) ? -1 : real(fd);
}

int fsync(int fd) {
  static __typeof__(&fsync) real;
  if (real == NULL) real = REAL(fsync);
  return sync_fails(fd) ? -1 : real(fd);
}

static int64_t offset_ms(void) {
  return shared == NULL ? 0 : shared->clock_offset_ms;
}

// Waiting goes by the monotonic clock, which stays as it is: this is what a stepped machine does.
int clock_gettime(clockid_t which, struct timespec* out) {
  static __typeof__(&clock_gettime) real;
  if (real == NULL) real = REAL(clock_gettime);
  const int result = real(which, out);
  const int64_t ms = offset_ms();
  if (result != 0 || ms == 0 || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE))
    return result;
  const int64_t ns = out->tv_nsec + ms % 1000 * 1000000;
  out->tv_sec += ms / 1000 + (ns < 0 ? -1 : ns / 1000000000);
  out->tv_nsec = (ns + 1000000000) % 1000000000;
  return 0;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
