#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-format over every C++ and CUDA file: one style, nothing to discuss.
#
#   scripts/format.sh            reformat in place
#   scripts/format.sh --check    change nothing; exit 1 and name the files that differ
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
formatter=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$formatter" ]; then
  echo "format: clang-format is not installed (apt-get install clang-format)" >&2
  exit 2
fi
mapfile -d '' -t files < <(git ls-files -z --cached --others --exclude-standard -- '*.hpp' '*.cpp' '*.cuh' '*.cu')
case "${1:-}" in
  "") "$formatter" -i -- "${files[@]}" ;;
  --check) "$formatter" --dry-run --Werror -- "${files[@]}" ;;
  *) echo "usage: scripts/format.sh [--check]" >&2 && exit 2 ;;
esac
