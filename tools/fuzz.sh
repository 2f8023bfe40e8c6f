#!/usr/bin/env bash
# Runs every fuzz target for a number of seconds: fuzz.sh [SECONDS] [SEED]. Findings stay in build/fuzz/findings, corpora in
# build/fuzz/corpus. With a seed each target tries the same inputs every time, from nothing: a change is to blame for what
# that finds, not chance. Without one it goes on from its corpus and looks for more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh
seconds="${1:-20}"
seed="${2:-}"

mapfile -t targets < <(find src tests -name '*_fuzz.cpp' -printf '%f\n' | sed 's/\.cpp$//' | sort -u)
if [ "${#targets[@]}" = 0 ]; then
  echo "There are no fuzz targets (*_fuzz.cpp)."
  exit 0
fi
build_preset asan "${targets[@]}"
mkdir -p build/fuzz/findings

# fuzz TARGET: leaves build/fuzz/TARGET.passed where nothing was found.
fuzz() {
  local inputs=("build/fuzz/corpus/$1")
  if [ -n "$seed" ]; then inputs=("-seed=$seed"); else mkdir -p "${inputs[0]}"; fi
  rm -f "build/fuzz/$1.passed"
  step "fuzz-$1" "Fuzzing $1 for $seconds s" "build/asan/bin/$1" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/findings/$1-" "${inputs[@]}" && touch "build/fuzz/$1.passed"
}
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n || true; done
  fuzz "$target" &
done
wait
passed=0
failed=0
for target in "${targets[@]}"; do
  if [ -e "build/fuzz/$target.passed" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
heading "Fuzzing: $passed passed, $failed failed"
[ "$failed" = 0 ]
