# SPDX-License-Identifier: Apache-2.0
"""False-alarm rates of the p-values on simulated Gaussian pairs, where the truth is known.

Clean pairs: the share of pixels with p <= alpha must be alpha within three standard deviations. With 30 % of changed
pixels it must not exceed alpha by more than that among the unchanged ones. --reference runs the numpy reference in
place of the program.
"""
import math

import numpy as np
from scipy.special import chdtrc, chdtri, fdtri

from change_reference import IrMad, ScaledF, consistency_factor
from harness import CLASSIC, Check, write_raster

ALPHAS = (0.05, 0.01, 0.001)
CHANGED_SHARE = 0.3
# Tolerance far below the default's: what is judged is the null model, not the last step of the iteration.
ITERATION = ["--irmad-tolerance", "1e-6", "--irmad-passes", "300"]


def gaussian_pair(p, side, seed, change):
    """before, after of p bands, and which pixels changed. Canonical correlations .5 to .95, bands mixed at random.

    change : none      nothing changed
             scatter   30 % of the pixels: after is independent of before, with three times the spread
             offset    30 %: after is independent of before and lies 3 sigma off in every variate
             redrawn   30 %: after is independent of before with the same distribution, the mildest change
             shift     30 %: after is 3 sigma off but else unchanged: one more land-cover class, not an outlier
    """
    rng = np.random.default_rng([p, seed])
    count = side * side
    rho = np.linspace(0.5, 0.95, p)[:, None] if p > 1 else np.array([[0.9]])
    u = rng.standard_normal((p, count))
    v = rho * u + np.sqrt(1.0 - rho * rho) * rng.standard_normal((p, count))
    changed = np.zeros(count, bool)
    if change != "none":
        changed[rng.permutation(count)[:int(CHANGED_SHARE * count)]] = True
        fresh = rng.standard_normal((p, int(changed.sum())))
        v[:, changed] = {"scatter": 3.0 * fresh, "offset": fresh + 3.0, "redrawn": fresh,
                         "shift": v[:, changed] + 3.0}[change]
    mix_before, mix_after = (rng.standard_normal((p, p)) + 2.0 * np.eye(p) for _ in range(2))
    before, after = ((50.0 + mix @ z).astype(np.float32).reshape(p, side, side)
                     for mix, z in ((mix_before, u), (mix_after, v)))
    return before, after, changed


class Null:
    """Densities of chi-square on a fine grid, for the standard deviation of a false-alarm rate.

    A rate differs from alpha by the chance of the pixels that are counted and by that of the pixels the scale was
    fitted on, the same ones; both are influence functions, summed before squaring.
    """

    def __init__(self, p):
        self.p, steps = p, 400000
        top = p + 80.0 + 12.0 * math.sqrt(2.0 * p)
        edge = np.linspace(0.0, math.sqrt(top), steps + 1) ** 2
        self.t = (edge[1:] + edge[:-1]) / 2.0
        self.mass = chdtrc(p, edge[:-1]) - chdtrc(p, edge[1:])

    def density(self, x):
        return math.exp((self.p / 2 - 1) * math.log(x / 2) - x / 2 - math.lgamma(self.p / 2)) / 2.0

    def deviation(self, influence):
        mean = (influence * self.mass).sum()
        return math.sqrt((((influence - mean) ** 2) * self.mass).sum())

    def chi2_sigma(self, alpha):
        """Times 1 / sqrt(N): of the rate under chi-square with the scale of the consistent iteration."""
        c, p, x = consistency_factor(self.p), self.p, chdtri(self.p, alpha)

        def scale(s):  # next scale when the statistics of the turn before were s times the true ones
            w = chdtrc(p, self.t / s) * self.mass
            return (w * self.t).sum() / (p * c * w.sum())

        slope = (scale(1.001) - scale(0.999)) / 0.002
        w = chdtrc(p, self.t)
        of_scale = w * (self.t / (p * c) - 1.0) / (w * self.mass).sum() / (1.0 - slope)
        # A scale too large makes T too small.
        return self.deviation((self.t > x) - self.density(x) * x * of_scale)

    def f_sigma(self, alpha, shape_fitted=True):
        """Times 1 / sqrt(N): of the rate under the scaled F, whose nu and k come from two quantiles of T; or under
        k chi2 with k from the median, where nu stays infinite. A finite nu only lowers the rate."""
        p, low, median = self.p, chdtri(self.p, 0.85), chdtri(self.p, 0.5)

        def shape(epsilon, share):  # quantile of F with nu = 1 / epsilon in units of its median
            return fdtri(p, 1.0 / epsilon, 1.0 - share) / fdtri(p, 1.0 / epsilon, 0.5)

        near, far = 1e-5, 2e-4
        ratio_slope = (1.0 / shape(far, 0.85) - 1.0 / shape(near, 0.85)) / (far - near)
        cut_slope = (shape(far, alpha) - shape(near, alpha)) / (far - near) if shape_fitted else 0.0
        x = chdtri(p, alpha)
        of_low = (0.15 - (self.t <= low)) / self.density(low) / low
        of_median = (0.5 - (self.t <= median)) / self.density(median) / median
        of_epsilon = median / low * (of_median - of_low) / ratio_slope
        of_cut = x * of_median + median * cut_slope * of_epsilon
        return self.deviation((self.t > x) - self.density(x) * of_cut)


