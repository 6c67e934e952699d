# SPDX-License-Identifier: Apache-2.0
"""Change scores in float64 numpy, written apart from the program, so that tests can hold the program to them.

Pixels are arrays of shape (bands, pixels); weights are of shape (pixels,). Every quadratic score is returned as T; the
program's score is sqrt(T). Sources: Nielsen et al. 1998 (MAD), Nielsen 2007 (IR-MAD), Wu et al. 2014 (slow features),
Schaum and Stocker 1997 (chronochrome), Theiler 2008 (HACD).
"""
import math

import numpy as np
from scipy.special import chdtrc, fdtrc, fdtri

HIGHEST_RHO = 1.0 - 1e-7
RIDGE = 1e-6          # times the mean variance, where the condition number passes WORST_CONDITION
WORST_CONDITION = 1e8


def weighted_moments(z, w=None):
    """Weighted mean and population covariance of the rows of z; w None is weight 1 everywhere."""
    if w is None:
        w = np.ones(z.shape[1])
    total = w.sum()
    pivot = z.mean(axis=1)
    mean = pivot + (z - pivot[:, None]) @ w / total
    centred = z - mean[:, None]
    return mean, (centred * w) @ centred.T / total


def with_ridge(covariance):
    """The covariance, with a ridge on its correlation matrix where that is near singular. No constant variables."""
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    eigenvalues = np.linalg.eigvalsh(correlation)
    if eigenvalues[0] * WORST_CONDITION < eigenvalues[-1]:
        correlation = correlation + RIDGE * np.eye(len(scale))
    return correlation * np.outer(scale, scale)


class Mad:
    """Canonical variates: rho descending, rows of a and b with a' S11 a = b' S22 b = 1, means, joint covariance."""

    def __init__(self, x, y, w=None):
        p, q = len(x), len(y)
        self.mean, self.covariance = weighted_moments(np.concatenate([x, y]), w)
        s11, s22 = with_ridge(self.covariance[:p, :p]), with_ridge(self.covariance[p:, p:])
        s12 = self.covariance[:p, p:]
        whiten_x, whiten_y = np.linalg.inv(np.linalg.cholesky(s11)), np.linalg.inv(np.linalg.cholesky(s22))
        left, rho, right = np.linalg.svd(whiten_x @ s12 @ whiten_y.T)
        count = min(p, q)
        self.rho = np.clip(rho[:count], 0.0, HIGHEST_RHO)
        self.a, self.b = left.T[:count] @ whiten_x, right[:count] @ whiten_y
        turn = np.where((self.a @ s11 / np.sqrt(np.diag(s11))).sum(axis=1) < 0, -1.0, 1.0)[:, None]
        self.a, self.b = self.a * turn, self.b * turn

    def components(self, x, y):
        """MAD_i = U_i - V_i, one row each."""
        p = len(x)
        return self.a @ (x - self.mean[:p, None]) - self.b @ (y - self.mean[p:, None])

    def statistic(self, x, y):
        """T = sum_i MAD_i^2 / (2 (1 - rho_i)), chi-square with min(p, q) degrees of freedom under no change."""
        return (self.components(x, y) ** 2 / (2.0 * (1.0 - self.rho))[:, None]).sum(axis=0)


def consistency_factor(p):
    """c(p) = 1 - 2 Gamma((p + 1) / 2) / (sqrt(pi) p Gamma(p / 2)): one reweighting of Gaussian data shrinks by it."""
    return 1.0 - 2.0 * math.exp(math.lgamma((p + 1) / 2) - math.lgamma(p / 2)) / (math.sqrt(math.pi) * p)


def textbook_scale(p):
    """s*(p): stable fixed point of g_p(s) = E[T Q_p(T / s)] / (p E[Q_p(T / s)]), T ~ chi2_p; 0 where there is none."""
    if p <= 2:
        return 0.0
    t = (np.arange(400000) + 0.5) * (p + 60.0 * math.sqrt(2 * p)) / 400000
    density = np.exp((p / 2 - 1) * np.log(t) - t / 2)
    s = 1.0
    for _ in range(2000):
        q = chdtrc(p, t / s) * density
        new = (t * q).sum() / (p * q.sum())
        if abs(new - s) < 1e-13:
            return new
        s = new
    return s


