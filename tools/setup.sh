#!/usr/bin/env bash
# Installs what is missing on a Debian 12: packages, SQLite's source, libphonenumber's headers.
# Nothing is fetched when everything is there. Without root it says what to install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/steps.sh

PACKAGES=(
  clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev cmake ninja-build ccache mold pkg-config git
  ca-certificates tzdata python3 chromium
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libcurl4-openssl-dev libtomlplusplus-dev
  libcli11-dev libspdlog-dev libfmt-dev prometheus-cpp-dev libssl-dev libsodium-dev libjemalloc-dev libcjose-dev libjansson-dev libzstd-dev zlib1g-dev
  libhowardhinnant-date-dev libexpected-dev libabsl-dev libprotobuf-dev libphonenumber8
  libpq-dev postgresql-15
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
)
SQLITE=.deps/sqlite
PHONENUMBER=.deps/phonenumber

sqlite_is_there() { [ -f "$SQLITE/sqlite3.c" ] && (cd "$SQLITE" && sha256sum --quiet --check "$OLDPWD/tools/sqlite/sha256" >/dev/null 2>&1); }
phonenumber_is_there() { [ -f "$PHONENUMBER/usr/include/phonenumbers/phonenumberutil.h" ]; }

missing_packages() {
  local name
  for name in "${PACKAGES[@]}"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
  # For SQLite's source and the tests with the vendors' clients. Any other node with npm will do as well.
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

lists_are_updated=0
update_lists() {
  [ "$lists_are_updated" = 1 ] && return
  lists_are_updated=1
  step setup-lists "Reading the package lists" apt-get update --quiet=2
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" = 0 ] && return
  if [ "$(id -u)" != 0 ]; then
    {
      echo "These Debian packages are missing: ${missing[*]}"
      echo "Install them as root, then start again:"
      echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    } >&2
    exit 1
  fi
  update_lists
  DEBIAN_FRONTEND=noninteractive step setup-packages "Installing ${#missing[@]} packages" \
    apt-get install --yes --no-install-recommends --quiet=1 "${missing[@]}"
}

# The version and its hash are pinned by tools/sqlite/package-lock.json; no script of the package is run.
fetch_sqlite() {
  sqlite_is_there && return
  mkdir -p .deps/npm "$SQLITE"
  cp tools/sqlite/package.json tools/sqlite/package-lock.json .deps/npm/
  step setup-sqlite "Fetching SQLite's source" \
    npm ci --prefix .deps/npm --ignore-scripts --no-audit --no-fund --loglevel=error
  cp .deps/npm/node_modules/better-sqlite3/deps/sqlite3/sqlite3.{c,h} "$SQLITE/"
  if ! sqlite_is_there; then
    echo "The fetched SQLite source is not the one that tools/sqlite/sha256 names; nothing was built." >&2
    rm -f "$SQLITE"/sqlite3.{c,h}
    exit 1
  fi
  rm -rf .deps/npm
}

# Debian's -dev package insists on another Boost, so its headers are unpacked beside the installed runtime.
fetch_phonenumber() {
  phonenumber_is_there && return
  local version folder
  version="$(dpkg-query --show --showformat='${Version}' libphonenumber8)"
  folder="$(mktemp -d)"
  mkdir -p "$PHONENUMBER"
  if ! (cd "$folder" && apt-get download --quiet=2 "libphonenumber-dev=$version" 2>/dev/null); then
    if [ "$(id -u)" != 0 ]; then
      echo "libphonenumber-dev $version cannot be downloaded; run 'apt-get update' as root and start again." >&2
      exit 1
    fi
    update_lists
    # apt drops root's rights for a download; the folder has to let it in.
    chmod 777 "$folder"
    (cd "$folder" && apt-get download --quiet=1 "libphonenumber-dev=$version")
  fi
  dpkg --extract "$folder"/libphonenumber-dev_*.deb "$PHONENUMBER"
  rm -rf "$folder"
}

if ! command -v dpkg-query >/dev/null; then
  echo "./tb setup knows Debian 12 only. On another system install the equivalents of: ${PACKAGES[*]}" >&2
  exit 1
fi
install_packages
fetch_sqlite
fetch_phonenumber
heading "Everything needed is there"
