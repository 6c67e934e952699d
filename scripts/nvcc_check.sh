# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: Apache-2.0
# What the checks of device code share; sourced with their arguments. Sets name, root, self_test (yes or no, from a
# leading --self-test), nvcc (the argument, else the one on PATH; exit 2 without) and folder (scratch, gone at the end).
name=$(basename "$0" .sh)
root=$(cd "$(dirname "$0")/.." && pwd)
self_test=no
if [ "${1:-}" = --self-test ]; then
  self_test=yes
  shift
fi
nvcc=${1:-$(command -v nvcc || true)}
if [ -z "$nvcc" ]; then
  echo "$name: no nvcc" >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
