# SPDX-License-Identifier: Apache-2.0
"""Holds every threshold of the summary, to the bin, to skimage and to independent rules on the heatmap's own pixels.

The heatmap's float32 scores are put into the program's bins here; otsu and isodata are then skimage's on these counts
and centres, triangle and Rosin the point farthest from a chord, Kittler-Illingworth sums over both sides of each split,
Benjamini-Hochberg a sorted list of p-values.
"""
import numpy as np
from scipy.special import chdtrc, chdtri, fdtrc, fdtri

from harness import CLASSIC, Check, skip
from threshold_reference import BINS, CENTRES, kittler_illingworth

try:
    from skimage.filters import threshold_isodata, threshold_otsu
except ImportError:
    skip("skimage is not installed (package python3-skimage)")

EDGES = (2.0 ** (np.arange(BINS + 1) / 256.0 - 8.0)).astype(np.float32)
LARGEST = float(np.finfo(np.float32).max)
OWN_UNITS = ("cva", "difference")  # scores whose bins end at the largest one; the others' end at 2^8 or above
PROBABILITY, RATE = 0.01, 0.05  # of p and fdr in the list of all rules


class Binned:
    """A heatmap's scores in the bins of the program: 256 an octave, 16 octaves."""

    def __init__(self, score, own_units):
        self.scores = score[~np.isnan(score)].astype(np.float32)
        exponent = int(np.frexp(self.scores.max())[1])
        self.scale = 2.0 ** (int(np.clip(exponent if own_units else max(exponent, 8), -16, 32)) - 8)
        place = np.searchsorted(EDGES, self.scores / np.float32(self.scale), side="right") - 1
        self.bins = np.clip(place, 0, BINS - 1)
        self.counts = np.bincount(self.bins, minlength=BINS)

    def above(self, k):
        """The largest score of bin k: what is greater lies in a higher bin."""
        if k == BINS - 1:
            return LARGEST
        return float(np.nextafter(EDGES[k + 1], np.float32(0))) * self.scale

    def lower_edges(self):
        return np.where(self.bins > 0, EDGES[self.bins].astype(float) * self.scale, 0.0)

    def upper_edges(self):
        return np.where(self.bins < BINS - 1, EDGES[self.bins + 1].astype(float) * self.scale, np.inf)


def bin_of(center):
    return int(np.flatnonzero(CENTRES == center)[0])


def otsu(counts):
    return bin_of(threshold_otsu(hist=(counts, CENTRES)))


def isodata(counts):
    """skimage asks for a midpoint within one bin above the centre and takes all bins to be as wide as the first. A bin
    of next to no count is put in front, as far from it as the bin in question is wide."""
    inside = np.arange(np.flatnonzero(counts)[0], np.flatnonzero(counts)[-1] + 1)
    for k in inside[:-1]:
        front = CENTRES[inside[0]] - (CENTRES[k + 1] - CENTRES[k])
        hist = np.append(1e-9, counts[inside]), np.append(front, CENTRES[inside])
        if CENTRES[k] in threshold_isodata(hist=hist, return_all=True):
            return int(k)
    return int(inside[-1])


def corner(counts, last):
    """The bin of the smoothed counts farthest below the chord from their peak to `last`, in the unit square."""
    smooth = np.convolve(counts, np.ones(65, np.int64), mode="same")
    peak = int(np.argmax(smooth))
    if last <= peak:
        return int(np.flatnonzero(counts)[-1])
    x, y = np.linspace(0.0, 1.0, last - peak + 1), smooth[peak:last + 1] / smooth[peak]
    chord = np.array([1.0, y[-1] - 1.0]) / np.hypot(1.0, y[-1] - 1.0)
    below = chord[1] * x - chord[0] * (y - 1.0)  # cross product
    if below.max() < 1e-9:
        return int(np.flatnonzero(counts)[-1])
    return peak + int(np.flatnonzero(below > below.max() - 1e-12)[0])


def triangle(counts):
    beyond = np.cumsum(counts[::-1])[::-1]
    return corner(counts, int(np.flatnonzero(beyond * 100000 > counts.sum())[-1]))


def rosin(counts):
    return corner(counts, int(np.flatnonzero(counts)[-1]))


RULES = {"auto": lambda counts: max(otsu(counts), triangle(counts)), "otsu": otsu, "ki": kittler_illingworth,
         "ki-sqrt": lambda counts: kittler_illingworth(counts, np.sqrt(CENTRES)), "triangle": triangle, "rosin": rosin,
         "isodata": isodata}


