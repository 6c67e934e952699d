#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Thresholds of made-up histograms by numpy, a second implementation written from the definitions.

threshold_reference.py    prints, for each histogram of tests/unit/kernels/solve/thresholds_test.cpp, the last bin of the
                          lower class by each rule: the constants of that test (numpy 1.24.2)

The draws are a 64-bit congruential generator's, so that the test makes the same histograms without a random library.
"""
import numpy as np

BINS = 4096


class Draws:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound

    def lobe(self, center, width):
        """Sum of four uniforms: a bell between center - 2 width and center + 2 width."""
        return center + sum(self.below(width) for _ in range(4)) - 2 * width

    def tail(self, start, width):
        """Product of two uniforms: dense at `start`, thinning out to start + width."""
        return start + self.below(width) * self.below(width) // width


def make(kind):
    draws = Draws(20240601)
    counts = np.zeros(BINS, np.int64)
    for i in range(20000):
        if kind == "two lobes":
            k = draws.lobe(1500, 300) if draws.below(10) < 7 else draws.lobe(2600, 200)
        elif kind == "rare change":
            k = draws.lobe(1800, 250) if draws.below(1000) < 990 else draws.lobe(3000, 150)
        elif kind == "skewed":
            k = draws.tail(900, 2500)
        elif kind == "one class":
            k = draws.lobe(2000, 120)
        elif kind == "zeros and a lobe":
            k = 0 if draws.below(10) < 3 else draws.lobe(2200, 300)
        elif kind == "cut at the top":
            k = min(draws.lobe(3600, 400), BINS - 1)
        counts[k] += 1
    return counts


def otsu(counts, values):
    best, split = -1.0, None
    for k in range(len(counts) - 1):
        low, high = counts[: k + 1], counts[k + 1 :]
        if low.sum() == 0 or high.sum() == 0:
            continue
        gap = np.average(values[: k + 1], weights=low) - np.average(values[k + 1 :], weights=high)
        between = float(low.sum()) * float(high.sum()) * gap * gap
        if between > best * (1 + 1e-13):
            best, split = between, k
    return split


def triangle(counts):
    smooth = np.convolve(counts, np.ones(65) / 65, mode="same")
    total = counts.sum()
    tail = np.cumsum(counts[::-1])[::-1]
    last = np.flatnonzero(tail > 1e-5 * total)[-1]
    peak = np.flatnonzero(smooth > smooth.max() * (1 - 1e-12))[0]
    x = (np.arange(peak, last + 1) - peak) / (last - peak)
    y = smooth[peak : last + 1] / smooth[peak]
    rise = y[-1] - 1.0  # the line runs from (0, 1) to (1, y[-1])
    distance = (1.0 + rise * x - y) / np.hypot(1.0, rise)
    return peak + int(np.flatnonzero(distance > distance.max() * (1 - 1e-12))[0])


def rosin(counts):
    """The point farthest below the chord, in the unit square."""
    smooth = np.convolve(counts, np.ones(65) / 65, mode="same")
    peak, last = np.flatnonzero(smooth > smooth.max() * (1 - 1e-12))[0], np.flatnonzero(counts)[-1]
    x, y = np.arange(peak, last + 1) / len(counts), smooth[peak : last + 1] / smooth.max()
    chord = np.array([x[-1] - x[0], y[-1] - y[0]])
    below = (chord[1] * (x - x[0]) - chord[0] * (y - y[0])) / np.hypot(*chord)
    return peak + int(np.flatnonzero(below > below.max() * (1 - 1e-12))[0])


def isodata(counts, values):
    for k in range(int(np.argmax(counts > 0)), len(counts) - 1):
        low = np.average(values[: k + 1], weights=counts[: k + 1])
        middle = (low + np.average(values[k + 1 :], weights=counts[k + 1 :])) / 2
        if values[k] <= middle < values[k + 1]:
            return k


def ki(counts, values):
    total = counts.sum()
    costs, splits = [], []
    for k in range(len(counts) - 1):
        cost = 1.0
        for part in (slice(0, k + 1), slice(k + 1, None)):
            weight = counts[part].sum()
            if weight <= 1e-3 * total or np.count_nonzero(counts[part]) < 2:
                break
            share = weight / total
            mean = np.average(values[part], weights=counts[part])
            sigma = np.sqrt(np.average((values[part] - mean) ** 2, weights=counts[part]))
            cost += 2 * share * np.log(sigma) - 2 * share * np.log(share)
        else:
            costs.append(cost)
            splits.append(k)
    best = int(np.argmin(np.round(costs, 12)))
    if not costs[best] < min(costs[0], costs[-1]) - 1e-12:
        return None
    return splits[best]


def main():
    centers = 2.0 ** ((np.arange(BINS) + 0.5) / 256 - 8)
    for kind in ("two lobes", "rare change", "skewed", "one class", "zeros and a lobe", "cut at the top"):
        counts = make(kind)
        by_otsu = otsu(counts, centers)
        row = [by_otsu, triangle(counts), rosin(counts), isodata(counts, centers), ki(counts, centers)]
        row += [ki(counts, np.sqrt(centers)), ki(counts, np.arange(BINS))]
        print(f'{{"{kind}", {", ".join("otsu" if k is None else str(k) for k in row)}}},')


if __name__ == "__main__":
    main()
