#!/usr/bin/env bash
# Formatting, clang-tidy and the house check. Without arguments clang-tidy looks at what git says has changed,
# with --all at everything, with file names at those.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh
tools/setup.sh

failed=0
all_sources() { find src sandbox tests bench -name '*.cpp' -o -name '*.h' | sort; }
changed_sources() {
  if ! git rev-parse --verify --quiet HEAD >/dev/null; then
    all_sources
    return
  fi
  { git diff --name-only HEAD && git ls-files --others --exclude-standard; } |
    grep -E '^(src|sandbox|tests|bench)/.*\.(cpp|h)$' | sort -u || true
}
# clang-tidy is given translation units; headers are looked at through them. Fuzz targets and benchmarks are not in
# the release build's compilation database.
tidy_units() { grep -E '\.cpp$' | grep -vE '_(fuzz|bench)\.cpp$' || true; }
tidy() {
  tidy_units <"$LOGS/tidy-files" |
    xargs --no-run-if-empty --max-procs="$JOBS" --max-args=1 clang-tidy-19 -p build/release --quiet --use-color=false
}
format() { all_sources | xargs clang-format-19 --dry-run -Werror; }

mkdir -p "$LOGS"
case "${1:-}" in
  --all) all_sources >"$LOGS/tidy-files" ;;
  "") changed_sources >"$LOGS/tidy-files" ;;
  *) printf '%s\n' "$@" >"$LOGS/tidy-files" ;;
esac

step lint-house "House check" python3 tests/house/house.py . || failed=1
step lint-format "Formatting (clang-format-19)" format || failed=1
[ -f build/release/compile_commands.json ] || configure_preset release
step lint-tidy "clang-tidy-19 on $(tidy_units <"$LOGS/tidy-files" | wc -l) files" tidy || failed=1
[ "$failed" = 0 ] && heading "Lint: nothing to complain about"
exit "$failed"
