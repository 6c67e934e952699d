#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole suite from a fresh clone: set-up, Release build (with CUDA where nvcc is), every test, then the sanitizers.
#
#   scripts/test.sh             Release: all tests. ASan + UBSan: unit, parity (of the orders in which a block's threads
#                               run, the shuffled one) and pipeline, but for what takes longest and says least there:
#                               Gram matrices of 33 bands (those of up to 7 are run), and jobs on files of every form
#                               for the device's decoder (its kernels, and jobs on a few forms and damage, are run).
#                               TSan: pipeline
#   scripts/test.sh --quick     Release only
#   scripts/test.sh --all       as without an option, but every test under ASan + UBSan, and a million damaged streams
#                               instead of ten thousand (GS_MUTATIONS) in the Release run
#
# The last line is "N passed, N failed" over all runs; the exit status is 0 only when none failed. Skipped tests are
# counted apart, with their reasons in the log; an empty selection and a tree that does not build count as failures.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

sanitizers=on release_mutations=${GS_MUTATIONS:-10000}
asan_selection=(-L '^(unit|parity|pipeline)$' -LE '^slow$' -E '/fibre(Forward|Reversed)|GramParity.*_33|Decoded(ReadMatrix|Forms)')
case "${1:-}" in
  "") ;;
  --quick) sanitizers=off ;;
  --all) asan_selection=(-LE '^slow$') release_mutations=1000000 ;;
  *) echo "usage: scripts/test.sh [--quick | --all]" >&2 && exit 2 ;;
esac

passed=0 failed=0 skipped=0 failures=""
headline() { printf '\n== %s ==\n' "$*"; }
fail() {
  headline "FAILED: $*"
  failed=$((failed + 1))
  failures+="$*"$'\n'
}

# run_tests NAME TREE CTEST_ARGUMENT...: adds the run's counts to the totals.
run_tests() {
  local name=$1 tree=$2
  shift 2
  headline "$name: tests"
  local log="$tree/ctest.log" status=0
  "${launcher[@]}" ctest --test-dir "$tree" --no-tests=error --output-on-failure --parallel "$(nproc)" "$@" |
    tee "$log" || status=$?
  # "93% tests passed, 2 tests failed out of 30": ctest counts a skipped test as passed and a test not run as failed.
  local run_failed run_total run_skipped
  run_failed=$(sed -n 's/.*passed, \([0-9]*\) tests* failed out of [0-9]*$/\1/p' "$log")
  run_total=$(sed -n 's/.* failed out of \([0-9]*\)$/\1/p' "$log")
  run_skipped=$(grep -c '^[[:space:]]*[0-9]* - .* (Skipped)$' "$log")
  if [ -z "$run_total" ]; then
    fail "$name: no tests ran"
    return
  fi
  if [ "$status" -ne 0 ] && [ "$run_failed" -eq 0 ]; then
    fail "$name: ctest exit status $status"
  fi
  # "12/60 Test #63: Suite.Case ......***Failed  0.12 sec" and what it printed: told again at the end of a long log.
  failures+=$(awk -v run="$name" '
    /Test +#[0-9]+:/ { told = 0 }
    /^ *Start +[0-9]+:/ { next }
    / Test +#[0-9]+: .*\*\*\*/ && !/\*\*\*Skipped/ { told = 1; lines = 0; sub(/^.* Test +#[0-9]+: /, ""); sub(/ \.+\*/, " *"); print run ": " $0; next }
    told && lines++ < 30 { print "    " $0 }' "$log")$'\n'
  passed=$((passed + run_total - run_failed - run_skipped))
  failed=$((failed + run_failed))
  skipped=$((skipped + run_skipped))
}

# build_sanitized NAME TREE SANITIZERS TARGET...: a tree with assertions on and no CUDA (nvcc's host code is not covered).
build_sanitized() {
  local name=$1 tree=$2 sanitize=$3
  shift 3
  headline "$name: build"
  cmake -S . -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1" \
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "-DGS_SANITIZE=$sanitize" -DGS_ENABLE_CUDA=OFF -DGS_BUILD_BENCH=OFF \
    ${GROUNDSHIFT_TEST_DATA:+"-DGROUNDSHIFT_TEST_DATA=$GROUNDSHIFT_TEST_DATA"} &&
    cmake --build "$tree" --parallel "$(nproc)" --target "$@"
}

launcher=()
headline "Release: build"
if scripts/build.sh; then
  GS_MUTATIONS=$release_mutations run_tests Release build/release
else
  fail "Release: build"
fi

if [ "$sanitizers" = on ]; then
  suppressions=$PWD/scripts/sanitizers
  export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:check_initialization_order=1:detect_stack_use_after_return=1"
  export LSAN_OPTIONS="suppressions=$suppressions/lsan.supp:print_suppressions=0"
  export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
  # oneTBB and GDAL come uninstrumented: what they do inside is not ours to judge, what our code does with the results is.
  export TSAN_OPTIONS="suppressions=$suppressions/tsan.supp:ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1"
  if build_sanitized "ASan + UBSan" build/asan-ubsan address,undefined all; then
    run_tests "ASan + UBSan" build/asan-ubsan "${asan_selection[@]}"
  else
    fail "ASan + UBSan: build"
  fi
  if build_sanitized TSan build/tsan thread gs_pipeline; then
    # TSan's shadow does not fit every randomised address layout: fix the layout where the system lets us.
    if setarch "$(uname -m)" -R true 2>/dev/null; then
      launcher=(setarch "$(uname -m)" -R)
    fi
    run_tests TSan build/tsan -L '^pipeline$'
  else
    fail "TSan: build"
  fi
fi

if [ "$failed" -ne 0 ]; then
  headline "what failed"
  printf '%s\n' "$failures" | grep -v '^$'
fi
printf '\n'
[ "$skipped" -eq 0 ] || printf '%d skipped (reasons are in build/*/Testing/Temporary/LastTest.log)\n' "$skipped"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
