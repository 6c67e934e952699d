#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes what the device unpacks blocks with, on the host (needs clang++ with libFuzzer): inflate, and the host's own
# beside it, with zlib as the judge; or lzw, with libtiff as the judge.
#
#   scripts/fuzz.sh inflate|lzw [SECONDS]    default 3600; the corpus stays in build/fuzz and is gone on with
#
# Exit 0: no finding. A finding's input lies in build/fuzz and is told by libFuzzer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
codec=${1:-}
seconds=${2:-3600}
case $codec in
  inflate) corpus=corpus ;;
  lzw) corpus=corpus_lzw ;;
  *) echo "usage: scripts/fuzz.sh inflate|lzw [SECONDS]" >&2; exit 2 ;;
esac
compiler=$(command -v clang++-14 || command -v clang++ || true)
if [ -z "$compiler" ]; then
  echo "fuzz: clang++ is not installed (apt-get install clang-14)" >&2
  exit 2
fi
tree=build/fuzz
cmake -S . -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_COMPILER=$compiler" -DGS_BUILD_FUZZERS=ON \
  -DGS_ENABLE_CUDA=OFF -DGS_BUILD_BENCH=OFF > "$tree.log" 2>&1 || { cat "$tree.log" >&2; exit 1; }
cmake --build "$tree" --target "gs_fuzz_$codec"

# Seeds: small right streams of every kind, each with its size in front.
mkdir -p "$tree/$corpus"
python3 - "$codec" "$tree/$corpus" <<'PYTHON'
import pathlib, random, struct, sys, zlib
codec, folder = sys.argv[1], pathlib.Path(sys.argv[2])
random.seed(3)
noise = bytes(random.getrandbits(8) for _ in range(700))
steps = bytes((random.choice([0, 0, 1, 255, 2, 254]) for _ in range(3000)))
kinds = {"noise": noise, "steps": steps, "zeros": bytes(9000), "text": b"hello world " * 9, "empty": b"",
         "mixed": noise[:90] + bytes(4000) + steps[:900] + noise[:90]}


def pack_lzw(raw, most_codes):
    bits, strings, width, number, current = [format(256, "09b")], {}, 9, 0, None

    def put(code):
        nonlocal width, number
        bits.append(format(code, f"0{width}b"))
        number += 1
        if 257 + number in (511, 1023, 2047):
            width += 1

    for byte in raw:
        if current is None:
            current = byte
        elif (current, byte) in strings:
            current = strings[current, byte]
        else:
            put(current)
            if number == most_codes:
                put(256)
                strings, width, number = {}, 9, 0
            elif 257 + number < 4096:
                strings[current, byte] = 257 + number
            current = byte
    if current is not None:
        put(current)
    put(257)
    text = "".join(bits)
    return bytes(int(text[i:i + 8].ljust(8, "0"), 2) for i in range(0, len(text), 8))


for name, raw in kinds.items():
    if codec == "lzw":
        for codes in (1, 30, 32, 300, 3837):
            choice = random.choice([0, 1, 2, 5, 6])
            (folder / f"{name}-{codes}").write_bytes(bytes([choice]) + struct.pack("<H", len(raw)) + pack_lzw(raw, codes))
        continue
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
exec "bin/gs_fuzz_$codec" -max_len=4096 "-max_total_time=$seconds" -timeout=900 -print_final_stats=1 -verbosity=1 "$corpus"
