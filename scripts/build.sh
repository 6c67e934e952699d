#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Release tree as demo.sh and test.sh use it: set-up, configure, build. CUDA joins where nvcc is found.
#
#   scripts/build.sh [TARGET...]      default: everything; the tree is build/release, programs are in build/release/bin
#
# GROUNDSHIFT_CUDA_ARCHITECTURES  what to compile kernels for (default: this machine's GPU, else 90)
# GROUNDSHIFT_TEST_DATA           folder of the real test scenes (default: shared/data beside the checkout)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh

find_nvcc() {
  command -v "${CUDACXX:-nvcc}" || command -v "${CUDA_PATH:-/usr/local/cuda}/bin/nvcc" || true
}

cuda_architectures() {
  if [ -n "${GROUNDSHIFT_CUDA_ARCHITECTURES:-}" ]; then
    echo "$GROUNDSHIFT_CUDA_ARCHITECTURES"
    return
  fi
  local capability=""
  if command -v nvidia-smi >/dev/null; then
    capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -d '. ' | sort -u | paste -sd ';')
  fi
  case "$capability" in
    "" | *[!0-9\;]*) echo 90 ;;
    *) echo "$capability" ;;
  esac
}

options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
nvcc=$(find_nvcc)
if [ -n "$nvcc" ]; then
  export CUDACXX="$nvcc"
  options+=("-DCMAKE_CUDA_ARCHITECTURES=$(cuda_architectures)" -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache)
fi
if [ -n "${GROUNDSHIFT_TEST_DATA:-}" ]; then
  options+=("-DGROUNDSHIFT_TEST_DATA=$GROUNDSHIFT_TEST_DATA")
fi
if [ "${CI:-}" = true ]; then
  options+=(-DGS_WERROR=ON)
fi

cmake -S . -B build/release -G Ninja "${options[@]}"
cmake --build build/release --parallel "$(nproc)" ${1:+--target "$@"}
