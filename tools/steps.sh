# shellcheck shell=bash
# Shared by ./tb and the scripts beside this file: headings with elapsed time, logs, building, testing.
# Sourced with the project's root as the current folder.

LOGS=build/logs
JOBS="${JOBS:-$(nproc)}"
export TB_STARTED="${TB_STARTED:-$(date +%s)}"
export NINJA_STATUS="  [%f/%t] "

elapsed() {
  local seconds=$(($(date +%s) - TB_STARTED))
  printf '%02d:%02d' $((seconds / 60)) $((seconds % 60))
}

heading() { printf '\n== [%s] %s\n' "$(elapsed)" "$*"; }

# step NAME TITLE COMMAND...: a heading, the command's output on the screen and in build/logs/NAME.log.
step() {
  local name="$1" title="$2"
  shift 2
  mkdir -p "$LOGS"
  heading "$title"
  local status=0
  "$@" 2>&1 | tee "$LOGS/$name.log" || status=$?
  if [ "$status" != 0 ]; then
    printf '\n== [%s] FAILED: %s. The log: %s\n' "$(elapsed)" "$title" "$LOGS/$name.log" >&2
  fi
  return "$status"
}

configure_preset() {
  # shellcheck disable=SC2086  # several arguments on purpose
  step "configure-$1" "Configuring $1" cmake --preset "$1" ${CONFIGURE_ARGUMENTS:-}
}

# build_preset PRESET [target...]
build_preset() {
  local preset="$1"
  shift
  configure_preset "$preset" || return
  step "build-$preset" "Building $preset ${*:-(everything)} with $JOBS compilers" \
    cmake --build "build/$preset" --parallel "$JOBS" ${1:+--target "$@"}
}

# The tests of a preset that sanitizers run: not the ones that start whole processes or only read the tree, and not the
# simulators' own.
SANITIZED=(--label-exclude 'e2e|house|console|simulators')

# test_programs PRESET [name...]: the targets behind the tests, or only those named as far as they exist.
test_programs() {
  local preset="$1"
  shift
  ctest --test-dir "build/$preset" --show-only=json-v1 "${SANITIZED[@]}" |
    python3 tools/test_programs.py "build/$preset" "$@"
}

# build_tests PRESET [name...]
build_tests() {
  local preset="$1"
  shift
  configure_preset "$preset" || return
  local programs
  mapfile -t programs < <(test_programs "$preset" "$@")
  if [ "${#programs[@]}" = 0 ]; then
    echo "The preset $preset has no such tests: ${*:-(any)}" >&2
    return 1
  fi
  step "build-$preset" "Building ${#programs[@]} test programs with $preset" \
    cmake --build "build/$preset" --parallel "$JOBS" --target "${programs[@]}"
}

# run_tests PRESET [name...]: with a sanitizer's preset. The simulation's many seeds are the release build's.
run_tests() {
  local preset="$1"
  shift
  local only=()
  if [ $# -gt 0 ]; then
    only=(--tests-regex "^($(
      IFS='|'
      echo "$*"
    ))\$")
  fi
  TILLBRIDGE_SIM_SEEDS="${TILLBRIDGE_SIM_SEEDS:-1000}" ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}" \
    UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}" \
    TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=0:second_deadlock_stack=1}" \
    step "test-$preset" "Testing with $preset" \
    ctest --test-dir "build/$preset" --output-on-failure --parallel "$JOBS" "${SANITIZED[@]}" "${only[@]}"
}
