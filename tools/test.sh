#!/usr/bin/env bash
# Every test suite: house check, the release build from outside (end to end, console, simulation), all rooms' tests under
# AddressSanitizer and UBSan, ThreadSanitizer on what has threads, fuzz targets for ten seconds each. Nothing is compiled
# twice for one purpose: compilers take most of the time. Ends with one line of numbers.
#   --quick (or TB_QUICK=1): the house check and the release build's tests, the rooms' among them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh
quick="${TB_QUICK:-0}"
[ "${1:-}" = --quick ] && quick=1

# Where threads meet: what the core thread shares with the journal's, curl's, the mailer's and PostgreSQL's. ./tb tsan runs
# all rooms.
THREADED=(base_test http_test outbound_test outbound_live_test journal_test postgres_journal_test leading_test)

passed=0
failed=0
report=()

# count SUITE LOG: adds up what ctest said at the end of its log.
count() {
  local suite="$1" line all bad
  line="$(grep -E '^[0-9]+% tests passed' "$2" | tail -1 || true)"
  if [ -z "$line" ]; then
    failed=$((failed + 1))
    report+=("$suite: did not run to its end, see $2")
    return
  fi
  bad="$(sed -E 's/.*passed, ([0-9]+) tests? failed out of ([0-9]+).*/\1/' <<<"$line")"
  all="$(sed -E 's/.* out of ([0-9]+).*/\1/' <<<"$line")"
  passed=$((passed + all - bad))
  failed=$((failed + bad))
  report+=("$suite: $((all - bad)) passed, $bad failed")
}

count_fuzz() {
  local line
  line="$(grep -hE '^== .*Fuzzing: [0-9]+ passed' "$LOGS/fuzz.log" | tail -1 || true)"
  if [ -z "$line" ]; then
    failed=$((failed + 1))
    report+=("fuzz: did not run to its end, see $LOGS/fuzz.log")
    return
  fi
  passed=$((passed + $(sed -E 's/.*: ([0-9]+) passed.*/\1/' <<<"$line")))
  failed=$((failed + $(sed -E 's/.*, ([0-9]+) failed.*/\1/' <<<"$line")))
  report+=("fuzz: ${line#*Fuzzing: }")
}

# suite NAME: build, then test; a broken build is a failed suite and does not keep the others from running.
sanitized_suite() {
  local preset="$1"
  shift
  rm -f "$LOGS/test-$preset.log"
  if build_tests "$preset" "$@"; then run_tests "$preset" "$@" || true; fi
  count "$preset" "$LOGS/test-$preset.log"
}

summary() {
  heading "Results"
  printf '  %s\n' "${report[@]}"
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}

tools/setup.sh
step house "House check" python3 tests/house/house.py . || true # counted with the release suite's ctest entry

rm -f "$LOGS/test-release.log"
release=(tillbridge tillbridge-sandbox sandbox_test sim_test engine_test model_test crm_test)
chosen=(--label-regex 'e2e|house|console|simulation|simulators')
if [ "$quick" = 1 ]; then
  release=()
  chosen=()
fi
if build_preset release "${release[@]}"; then
  step test-release "Testing release, with end-to-end runs" \
    ctest --test-dir build/release --output-on-failure --parallel "$JOBS" "${chosen[@]}" || true
fi
count release "$LOGS/test-release.log"

if [ "$quick" != 1 ]; then
  sanitized_suite asan
  sanitized_suite tsan "${THREADED[@]}"
  step fuzz "Fuzz targets, ten seconds each, always the same inputs" tools/fuzz.sh 10 1 || true
  count_fuzz
fi
summary
