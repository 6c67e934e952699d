#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles kernels/cuda to machine code and fails when a main kernel spills registers or keeps a stack frame.
#
#   check_ptxas.sh [NVCC]              every .cu of kernels/cuda with the flags of the build; prints registers, shared
#                                      memory, stack frame and spills of each kernel that differs, all pixel types
#   check_ptxas.sh --self-test [NVCC]  caps the registers of the score kernels, so that they must spill: this must be found
#
# Band counts up to 13 run through the forms for 1, 3, 4 and any number of bands, so all bands are covered by what is
# compiled. GROUNDSHIFT_PTXAS_ARCH (sm_90): the machine code to look at. GROUNDSHIFT_PTXAS_FILES: only these files.
set -eu

# shellcheck source=scripts/nvcc_check.sh
. "$(dirname "$0")/nvcc_check.sh"
room=$root/kernels/cuda
arch=${GROUNDSHIFT_PTXAS_ARCH:-sm_90}


# facts_of FILE FLAGS...: writes lines "kernel registers shared stack spilled" to $folder/facts
facts_of() {
  file=$1
  shift
  "$nvcc" -std=c++20 "-arch=$arch" -O3 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false "$@" -I"$root" \
    -Xptxas -v -cubin -o "$folder/out.cubin" "$file" > "$folder/said" 2>&1 || { cat "$folder/said" >&2; return 1; }
  c++filt < "$folder/said" | awk '
    /Compiling entry function/ { name = $0; sub(/.*Compiling entry function ./, "", name); sub(/. for .sm_.*/, "", name) }
    /bytes stack frame/ { stack = $1; spilled = 0; for (i = 1; i < NF; ++i) if ($(i + 2) == "spill") spilled += $i }
    /Used [0-9]+ registers/ {
      if (name == "") next
      for (i = 1; i < NF; ++i) { if ($i == "Used") registers = $(i + 1); if ($(i + 2) == "smem" || $(i + 2) == "smem,") shared = $i }
      gsub(/groundshift::|cuda::|\(anonymous namespace\)::|void /, "", name); gsub(/unsigned /, "u", name); sub(/\(.*/, "", name); gsub(/ /, "", name)
      print name, registers, shared + 0, stack, spilled; name = ""; shared = 0 }' > "$folder/facts"
  [ -s "$folder/facts" ]
}

if [ "$self_test" = yes ]; then
  facts_of "$room/score_u16.cu" -maxrregcount=24
  awk '$5 > 0 { found = 1 } END { exit !found }' "$folder/facts" || {
    echo "check_ptxas: spills would not be found" >&2
    exit 1
  }
  echo "check_ptxas: spills are found when they are there"
  exit 0
fi

status=0
printf '%-76s %9s %7s %6s %8s\n' kernel registers shared stack spilled
for file in "$room"/*.cu; do
  case " ${GROUNDSHIFT_PTXAS_FILES:-$(basename "$file")} " in *" $(basename "$file") "*) ;; *) continue ;; esac
  facts_of "$file" || {
    echo "check_ptxas: $(basename "$file"): no kernel was compiled, or nothing was told of it" >&2
    exit 1
  }
  awk -v file="$(basename "$file")" '
    { printf "%-76s %9d %7d %6d %8d\n", file " " $1, $2, $3, $4, $5 }
    $4 > 0 || $5 > 0 { bad = 1 }
    END { exit bad }' "$folder/facts" || status=1
done
[ "$status" -eq 0 ] || echo "check_ptxas: a kernel keeps values in local memory (stack frame or spills above)" >&2
exit $status
