#!/usr/bin/env bash
# Builds and runs the measurements against references and peers (bench/README.md).
#   tools/bench.sh [--json] [--write-docs] [--seconds N] [--rounds N] [--with-n8n] [scenario...]
# Installs what they need beside the build: nginx, Redis, PostgreSQL, strace, and the peers' npm packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh

PACKAGES=(nginx-light redis-server postgresql-15 libpq-dev strace)
TARGETS=(tillbridge tillbridge-sandbox load_generator sink_server sqlite_jobs postgres_jobs fill_journal backlog_journal
  console_bench bench_net_test)
PEERS=bench/peers
OWN_NODE=24.21.0

install_packages() {
  local name missing=()
  for name in "${PACKAGES[@]}"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ "${#missing[@]}" = 0 ] && return
  if [ "$(id -u)" != 0 ]; then
    echo "Missing, and only root can install them: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  step bench-lists "Reading the package lists" apt-get update --quiet=2
  # Their own services are not wanted: each measurement starts servers of its own.
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 step bench-packages "Installing ${missing[*]}" \
    apt-get install --yes --no-install-recommends --quiet=1 "${missing[@]}"
}

node_is_new_enough() {
  "$1" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const least = Number(process.argv[1]);
    process.exit(major > least || (major === least && (least > 22 || minor >= 19)) ? 0 : 1)' "${2:-22}" 2>/dev/null
}

# As in tools/console.sh: the packages node-PLATFORM-ARCHITECTURE hold the program itself. run.py finds it there.
own_node() {
  local machine
  case "$(uname -m)" in
    x86_64) machine=linux-x64 ;;
    aarch64 | arm64) machine=linux-arm64 ;;
    *)
      echo "There is no node for $(uname -m) to be had; the peers are not measured." >&2
      return 0
      ;;
  esac
  local program="$PEERS/.node/node_modules/node-$machine/bin/node"
  node_is_new_enough "$program" && return
  mkdir -p "$PEERS/.node"
  [ -f "$PEERS/.node/package.json" ] || echo '{"private": true}' >"$PEERS/.node/package.json"
  step bench-node "Fetching node $OWN_NODE for the peers" \
    npm install --prefix "$PEERS/.node" --ignore-scripts --no-audit --no-fund --no-save "node-$machine@$OWN_NODE"
  chmod +x "$program"
}

peers_packages() {
  local lock
  lock="$(sha256sum "$PEERS/package-lock.json" | cut -d ' ' -f 1)"
  [ "$(cat "$PEERS/node_modules/.lock-stamp" 2>/dev/null)" = "$lock" ] && return
  step bench-peers "Installing the peers' packages" \
    npm ci --prefix "$PEERS" --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "$lock" >"$PEERS/node_modules/.lock-stamp"
}

# n8n has two thousand packages; npm works on them for minutes, pnpm for seconds.
PNPM=12.21.0
n8n_packages() {
  local lock pnpm="$PEERS/.pnpm"
  lock="$(sha256sum "$PEERS/n8n/pnpm-lock.yaml" | cut -d ' ' -f 1)"
  [ "$(cat "$PEERS/n8n/node_modules/.lock-stamp" 2>/dev/null)" = "$lock" ] && return
  mkdir -p "$pnpm"
  [ -f "$pnpm/package.json" ] || echo '{"private": true}' >"$pnpm/package.json"
  step bench-pnpm "Fetching pnpm $PNPM for n8n" \
    npm install --prefix "$pnpm" --ignore-scripts --no-audit --no-fund --no-save "pnpm@$PNPM"
  # Its store beside it, so that nothing stays when the folders are removed.
  step bench-n8n "Installing n8n" \
    node "$pnpm/node_modules/pnpm/bin/pnpm.mjs" --dir "$PEERS/n8n" install --frozen-lockfile --ignore-scripts \
    --store-dir "$(realpath "$pnpm")/node_modules/.store" --reporter append-only
  echo "$lock" >"$PEERS/n8n/node_modules/.lock-stamp"
}

# What there is can be asked without building it.
[[ " $* " == *" --help "* ]] && exec python3 -B bench/run.py --help

install_packages
WITH_N8N=
[[ " $* " == *" --with-n8n "* ]] && WITH_N8N=yes
node_is_new_enough node ${WITH_N8N:+24} || own_node
peers_packages
[ -n "$WITH_N8N" ] && n8n_packages
CONFIGURE_ARGUMENTS="-DTILLBRIDGE_BENCH=ON" build_preset release "${TARGETS[@]}"
step bench-self-test "Testing what measures" build/release/bin/bench_net_test --gtest_brief=1
step bench-harness-test "Testing what judges" python3 -B bench/harness_test.py
heading "Measuring"
exec python3 -B bench/run.py "$@"
