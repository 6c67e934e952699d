#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes and operations a pixel of the main device kernels, counted from their source, and the time they predict.

predict_kernels.py [--bands 4] [--sample-bytes 2] [--side 8192] [--copy 4.3e12] [--lanes 33.4e12]

A PREDICTION, not a measurement: time = max(bytes / copy rate, operations / lane rate). copy: bytes a second, read and
written, of a copy in device memory (default: what an H200 copies at). lanes: 32-bit operations a second (default: 132
multiprocessors x 128 lanes x 1.98 GHz; no fused steps, as the build forbids contraction); operations in double and
64-bit integers count as the number of 32-bit slots they take on such a device.
Least bytes: every input once, every output once. Moved bytes: what the threads ask for beyond the first-level cache; for
the Gram every group of 4 x 4 products reads its own variables, mostly out of the second-level cache.
"""
import argparse
import math


def kernels(bands, sample):
    """name, least bytes, moved bytes, 32-bit slots a pixel"""
    variables = 2 * bands
    pair = variables * sample
    # A band of CVA: two conversions, centre, gain, offset, difference, weight, square, sum.
    yield "score, CVA", pair + 1 + 4, pair + 1 + 4, 9 * bands + 10
    # Row groups of 4 read the pixel again (first-level cache); one subtraction a variable and group, one fma a product.
    rows = bands
    groups = math.ceil(rows / 4)
    yield ("forms, T of IR-MAD", pair + 1 + 4, pair + 1 + 4, variables * (2 * groups + 4 * groups) + rows)
    yield "weights by table", 4 + 1 + 4, 4 + 1 + 4, 25
    sides = math.ceil(variables / 4)
    diagonal, across = sides, sides * (sides - 1) // 2
    # 16 products of 64 by 32 bits (3 multiplies, 2 adds with carry), 4 weighted variables (2), 4 sums (2), the weight.
    integer_slots = (diagonal + across) * (16 * 5 + 4 * 2 + 4 * 2 + 2 + 8 * 3)
    yield ("Gram, integers", pair + 4, diagonal * (4 * sample + 4) + across * (8 * sample + 4), integer_slots)
    # In double, half rate: weight x variable (4), product and sum apart (32), conversions (9).
    float_slots = (diagonal + across) * 2 * (4 + 32 + 4 + 9)
    yield ("Gram, float32", 2 * bands * 4 + 4, diagonal * (4 * 4 + 4) + across * (8 * 4 + 4), float_slots)
    yield "histogram of T", 4, 4, 12
    for side in (3, 9):
        radius = side // 2
        row_share = (32 + 2 * radius) / 32  # rows above and below a block are summed again
        yield (f"box mean {side} x {side}", 8, 8, 3 * side * row_share + 3 * side + 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bands", type=int, nargs="*", default=[4, 13])
    parser.add_argument("--sample-bytes", type=int, default=2)
    parser.add_argument("--side", type=int, default=8192)
    parser.add_argument("--copy", type=float, default=4.3e12)
    parser.add_argument("--lanes", type=float, default=132 * 128 * 1.98e9)
    arguments = parser.parse_args()
    pixels = arguments.side ** 2
    print(f"prediction for {arguments.side} x {arguments.side}, {arguments.sample_bytes}-byte samples, copy at "
          f"{arguments.copy / 1e12:.1f} TB/s, {arguments.lanes / 1e12:.1f} T operations/s\n")
    print("| kernel | bands | least bytes/px | moved bytes/px | operations/px | ms by bytes | ms by operations | bound by |")
    print("|---|---|---|---|---|---|---|---|")
    for bands in arguments.bands:
        for name, least, moved, slots in kernels(bands, arguments.sample_bytes):
            by_bytes, by_slots = 1e3 * pixels * least / arguments.copy, 1e3 * pixels * slots / arguments.lanes
            bound = "memory" if by_bytes >= by_slots else "arithmetic"
            print(f"| {name} | {bands} | {least} | {moved} | {slots:.0f} | {by_bytes:.2f} | {by_slots:.2f} | {bound} |")


if __name__ == "__main__":
    main()
