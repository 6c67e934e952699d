#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the decode kernels for every architecture from 7.5 to 12.0 and fails on a spilled register, on more than 64
# registers a thread, or on more shared memory than a block gets without asking.
#
#   check_decode_ptxas.sh [NVCC]          prints registers, stack and shared memory of each kernel
#   check_decode_ptxas.sh --self-test [NVCC]   with twice the blocks an SM, so half the registers, spills must be found
set -eu

# shellcheck source=scripts/nvcc_check.sh
. "$(dirname "$0")/nvcc_check.sh"
architectures='75 80 86 89 90 100 120'
max_registers=64


# compile FILE ARCHITECTURE FLAG...: what ptxas says goes to $folder/log
compile() {
  file=$1
  architecture=$2
  shift 2
  "$nvcc" -std=c++20 "-arch=sm_$architecture" -O3 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false "$@" \
    -I"$root" -Xptxas -v -cubin -o "$folder/out.cubin" "$file" > "$folder/log" 2>&1 || {
    cat "$folder/log" >&2
    exit 1
  }
}

# One line a function: its name, bytes of stack and spills, registers. Shared memory of inflate and lzw is dynamic: the
# sources assert its size.
summarise() {
  awk '
    /Function properties for/ { name = $NF }
    /bytes stack frame/ { stack = $1; spills = $5 + $9; if (name !~ /kernel/) print name, "stack", stack, "spills", spills, "registers", 0 }
    /Used [0-9]+ registers/ { for (i = 1; i < NF; ++i) if ($i == "Used") print name, "stack", stack, "spills", spills, "registers", $(i + 1) }
  ' "$folder/log"
}

if [ "$self_test" = yes ]; then
  sed 's/__launch_bounds__(\(.*\), 8)/__launch_bounds__(\1, 16)/' "$root/kernels/cuda/inflate.cu" > "$folder/inflate.cu"
  compile "$folder/inflate.cu" 90
  summarise | awk '{ found += $5 } END { exit found > 0 ? 0 : 1 }' || {
    echo "check_decode_ptxas: spills would not be found" >&2
    exit 1
  }
  echo "check_decode_ptxas: spills are found when they are there"
  exit 0
fi

findings=0
for architecture in $architectures; do
  for kernel in inflate lzw unpredict; do
    compile "$root/kernels/cuda/$kernel.cu" "$architecture"
    summarise > "$folder/summary"
    [ -s "$folder/summary" ] || { echo "sm_$architecture $kernel: ptxas told nothing" >&2; exit 1; }
    awk -v where="sm_$architecture $kernel" -v most="$max_registers" '
      { stack = $3 > stack ? $3 : stack; spills += $5; registers = $7 > registers ? $7 : registers }
      END {
        printf "%s: %d functions, at most %d registers and %d bytes of stack, %d bytes spilled\n", where, NR, registers, stack, spills
        exit spills > 0 || registers > most ? 1 : 0
      }' "$folder/summary" || findings=1
  done
done
[ "$findings" -eq 0 ] || echo "check_decode_ptxas: spills, or more than $max_registers registers" >&2
exit $findings
