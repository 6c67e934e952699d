#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the inflate that the device runs, on the host, and the host's own, with zlib as the judge (needs clang++ with
# libFuzzer).
#
#   scripts/fuzz_inflate.sh [SECONDS]    default 3600; the corpus stays in build/fuzz/corpus and is gone on with
#
# Exit 0: no finding. A finding's input lies in build/fuzz and is told by libFuzzer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-3600}
compiler=$(command -v clang++-14 || command -v clang++ || true)
if [ -z "$compiler" ]; then
  echo "fuzz_inflate: clang++ is not installed (apt-get install clang-14)" >&2
  exit 2
fi
tree=build/fuzz
cmake -S . -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_COMPILER=$compiler" -DGS_BUILD_FUZZERS=ON \
  -DGS_ENABLE_CUDA=OFF -DGS_BUILD_BENCH=OFF > "$tree.log" 2>&1 || { cat "$tree.log" >&2; exit 1; }
cmake --build "$tree" --target gs_fuzz_inflate

# Seeds: small right streams of every block type, some with flushes, each with its size in front.
mkdir -p "$tree/corpus"
python3 - "$tree/corpus" <<'PYTHON'
import pathlib, random, struct, sys, zlib
folder = pathlib.Path(sys.argv[1])
random.seed(3)
noise = bytes(random.getrandbits(8) for _ in range(700))
steps = bytes((random.choice([0, 0, 1, 255, 2, 254]) for _ in range(3000)))
for name, raw in {"noise": noise, "steps": steps, "zeros": bytes(9000), "text": b"hello world " * 9, "empty": b"",
                  "mixed": noise[:90] + bytes(4000) + steps[:900] + noise[:90]}.items():
    for level in (0, 1, 9):
        for strategy in range(5):
            packer = zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
            half = len(raw) // 2
            stream = packer.compress(raw[:half])
            if strategy % 2:
                stream += packer.flush(zlib.Z_SYNC_FLUSH)
            stream += packer.compress(raw[half:]) + packer.flush()
            choice = random.choice([0, 7, 15, 8, 4])
            (folder / f"{name}-{level}-{strategy}").write_bytes(bytes([choice]) + struct.pack("<H", len(raw)) + stream)
PYTHON
cd "$tree"
# The timeout is of the wall clock: a busy machine, or one that is halted for a while, is no finding.
exec bin/gs_fuzz_inflate -max_len=4096 "-max_total_time=$seconds" -timeout=900 -print_final_stats=1 -verbosity=1 corpus
