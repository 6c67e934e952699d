#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The one command for a machine with a GPU: tests of the device, equal pixels on CPU and GPU job by job, memory and race
# checkers where they are installed, bandwidth of each kernel, whole jobs with their stages.
#
#   gpu_check.sh [--rehearse] [OUTDIR]     default OUTDIR: gpu_check
#
# Out of a bundle (scripts/bundle.sh) it takes the programs beside it and needs bash, coreutils, sed and awk; in a source
# tree it builds them first (scripts/build.sh, which wants the libraries of scripts/setup.sh).
# Every step has a time limit and stands alone: one that fails is recorded, and the next one runs.
# OUTDIR gets gpu_check.json (all results), gpu_check.txt (the table), bench.json, kernels.txt, decode.txt,
# decode-rates.json and log.txt.
#
# Exit 0: every step passed. 1: one failed. 3: no GPU, only the rehearsal ran (with --rehearse, asked for: 0).
# The rehearsal goes through the same steps with the CPU backend, smaller; it shows that the check itself works.
# In a bare folder with nothing but glibc, libstdc++, libgcc_s and the tools named above:
#   scripts/bundle.sh && scripts/rehearse_bundle.sh
set -uo pipefail

asked_rehearsal=no out=""
for argument in "$@"; do
  case "$argument" in
    --rehearse) asked_rehearsal=yes ;;
    -*) echo "usage: gpu_check.sh [--rehearse] [OUTDIR]" >&2; exit 2 ;;
    *) [ -z "$out" ] || { echo "usage: gpu_check.sh [--rehearse] [OUTDIR]" >&2; exit 2; }
       out=$argument ;;
  esac
done
out=${out:-gpu_check}
mkdir -p "$out" || exit 4
out=$(cd "$out" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$out/log.txt table=$out/gpu_check.txt
: > "$log"
: > "$table"

say() { printf '%s\n' "$*" | tee -a "$table"; }

if [ -x "$here/bin/groundshift" ]; then
  bin=$here/bin
  export GDAL_DATA=$here/share/gdal PROJ_DATA=$here/share/proj
  scene=$here/scene
else
  root=$(cd "$here/.." && pwd)
  [ -f "$root/scripts/build.sh" ] || { echo "gpu_check: neither a bundle nor a source tree: $here" >&2; exit 2; }
  targets="groundshift gs_parity gs_hash_matrix gs_bench_backend gs_bench_block_decode"
  [ ! -x /usr/local/cuda/bin/nvcc ] && ! command -v nvcc > /dev/null || targets="$targets gs_bench_cuda_kernels"
  # shellcheck disable=SC2086
  (cd "$root" && scripts/build.sh $targets) || { echo "gpu_check: the build failed" >&2; exit 1; }
  bin=$root/build/release/bin
  scene=$root/examples/romania-logging
fi
if ! version=$("$bin/groundshift" --version 2>&1); then
  echo "gpu_check: the program does not start here: $version" >&2
  echo "gpu_check: a bundle needs x86-64 Linux with glibc >= 2.36 and a libstdc++ of GCC 12 or newer" >&2
  exit 1
fi
info=$("$bin/groundshift" info --json)
unusable=$(printf '%s\n' "$info" | sed -n 's/.*"unusable_because": "\(.*\)".*/\1/p')
device=$(printf '%s\n' "$info" | awk '/"devices": \[/ { inside = 1 } inside && /"name":/ { sub(/.*"name": "/, ""); sub(/".*/, ""); print; exit }')

mode=gpu
say "$version"
if [ -n "$unusable" ]; then
  mode=rehearsal device=""
  say "no GPU: $unusable"
  say "rehearsal: the same steps with the CPU backend, smaller; nothing below was measured on a GPU"
else
  say "device: $device"
fi

work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
steps="" failed=0
quoted() { printf '"%s"' "$(printf '%s' "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g')"; }

# record NAME STATUS SECONDS DETAIL
record() {
  steps+="${steps:+,}
    {\"name\": $(quoted "$1"), \"status\": \"$2\", \"seconds\": $3, \"detail\": $(quoted "$4")}"
  [ "$2" != failed ] || failed=$((failed + 1))
  say "$(printf '%-34s %-8s %6s s  %s' "$1" "$2" "$3" "$4")"
}

# step NAME LIMIT_SECONDS COMMAND...: output goes to $work/last and the log. Detail: the last line that tells of tests.
step() {
  local name=$1 limit=$2 start=$SECONDS status=0 detail
  shift 2
  printf '\n== %s: %s\n' "$name" "$*" >> "$log"
  timeout "$limit" "$@" > "$work/last" 2>&1 || status=$?
  tail -n 60 "$work/last" >> "$log"
  detail=$(grep -E '^\[  (PASSED|FAILED) +\]|ERROR SUMMARY|^\[==========\].*ran' "$work/last" | tail -n 1)
  [ -n "$detail" ] || detail=$(tail -n 1 "$work/last")
  case $status in
    0) record "$name" passed $((SECONDS - start)) "$detail"; return 0 ;;
    124 | 143) record "$name" failed $((SECONDS - start)) "took longer than its limit of $limit s" ;;
    *) record "$name" failed $((SECONDS - start)) "exit $status: $detail" ;;
  esac
  return 1
}