class Null:
    """The distribution of T = r^2 that the summary tells of."""

    def __init__(self, null, kind):
        self.p, fitted = null["degrees_of_freedom"], null.get("f") if kind == "f" else None
        self.k, self.nu = (fitted["k"], fitted["nu"]) if fitted else (self.p, None)  # nu None: infinite, k chi2 / p

    def tail(self, r):
        t = r * r / self.k
        return chdtrc(self.p, self.p * t) if self.nu is None else fdtrc(self.p, self.nu, t)

    def threshold(self, alpha):
        t = chdtri(self.p, alpha) / self.p if self.nu is None else fdtri(self.p, self.nu, 1.0 - alpha)
        return float(np.sqrt(self.k * t))


def benjamini_hochberg(p, q):
    """How many are rejected: the largest k with p_(k) <= k q / m."""
    held = np.flatnonzero(np.sort(p) <= np.arange(1, len(p) + 1) * q / len(p))
    return int(held[-1]) + 1 if len(held) else 0


def check_rate(check, what, binned, null, q, found):
    """As many as of the list of p-values at the bins' lower edges; no more than of the exact ones, no fewer than a bin's
    width can cost."""
    threshold, count = found["value"], int((binned.scores > found["value"]).sum())
    expected = benjamini_hochberg(null.tail(binned.lower_edges()), q)
    exact, most = (benjamini_hochberg(null.tail(r.astype(float)), q) for r in (binned.scores, binned.upper_edges()))
    check.expect("%s: fdr:%g" % (what, q), count == expected <= exact <= most and (count > 0 or threshold == LARGEST),
                 "%.6g: %d, %d expected, %d without bins" % (threshold, count, expected, exact))


def check_run(check, what, run, own_units=False, null=None):
    """Every rule in the list, the share above it, and that the one used is what was asked for."""
    binned = Binned(run.pixels()[0], own_units)
    report = run.summary()["thresholds"]
    known = set(RULES) | ({"p:0.01", "fdr:0.05"} if null else set())
    check.expect(what + ": rules", set(report["all"]) == known, " ".join(report["all"]))
    wrong = []
    for name, rule in RULES.items():
        lone = np.count_nonzero(binned.counts) == 1
        expected = binned.above(int(np.argmax(binned.counts)) if lone else rule(binned.counts))
        if report["all"][name]["value"] != expected:
            wrong.append("%s %.9g, %.9g expected" % (name, report["all"][name]["value"], expected))
    check.expect(what + ": thresholds", not wrong, "; ".join(wrong))
    shares = [abs(at["changed_fraction"] - (binned.scores > at["value"]).mean()) for name, at in report["all"].items()
              if name != "p:0.01"]  # does not lie on a bin's edge
    check.expect(what + ": changed fractions", max(shares) < 1e-12, "off by %.1e" % max(shares))
    if null:
        found = report["all"]["p:0.01"]["value"]
        check.close(what + ": p:0.01", found, null.threshold(PROBABILITY), 1e-9)
        check_rate(check, what, binned, null, RATE, report["all"]["fdr:0.05"])
    return binned, report


def check_pair(check, pair, *options):
    run = check.detect(*check.scene(pair)[:2], *options).require()
    check_run(check, " ".join((pair,) + options), run)


def check_significance(check, what, paths, *options):
    """mad and irmad under either null, at rates that find little and much."""
    for kind in ("chi2", "f"):
        for q in (0.001, 0.05, 0.5):
            run = check.detect(*paths, *CLASSIC, *options, "--null", kind, "--threshold", "fdr:%g" % q).require()
            null = Null(run.summary()["statistics"]["null"], kind)
            name = "%s, %s" % (what, kind)
            if q == RATE:
                binned, report = check_run(check, name, run, null=null)
            else:
                binned, report = Binned(run.pixels()[0], False), run.summary()["thresholds"]
            check.expect("%s: rule" % name, report["used"]["rule"] == "fdr", report["used"]["rule"])
            check_rate(check, name + ", used", binned, null, q, report["used"])