class IrMad:
    """Iteratively reweighted MAD from unit weights. Stops when max |delta rho| <= tolerance, after `passes` solutions,
    or when a guard fails (sum w >= max(50 p^2, N / 1000); degenerate, the last good solution stands)."""

    def __init__(self, x, y, mode="consistent", tolerance=1e-4, passes=50, usable=None, guard=True):
        usable = np.ones(x.shape[1]) if usable is None else usable.astype(float)
        count = min(len(x), len(y))
        self.scale = consistency_factor(count) if mode == "consistent" else 1.0
        self.weights, self.degenerate, self.converged = usable, False, False
        self.mad = Mad(x, y, usable)
        self.history = [self.mad.rho]
        while len(self.history) < passes and not self.converged:
            weights = usable * chdtrc(count, self.scale * self.mad.statistic(x, y))
            if guard and weights.sum() < max(50.0 * count * count, 1e-3 * usable.sum()):
                self.degenerate = True
                break
            mad = Mad(x, y, weights)
            if guard and mad.rho[0] >= HIGHEST_RHO:
                self.degenerate = True
                break
            self.weights, self.mad = weights, mad
            self.converged = np.abs(mad.rho - self.history[-1]).max() <= tolerance
            self.history.append(mad.rho)

    def statistic(self, x, y):
        """T of the last solution, times c(p) in consistent mode."""
        return self.scale * self.mad.statistic(x, y)

    def final_weights(self, x, y, usable=None):
        """Weights that follow from the last solution."""
        w = chdtrc(len(self.mad.rho), self.statistic(x, y))
        return w if usable is None else w * usable


def form(e, covariance):
    """e' C^-1 e for every column of e."""
    return (e * np.linalg.solve(with_ridge(covariance), e)).sum(axis=0)


def mahalanobis(x, y, w=None):
    """T of the difference y - x about its weighted mean (bands already on one radiometry)."""
    mean, covariance = weighted_moments(y - x, w)
    return form(y - x - mean[:, None], covariance)


def standardised(x, w=None):
    mean, covariance = weighted_moments(x, w)
    return (x - mean[:, None]) / np.sqrt(np.diag(covariance))[:, None]


def slow_features(x, y, w=None, eigen=True):
    """T = sum_j s_j^2 / lambda_j of slow feature analysis: A v = lambda B v, A = E[d d'], B = (Sx + Sy) / 2."""
    x, y = standardised(x, w), standardised(y, w)
    d = y - x
    if not eigen:
        return form(d, weighted_moments(d, w)[1])
    between = weighted_moments(d, w)[1]
    within = (weighted_moments(x, w)[1] + weighted_moments(y, w)[1]) / 2.0
    whiten = np.linalg.inv(np.linalg.cholesky(within))
    eigenvalues, vectors = np.linalg.eigh(whiten @ between @ whiten.T)
    return ((vectors.T @ whiten @ d) ** 2 / eigenvalues[:, None]).sum(axis=0)


def iterated_slow_features(x, y, tolerance=1e-4, passes=50):
    """ISFA: slow features under weights Q(p / 2, T / 2). Ends when no correlation of a band of the two dates moves more
    than the tolerance, or like IrMad when too few pixels keep weight. Gives T and the number of solutions."""

    def correlations(w):
        centred = [standardised(date, w) for date in (x, y)]
        return (centred[0] * centred[1]) @ w / w.sum()

    w = np.ones(x.shape[1])
    t, last = slow_features(x, y, eigen=False), correlations(w)
    for turn in range(2, passes + 1):
        w = chdtrc(len(x), t)
        if w.sum() < max(50.0 * len(x) ** 2, 1e-3 * w.size):
            return t, turn - 1
        t, now = slow_features(x, y, w, eigen=False), correlations(w)
        if np.abs(now - last).max() <= tolerance:
            return t, turn
        last = now
    return t, passes


def chronochrome(x, y, w=None):
    """T of AFTER predicted from BEFORE: e' (Syy - Syx Sxx^-1 Sxy)^-1 e."""
    p = len(x)
    mean, s = weighted_moments(np.concatenate([x, y]), w)
    predictor = np.linalg.solve(with_ridge(s[:p, :p]), s[:p, p:]).T
    e = (y - mean[p:, None]) - predictor @ (x - mean[:p, None])
    return form(e, s[p:, p:] - predictor @ s[:p, p:])


def hacd_forms(x, y, w=None):
    """z' S^-1 z and x' Sxx^-1 x + y' Syy^-1 y about the means."""
    p = len(x)
    z = np.concatenate([x, y])
    mean, s = weighted_moments(z, w)
    z = z - mean[:, None]
    return form(z, s), form(z[:p], s[:p, :p]) + form(z[p:], s[p:, p:])


def hacd(x, y, w=None):
    """max(0, z' S^-1 z - x' Sxx^-1 x - y' Syy^-1 y) about the means."""
    joint, apart = hacd_forms(x, y, w)
    return np.maximum(joint - apart, 0.0)


class ScaledF:
    """T ~ k F(p, nu): nu from the ratio of the 50 % to the 15 % quantile of T, k from the median; chi-square where the
    ratio is below that of chi-square."""

    def __init__(self, t, p):
        low, median = np.quantile(t, [0.15, 0.5])
        self.p = p

        def ratio(nu):
            return fdtri(p, nu, 0.5) / fdtri(p, nu, 0.15)

        few, many = 0.1, 1e7
        if median / low <= ratio(many):
            few = many
        for _ in range(200):
            middle = math.sqrt(few * many)
            few, many = (middle, many) if ratio(middle) > median / low else (few, middle)
        self.nu = math.sqrt(few * many)
        self.k = median / fdtri(p, self.nu, 0.5)

    def p_value(self, t):
        return fdtrc(self.p, self.nu, t / self.k)