# tests NAME LIMIT PROGRAM FILTER: an empty selection is a failure.
tests() {
  local name=$1 limit=$2 program=$3 filter=$4
  if ! "$program" --gtest_list_tests "--gtest_filter=$filter" 2> /dev/null | grep -c '^  ' > /dev/null; then
    record "$name" failed 0 "no test is selected by $filter"
    return 1
  fi
  step "$name" "$limit" "$program" --gtest_brief=1 "--gtest_filter=$filter"
}

if [ $mode = gpu ]; then
  export GS_REQUIRE_GPU=1  # a skipped test would be a failure
  tests "parity of kernels" 900 "$bin/gs_parity" '*/cuda*'
  tests "hash matrix of jobs" 1500 "$bin/gs_hash_matrix" '*Cuda'
else
  tests "parity of kernels" 900 "$bin/gs_parity" '*/cpu4*:*/fibreShuffled*'
  tests "hash matrix of jobs" 1500 "$bin/gs_hash_matrix" '*UInt16Clean'
fi

# Every job with both backends (rehearsal: one thread and small tiles against all threads): one hash.
hash_of() { sed -n 's/.*"pixel_hash": "\([0-9a-f]*\)".*/\1/p' "$1" | head -n 1; }
hashes="" second_options="" scene_of_jobs=$work/scene
compare_job() {
  local name=$1 start=$SECONDS a b status=passed
  shift
  local first="--backend cpu" second="--backend cuda" options
  [ $mode = gpu ] || { first="--backend cpu --threads 1 --tile 256" second="--backend cpu"; }
  second="$second $second_options"
  rm -f "$work"/{first,second}.json
  for side in first second; do
    options=$first
    [ $side = first ] || options=$second
    printf '\n== job %s %s\n' "$name" "$options" >> "$log"
    # shellcheck disable=SC2086  # words of their own
    timeout 300 "$bin/groundshift" detect "$scene_of_jobs/before.tif" "$scene_of_jobs/after.tif" "$work/$side.tif" \
      --overwrite --quiet "$@" $options >> "$log" 2>&1 || true
  done
  a=$(hash_of "$work/first.json" 2> /dev/null) b=$(hash_of "$work/second.json" 2> /dev/null)
  [ -n "$a" ] && [ "$a" = "$b" ] || status=failed
  hashes+="${hashes:+,}
    {\"job\": $(quoted "$name"), \"equal\": $([ $status = passed ] && echo true || echo false), \"first\": \"$a\", \"second\": \"$b\"}"
  record "same pixels: $name" $status $((SECONDS - start)) "$([ $status = passed ] && echo "${a:0:16}..." || echo "'${a:0:16}' is not '${b:0:16}'")"
}
pixels=$([ $mode = gpu ] && echo 3000 || echo 700)
if step "scene for the jobs" 600 "$bin/groundshift" synth "$work/scene" --size "$pixels" --overwrite --quiet; then
  compare_job default
  compare_job cva --normalize regression --score cva --smooth 1
  compare_job scva-smooth --normalize orthogonal --score scva --smooth 3,9
  compare_job mad --normalize none --score mad --smooth 1
  compare_job irmad --normalize none --score irmad --smooth 1
  compare_job construction --preset construction
  compare_job anomaly --preset anomaly
  compare_job ssim --normalize orthogonal --score ssim
  compare_job angle --normalize orthogonal --score angle
  compare_job log-ratio --normalize none --score log-ratio --window 3
  compare_job histogram --normalize histogram --score cva
fi
# Tiles decoded by the device (rehearsal: by the CPU when asked to): the same hashes, and the summary says who decoded.
compare_decoded() {
  local name=$1 blocks
  compare_job "$@"
  [ $mode = gpu ] || return 0
  blocks=$(sed -n 's/.*"device_blocks": \([0-9]*\).*/\1/p' "$work/second.json" 2> /dev/null | head -n 1)
  if [ "${blocks:-0}" -gt 0 ] && grep -q '"refused_blocks": 0' "$work/second.json"; then
    record "by the device: $name" passed 0 "$blocks blocks, none refused"
  else
    record "by the device: $name" failed 0 "'${blocks:-}' blocks, or some were refused"
  fi
}
if [ -s "$work/scene/before.tif" ]; then
  second_options="--decode $([ $mode = gpu ] && echo cuda || echo cpu)"
  compare_decoded decoded-cva --normalize none --score cva --smooth 1
  compare_decoded decoded-scva-smooth --normalize orthogonal --score scva --smooth 3,9
  compare_decoded decoded-irmad --normalize none --score irmad --smooth 1
  compare_decoded decoded-construction --preset construction
  scene_of_jobs=$work/scene-lzw
  if step "scene packed by LZW" 600 "$bin/groundshift" synth "$scene_of_jobs" --size "$pixels" --co COMPRESS=LZW \
    --co PREDICTOR=2 --overwrite --quiet; then
    compare_decoded decoded-lzw-cva --normalize none --score cva --smooth 1
    compare_decoded decoded-lzw-irmad --normalize none --score irmad --smooth 1
  fi
  scene_of_jobs=$work/scene
  second_options=""
fi
step "the scene that ships" 300 "$bin/groundshift" detect "$scene/before.tif" "$scene/after.tif" "$work/romania.tif" --overwrite

# Memory and race checkers over the kernels' tests.
sanitizer=$(command -v compute-sanitizer || true)
[ -n "$sanitizer" ] || { [ ! -x /usr/local/cuda/bin/compute-sanitizer ] || sanitizer=/usr/local/cuda/bin/compute-sanitizer; }
for tool in memcheck racecheck synccheck initcheck; do
  if [ $mode != gpu ]; then
    record "compute-sanitizer $tool" skipped 0 "no GPU"
  elif [ -z "$sanitizer" ]; then
    record "compute-sanitizer $tool" skipped 0 "compute-sanitizer is not installed"
  else
    step "compute-sanitizer $tool" 900 "$sanitizer" --tool "$tool" --error-exitcode 1 --leak-check no \
      "$bin/gs_parity" --gtest_brief=1 '--gtest_filter=*/cuda*'
  fi
done

# Kernels alone: share of a copy within the device.
if [ $mode = gpu ] && [ -x "$bin/gs_bench_cuda_kernels" ]; then
  bench=(gs_bench_cuda_kernels --benchmark_filter='u16x4/(2048|8192)|f32x4/8192')
else
  bench=(gs_bench_backend --benchmark_filter='cpu1/(score/cva|gram).*u16x4/512')
fi
if step "kernel benches" 900 "$bin/${bench[0]}" "${bench[1]}" --benchmark_min_time=0.2; then
  grep -E 'of_copy_percent|items_per_second|copy_bandwidth' "$work/last" > "$out/kernels.txt"
  [ -s "$out/kernels.txt" ] || record "kernel benches" failed 0 "they told of no rate"
  cat "$out/kernels.txt" >> "$table"
fi

# Blocks decoded: of a core, and of a device by blocks in flight.
if step "decode rates" 600 "$bin/gs_bench_block_decode" --benchmark_min_time=0.2; then
  grep -E 'decode/.*bytes_per_second' "$work/last" > "$out/decode.txt"
  rates=$(grep -c . "$out/decode.txt")
  cat "$out/decode.txt" >> "$table"
  if [ $mode = gpu ] && [ "$rates" -lt 17 ]; then
    record "decode rates" failed 0 "$rates rates, not those of a core and of 121 to 2048 blocks of two codecs in flight"
  elif [ "$rates" -eq 0 ]; then
    record "decode rates" failed 0 "they told of no rate"
  fi
fi

# Whole jobs with their stages.
mkdir -p "$work/bench"
sizes=$([ $mode = gpu ] && echo 8192 || echo 1024)
runs=$([ $mode = gpu ] && echo 5 || echo 2)
for backend in cpu cuda; do
  [ $mode = gpu ] || [ $backend = cpu ] || continue
  name=bench-$backend.json
  [ $backend = cpu ] && [ $mode = gpu ] || name=bench.json
  if step "whole jobs, backend $backend" 1500 "$bin/groundshift" bench --synth "$sizes" --jobs cva,mad,irmad,default \
    --runs "$runs" --folder "$work/bench" --backend $backend --json "$out/$name" --overwrite; then
    sed -n '/^ *limits/,$p' "$work/last" >> "$table"
  fi
done

# Decode rates as a user keeps them, and what a plan says by them.
export GROUNDSHIFT_RATES="$out/decode-rates.json"
backend=$([ $mode = gpu ] && echo cuda || echo cpu)
pair=("$work/bench/synth-${sizes}x4/before.tif" "$work/bench/synth-${sizes}x4/after.tif")
if step "kept decode rates" 900 "$bin/groundshift" bench --synth "$sizes" --jobs cva --runs 1 --keep \
  --folder "$work/bench" --backend $backend --overwrite; then
  grep 'decode by' "$work/last" >> "$table"
  if step "plan by kept rates" 60 "$bin/groundshift" plan "${pair[@]}" --backend $backend; then
    grep predicted "$work/last" >> "$table"
    grep -q '^ *predicted, the pair once' "$work/last" || record "plan by kept rates" failed 0 "it predicts nothing"
    [ $mode != gpu ] || grep -q 'by the device with' "$work/last" || record "plan by kept rates" failed 0 "nothing of the device"
  fi
fi
unset GROUNDSHIFT_RATES

bench_json=null
[ ! -s "$out/bench.json" ] || bench_json=$(cat "$out/bench.json")
{
  printf '{\n  "format": 1,\n  "mode": "%s",\n  "version": %s,\n  "device": %s,\n' $mode "$(quoted "$version")" "$(quoted "$device")"
  printf '  "info": %s,\n  "failed": %d,\n  "steps": [%s\n  ],\n  "same_pixels": [%s\n  ],\n  "bench": %s\n}\n' \
    "$info" "$failed" "$steps" "$hashes" "$bench_json"
} > "$out/gpu_check.json"

if [ "$failed" -ne 0 ]; then
  say "$failed steps failed; what they said is in $log"
  exit 1
fi
if [ $mode = rehearsal ]; then
  say "the rehearsal passed; speed, races and equal pixels on a device wait for a machine with a GPU"
  [ $asked_rehearsal = yes ] || exit 3
else
  say "every step passed"
fi
exit 0
