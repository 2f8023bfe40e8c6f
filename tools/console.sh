#!/usr/bin/env bash
# Builds the operations console into the folder given (default: console/dist). Does nothing when neither the
# sources nor the folder changed since. Needs npm; a node that is too old is replaced by one of its own in console/.node.
#   tools/console.sh [FOLDER]
#   tools/console.sh --check    types, style and unit tests instead of a build
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh

check=0
[ "${1:-}" = --check ] && check=1 && shift
out="$(realpath --canonicalize-missing "${1:-console/dist}")"
OWN_NODE=22.23.3

# Vite asks for this much.
node_is_new_enough() {
  "$1" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

# The packages node-PLATFORM-ARCHITECTURE hold the program itself; `node` would fetch them with an install script.
own_node() {
  local machine
  case "$(uname -m)" in
    x86_64) machine=linux-x64 ;;
    aarch64 | arm64) machine=linux-arm64 ;;
    *)
      echo "There is no node for $(uname -m) to be had. Install Node.js 22 or newer." >&2
      return 1
      ;;
  esac
  local bin="$PWD/console/.node/node_modules/node-$machine/bin"
  if ! node_is_new_enough "$bin/node"; then
    mkdir -p console/.node
    [ -f console/.node/package.json ] || echo '{"private": true}' >console/.node/package.json
    step console-node "Fetching node $OWN_NODE for the console" \
      npm install --prefix console/.node --ignore-scripts --no-audit --no-fund --no-save "node-$machine@$OWN_NODE"
    chmod +x "$bin/node"
  fi
  PATH="$bin:$PATH"
}

# What a build depends on: every file that goes in, and the program that makes it.
stamp_of_sources() {
  (
    cd console
    find src public index.html package.json package-lock.json tsconfig.json vite.config.ts -type f -print0 |
      sort --zero-terminated | xargs -0 sha256sum
    node --version
  ) | sha256sum | cut -d ' ' -f 1
}

command -v npm >/dev/null || {
  echo "npm is missing: run tools/setup.sh." >&2
  exit 1
}
node_is_new_enough node || own_node

stamp="$(stamp_of_sources)"
if [ "$check" = 0 ] && [ -f "$out/index.html" ] && [ "$(cat "$out/.stamp" 2>/dev/null)" = "$stamp" ]; then
  echo "The console is up to date in $out"
  exit 0
fi

lock="$(sha256sum console/package-lock.json | cut -d ' ' -f 1)"
if [ "$(cat console/node_modules/.lock-stamp 2>/dev/null)" != "$lock" ]; then
  step console-packages "Installing the console's packages" \
    npm ci --prefix console --ignore-scripts --no-audit --no-fund
  echo "$lock" >console/node_modules/.lock-stamp
fi

if [ "$check" = 1 ]; then
  cd console
  node node_modules/typescript/bin/tsc -p .
  node node_modules/@biomejs/biome/bin/biome check .
  exec node node_modules/vitest/vitest.mjs run
fi

build_console() (
  cd console
  echo "Checking types"
  node node_modules/typescript/bin/tsc -p .
  node node_modules/vite/bin/vite.js build --outDir "$out" --emptyOutDir
)
step console "Building the console into $out" build_console
echo "$stamp" >"$out/.stamp"