def check_percentiles(check):
    paths = check.scene("taizhou")[:2]
    for percent in (0.5, 50, 95, 99.99):
        run = check.detect(*paths, "--threshold", "percentile:%g" % percent).require()
        binned, used = Binned(run.pixels()[0], False), run.summary()["thresholds"]["used"]
        rank = int(np.ceil(percent / 100.0 * len(binned.scores) - 1e-9))
        at_rank = np.argsort(binned.scores, kind="stable")[rank - 1]
        expected = binned.above(int(binned.bins[at_rank]))
        check.expect("percentile:%g" % percent, used["rule"] == "percentile" and used["value"] == expected,
                     "%.9g, %.9g expected" % (used["value"], expected))
        check.expect("percentile:%g: share" % percent, used["changed_fraction"] <= 1.0 - percent / 100.0,
                     str(used["changed_fraction"]))


def check_tiles(check):
    """The same list whatever the tiles and threads."""
    paths, lists = check.scene("taizhou")[:2], []
    for words in (("--tile", "whole"), ("--tile", "256"), ("--tile", "256", "--threads", "1")):
        run = check.detect(*paths, "--score", "irmad", "--smooth", "1", "--threshold", "fdr:0.05", *words).require()
        lists.append(run.summary()["thresholds"])
    check.expect("one list for every tiling", lists[0] == lists[1] == lists[2])


def random_scores(rng, kind, shape):
    """Histograms of many forms: one lobe, two, a long tail, spikes, zeros, nearly nothing."""
    base = rng.lognormal(rng.uniform(-2, 3), rng.uniform(0.1, 0.8), shape)
    changed = rng.random(shape) < rng.choice([0.001, 0.02, 0.2, 0.5])
    if kind == "two lobes":
        return np.where(changed, base * rng.uniform(2, 20), base)
    if kind == "long tail":
        return base * (1.0 + rng.pareto(rng.uniform(1.0, 3.0), shape))
    if kind == "gamma":
        return rng.gamma(rng.uniform(0.3, 5.0), rng.uniform(0.01, 100.0), shape)
    if kind == "uniform":
        return rng.uniform(0.0, rng.uniform(0.001, 1e5), shape)
    if kind == "whole numbers":
        return np.floor(np.where(changed, 30.0, 4.0) * rng.random(shape) ** 2)
    if kind == "zeros":
        return np.where(rng.random(shape) < 0.4, 0.0, base)
    if kind == "three values":
        return rng.choice([0.5, 3.0, 40.0], shape, p=[0.7, 0.25, 0.05])
    if kind == "one value":
        return np.full(shape, rng.uniform(0.1, 100.0))
    return base


KINDS = ("one lobe", "two lobes", "long tail", "gamma", "uniform", "whole numbers", "zeros", "three values",
         "one value")


def check_random(check, kind, number):
    """Scores of one's own choice as the difference of a pair of one band."""
    rng = np.random.default_rng([KINDS.index(kind), number])
    shape = (1, int(rng.integers(20, 260)), int(rng.integers(20, 260)))
    after = random_scores(rng, kind, shape).astype(np.float32)
    after[rng.random(shape) < 0.02] = np.nan
    paths = check.pair("random", np.zeros_like(after), after)
    run = check.detect(*paths, "--score", "cva", *CLASSIC).require()
    check_run(check, "%s %d" % (kind, number), run, own_units=True)


def check_random_pair(check, bands, share, number):
    """Gaussian pairs with this share of changed pixels."""
    rng = np.random.default_rng([bands, number])
    shape = (bands, 150, 170)
    before = rng.standard_normal(shape)
    after = 0.8 * before + 0.6 * rng.standard_normal(shape)
    after[:, rng.random(shape[1:]) < share] *= 4.0
    paths = check.pair("gaussian", before.astype(np.float32), after.astype(np.float32))
    check_significance(check, "%d bands, %g changed" % (bands, share), paths, "--score", "mad")


def main():
    check = Check(__doc__)
    for pair, *options in (("taizhou",), ("taizhou", "--preset", "anomaly"), ("bern-sar", "--preset", "sar"),
                           ("sardinia-lake", "--preset", "general")):
        check.part(check_pair, pair, *options)
    check.part(check_significance, "taizhou irmad", check.scene("taizhou")[:2], "--score", "irmad")
    check.part(check_percentiles)
    check.part(check_tiles)
    for kind in KINDS:
        for number in range(4):
            check.part(check_random, kind, number)
    for bands, share in ((1, 0.0), (2, 0.02), (4, 0.3), (4, 0.0)):
        check.part(check_random_pair, bands, share, 1)
    check.finish()


if __name__ == "__main__":
    main()
