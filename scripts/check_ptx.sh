#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles kernels/cuda to PTX and fails when device arithmetic could differ from the host's.
#
#   check_ptx.sh [NVCC]              checks every .cu of kernels/cuda with the flags of the build
#   check_ptx.sh --self-test [NVCC]  drops -fmad=false, and then adds fast maths: each must be found, or this fails
#
# Wanted fused steps (math::fma) are compiled as calls of an opaque function, so whatever fma.rn is left was contracted
# by the compiler; .approx and .ftz are divisions, roots and denormals that are not IEEE's.
set -eu

# shellcheck source=scripts/nvcc_check.sh
. "$(dirname "$0")/nvcc_check.sh"
room=$root/kernels/cuda
forbidden='fma\.rn|\.approx|\.ftz'
exact='-fmad=false -prec-div=true -prec-sqrt=true -ftz=false'


# ptx_of FILE FLAGS...: writes $folder/out.ptx
ptx_of() {
  file=$1
  shift
  "$nvcc" -std=c++20 -arch=compute_90 -O3 "$@" -DGS_OPAQUE_FMA -I"$root" -ptx -o "$folder/out.ptx" "$file"
}

if [ "$self_test" = yes ]; then
  # shellcheck disable=SC2086
  ptx_of "$room/score_u16.cu" $exact
  grep -q gs_opaque_fma "$folder/out.ptx" || { echo "check_ptx: explicit fma is not opaque" >&2; exit 1; }
  ptx_of "$room/score_u16.cu" -fmad=true
  grep -qE 'fma\.rn' "$folder/out.ptx" || { echo "check_ptx: contraction would not be found" >&2; exit 1; }
  ptx_of "$room/score_u16.cu" -fmad=false -use_fast_math
  grep -qE '\.approx' "$folder/out.ptx" || { echo "check_ptx: fast maths would not be found" >&2; exit 1; }
  grep -qE '\.ftz' "$folder/out.ptx" || { echo "check_ptx: flushed denormals would not be found" >&2; exit 1; }
  echo "check_ptx: contraction, .approx and .ftz are found when they are there"
  exit 0
fi

findings=0
for file in "$room"/*.cu; do
  # shellcheck disable=SC2086
  ptx_of "$file" $exact
  if grep -nE "$forbidden" "$folder/out.ptx" > "$folder/found"; then
    echo "$(basename "$file"): $(wc -l < "$folder/found") of fma.rn, .approx, .ftz in its PTX, first:" >&2
    head -n 3 "$folder/found" >&2
    findings=1
  else
    echo "$(basename "$file"): exact"
  fi
done
exit $findings
