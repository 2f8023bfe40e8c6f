#!/usr/bin/env bash
# Named faults against real processes: tools/chaos.sh [scenario...] [--long] [--list] [--write-docs FILE], see
# tests/chaos/README.md. Without names the short set; --long: every scenario, for as long as its table says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh
build_preset release tillbridge tillbridge-sandbox
mkdir -p build/chaos
exec python3 -B tests/chaos/chaos.py build/release/bin/tillbridge build/release/bin/tillbridge-sandbox "$@"
