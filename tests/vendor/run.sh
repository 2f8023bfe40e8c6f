#!/usr/bin/env bash
# Usage: run.sh SOURCE_FOLDER BUILD_FOLDER SANDBOX_BINARY
# Installs a client's pinned packages into the build folder (once per lock file) and runs its tests there.
set -euo pipefail
source_folder="$1" build_folder="$2"
export TILLBRIDGE_SANDBOX="$3"

mkdir -p "$build_folder"
cp "$source_folder"/*.mjs "$source_folder"/package.json "$build_folder/"
if ! cmp --quiet "$source_folder/package-lock.json" "$build_folder/installed-lock.json"; then
  cp "$source_folder/package-lock.json" "$build_folder/"
  npm ci --prefix "$build_folder" --ignore-scripts --no-audit --no-fund --loglevel=error
  cp "$source_folder/package-lock.json" "$build_folder/installed-lock.json"
fi
cd "$build_folder"
exec node --test --test-reporter=spec
