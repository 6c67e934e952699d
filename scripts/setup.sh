#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building and testing need, so that a machine with git and a shell is enough to start from.
#
#   scripts/setup.sh            install what is missing (Debian 12+, Ubuntu 24.04+; as root or through sudo)
#   scripts/setup.sh --check    only say what is missing; exit 1 when something is
#
# Exit 0: everything is there. Exit 2: this system is not one it can set up, and what to install by hand is listed.
set -euo pipefail

packages=(
  cmake ninja-build g++ ccache git pkg-config               # build
  libgdal-dev libproj-dev libtbb-dev libssl-dev             # libraries of the program
  nlohmann-json3-dev libcli11-dev libfmt-dev
  libtiff-dev libdeflate-dev libzstd-dev libisal-dev        # blocks of TIFF files
  libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev     # tests and benches
  gdal-bin python3 python3-gdal python3-numpy               # tests that compare with GDAL's own tools
  python3-jsonschema python3-scipy python3-skimage          # and with independent implementations
  python3-rasterio time
)
# Large, so elsewhere its check is skipped with the reason.
[ "${CI:-}" != true ] || packages+=(otb-bin)

say() { printf 'setup: %s\n' "$*" >&2; }

version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

cannot() {
  say "$1"
  say "groundshift needs: g++ >= 12, CMake >= 3.25, Ninja, ccache, pkg-config, GDAL >= 3.6, oneTBB >= 2021, OpenSSL >= 3,"
  say "  nlohmann-json >= 3.11, CLI11 >= 2.1, fmt >= 9, libtiff >= 4.5, libdeflate, libzstd, ISA-L (optional), GoogleTest/GoogleMock >= 1.12, Google Benchmark >= 1.7,"
  say "  and for the tests: GDAL's command line tools, /usr/bin/python3 with numpy, scipy, skimage, osgeo, rasterio and jsonschema, GNU time"
  say "on Debian 12 and Ubuntu 24.04 (or newer), as root:"
  say "  apt-get update && apt-get install --no-install-recommends ${packages[*]}"
  say "elsewhere, install the same by the system's package manager and run"
  say "  cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release && cmake --build build/release"
  say "  ctest --test-dir build/release"
  exit 2
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      printf '%s\n' "$package"
    fi
  done
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || cannot "not root, no sudo; missing: $*"
    as_root=(sudo)
  fi
  # Another package manager may be at work: wait for its lock rather than fail.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq)
  say "installing: $*"
  "${apt[@]}" -o Acquire::Retries=3 update >&2 || say "apt-get update failed; trying with the package lists there are"
  "${apt[@]}" -o Acquire::Retries=3 install -y --no-install-recommends "$@" >&2 || cannot "apt could not install: $*"
}

check_versions() {
  local found
  found=$(cmake --version | sed -n '1s/[^0-9]*//p')
  version_at_least "$found" 3.25 || cannot "CMake $found is too old (3.25 needed)"
  found=$("${CXX:-c++}" -dumpfullversion -dumpversion 2>/dev/null || echo 0)
  case "$("${CXX:-c++}" --version 2>/dev/null | head -n 1)" in
    *clang*) version_at_least "$found" 14 || cannot "clang $found is too old (14 needed)" ;;
    *) version_at_least "$found" 12 || cannot "g++ $found is too old (12 needed); name a newer one with CXX=" ;;
  esac
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  cannot "no apt on this system: nothing was installed"
fi
mapfile -t missing < <(missing_packages)
if [ "${1:-}" = --check ]; then
  [ ${#missing[@]} -eq 0 ] && exit 0
  say "missing: ${missing[*]}"
  exit 1
elif [ $# -gt 0 ]; then
  say "unknown argument '$1' (only --check is known)"
  exit 2
fi
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
check_versions
