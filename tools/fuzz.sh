#!/usr/bin/env bash
# Runs every fuzz target for a number of seconds. Findings stay in build/fuzz/findings, corpora in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh
seconds="${1:-20}"

mapfile -t targets < <(find src tests -name '*_fuzz.cpp' -printf '%f\n' | sed 's/\.cpp$//' | sort -u)
if [ "${#targets[@]}" = 0 ]; then
  echo "There are no fuzz targets (*_fuzz.cpp)."
  exit 0
fi
build_preset fuzz "${targets[@]}"
mkdir -p build/fuzz/findings
passed=0
failed=0
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"
  if step "fuzz-$target" "Fuzzing $target for $seconds s" "build/fuzz/bin/$target" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/findings/$target-" "build/fuzz/corpus/$target"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
heading "Fuzzing: $passed passed, $failed failed"
[ "$failed" = 0 ]
