#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PTX instructions in the loops of the decode kernels: what a step of a warp costs, counted, not measured.

count_decode_instructions.py [NVCC]   compiles each part of the decoder as a kernel of its own and lists its loops

A loop's count is that of its text, both sides of every branch included, as a warp whose lanes part takes both; loops
inside it are listed by themselves and counted into it once. Registers, waits and the cache are not seen.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = {
    "agree_on_symbols": "write(codec::agree_on_symbols(warp, shared, first));",
    "note_bytes": "codec::WindowLanes<ThreadLanes> w{{a[0]}, {a[1]}, {a[2]}, {a[3]}, 31, 0};\n"
                  "write_flag(codec::note_bytes(warp, shared, w, {a[4]}, 32, first));",
    "resolve_bytes": "codec::resolve_bytes(warp, shared, a[0], bytes, first);",
    "copy_together": "write_flag(codec::copy_together(warp, shared, a[0], a[1], bytes, first));",
    "stage": "codec::stage(warp, shared, {a, first}, first);",
    "adler32": "a[9] = codec::adler32(warp, bytes, first);",
    "unpack_lzw": "__shared__ codec::LzwShared<ThreadLanes> lzw[4];\n"
                  "a[9] = static_cast<std::uint32_t>(\n"
                  "    codec::unpack_lzw(warp, lzw[threadIdx.x / 32], {a, first}, bytes, first, first));",
}
FRAME = """
#include "kernels/codec/inflate_warp.hpp"
#include "kernels/codec/lzw_warp.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/thread_lanes.cuh"
namespace groundshift::GS_CUDA_NAMESPACE {
using Shared = codec::InflateShared<ThreadLanes>;
#define PART(name, ...) \\
  __global__ void __launch_bounds__(128, 8) name(std::uint32_t* a, std::uint8_t* bytes, std::uint32_t first) { \\
    __shared__ Shared of_warps[4]; \\
    Shared& shared = of_warps[threadIdx.x / 32]; \\
    const ThreadLanes warp; \\
    const auto write = [&](const codec::WindowLanes<ThreadLanes>& w) { \\
      a[0] = w.start.value; a[1] = w.end.value; a[2] = w.byte_count.value; a[3] = w.halt.value; \\
      a[4] = static_cast<std::uint32_t>(w.last); a[5] = w.round_count; \\
    }; \\
    const auto write_flag = [&](bool x) { a[6] = x ? 1 : 0; }; \\
    (void)write; (void)write_flag; (void)shared; (void)warp; \\
    __VA_ARGS__ \\
  }
"""
LABEL = re.compile(r"^(\$L\w+):")
BRANCH = re.compile(r"\bbra(?:\.uni)?\s+(\$L\w+);")
SKIPPED = re.compile(r"^(//|\.|\{|\}|$)")


def loops_of(lines):
    """(depth, first, last, instructions) of each loop in a kernel's PTX, outermost first."""
    numbered, labels = [], {}
    for line in lines:
        line = line.strip()
        label = LABEL.match(line)
        if label:
            labels[label[1]] = len(numbered)
        elif not SKIPPED.match(line):
            numbered.append(line)
    spans = {}
    for at, line in enumerate(numbered):
        branch = BRANCH.search(line)
        if branch and labels.get(branch[1], at + 1) <= at:
            first = labels[branch[1]]
            spans[first] = max(spans.get(first, 0), at)
    loops = sorted(spans.items(), key=lambda span: (span[0], -span[1]))
    for first, last in loops:
        depth = sum(1 for f, l in loops if f <= first and last <= l) - 1
        yield depth, first, last, last - first + 1
    yield -1, 0, len(numbered), len(numbered)


def main(arguments):
    nvcc = arguments[0] if arguments else "nvcc"
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "parts.cu"
        parts = "".join(f"PART({name},\n{body})\n" for name, body in PARTS.items())
        source.write_text(FRAME + parts + "}\n", encoding="utf-8")
        ptx = pathlib.Path(folder) / "parts.ptx"
        subprocess.run([nvcc, "-std=c++20", "-arch=compute_90", "-O3", "-fmad=false", f"-I{ROOT}", "-ptx", "-o", str(ptx),
                        str(source)], check=True)
        text = ptx.read_text(encoding="utf-8")
    for name in PARTS:
        kernel = re.search(r"\.entry \w*?\d+" + name + r"E\w*\(.*?^\}", text, re.S | re.M)
        if not kernel:
            sys.exit(f"no kernel {name} in the PTX")
        for depth, first, last, count in loops_of(kernel[0].split("\n")):
            what = "whole" if depth < 0 else "  " * depth + f"loop at {first}"
            print(f"{name:18} {what:24} {count:5} instructions")


if __name__ == "__main__":
    main(sys.argv[1:])
