#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Matched values of made-up bands by skimage, the constants of tests/unit/kernels/solve/histogram_match_test.cpp.

histogram_match_reference.py    for u8, u16 and i16: prints `value, matched` of every 11th distinct value of AFTER
                                (numpy 1.24.2, skimage 0.19.3)

The draws are a 64-bit congruential generator's, so that the test makes the same bands without a random library.
"""
import numpy as np
from skimage.exposure import match_histograms


class Draws:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def band(seed, count, low, width, step):
    """Sums of three uniforms cut to multiples of `step`: a bell with levels that do not occur."""
    draws = Draws(seed)
    return [low + sum(draws.below(width) for _ in range(3)) // step * step for _ in range(count)]


def main():
    for kind, dtype, before, after in (
        ("u8", np.uint8, band(1, 700, 30, 60, 2), band(2, 500, 5, 40, 1)),
        ("u16", np.uint16, band(3, 600, 200, 9000, 1), band(4, 290, 40000, 5000, 10)),
        ("i16", np.int16, band(5, 400, -30000, 15000, 25), band(6, 300, -900, 700, 1)),
    ):
        after = np.array(after, dtype).reshape(1, -1)
        matched = match_histograms(after, np.array(before, dtype).reshape(1, -1))
        pairs = sorted(set(zip(after[0].tolist(), matched[0].tolist())))[::11]
        print(kind, ", ".join(f"{{{v}, {float(np.float32(m))!r}f}}" for v, m in pairs))


if __name__ == "__main__":
    main()