def p_values(check, paths, null):
    """p-value of every pixel under `chi2`, `f`, and chi-square of the textbook iteration's T (`canty`)."""
    p = len(paths[0])
    if check.arguments.reference:
        x, y = (date.reshape(p, -1).astype(float) for date in paths)
        solved = IrMad(x, y, "canty", 1e-3) if null == "canty" else IrMad(x, y, tolerance=1e-6, passes=300)
        t = solved.statistic(x, y)
        return ScaledF(t, p).p_value(t) if null == "f" else chdtrc(p, t)
    files = [str(check.folder / (role + ".tif")) for role in ("before", "after")]
    if null == "canty":
        run = check.detect(*files, "--score", "irmad", "--irmad", "canty", *CLASSIC).require()
        return chdtrc(p, run.pixels()[0].ravel() ** 2)
    run = check.detect(*files, "--score", "irmad", "--products", "score,pvalue", "--null", null, *ITERATION,
                       *CLASSIC).require()
    return run.pixels("pvalue")[0].ravel()


def judge(check, p, change, null, values, changed, model):
    """Prints the rates; asserts what the null promises under this change."""
    unchanged = ~changed
    for alpha in ALPHAS:
        rate = float((values[unchanged] <= alpha).mean())
        sigmas = [model.chi2_sigma(alpha)] * 2
        if null == "f":
            sigmas = [model.f_sigma(alpha), model.f_sigma(alpha, shape_fitted=False)]
        below, above = (3.0 * sigma / math.sqrt(unchanged.sum()) for sigma in sigmas)
        power = ", power %.3f" % (values[changed] <= alpha).mean() if changed.any() else ""
        what = "p %2d, %-7s %-4s at %.3f" % (p, change, null, alpha)
        detail = "rate %.5f, %.5f to %.5f by chance%s" % (rate, alpha - below, alpha + above, power)
        held = rate <= alpha + above
        if change == "none" and (null == "chi2" or p >= 3):
            held = held and rate >= alpha - below
        if change in ("scatter", "offset") and null == "chi2" and p >= 4 and alpha >= 0.01:
            held = held and abs(rate - alpha) <= 0.1 * alpha
        check.expect(what, held, detail)


def main():
    check = Check(__doc__, [
        (("--reference",), {"action": "store_true", "help": "judge the numpy reference instead of the program"}),
        (("--side",), {"type": int, "default": 1000, "help": "pixels across and down"}),
        (("--bands",), {"type": int, "nargs": "+", "default": list(range(1, 14))}),
        (("--changes",), {"nargs": "+", "default": ["none", "scatter", "offset"]}),
        (("--seed",), {"type": int, "default": 1})])
    for p in check.arguments.bands:
        null = Null(p)
        for change in check.arguments.changes:
            before, after, changed = gaussian_pair(p, check.arguments.side, check.arguments.seed, change)
            if not check.arguments.reference:
                for role, array in (("before", before), ("after", after)):
                    write_raster(check.folder / (role + ".tif"), array)
            for kind in ("chi2", "f"):
                judge(check, p, change, kind, p_values(check, (before, after), kind), changed, null)
            if change == "none" and p >= 3:
                rate = (p_values(check, (before, after), "canty") <= 0.01).mean()
                check.expect("p %2d, textbook iteration at 0.010" % p, rate > 0.1,
                             "rate %.3f: what the consistent mode mends" % rate)
    check.finish()


if __name__ == "__main__":
    main()
