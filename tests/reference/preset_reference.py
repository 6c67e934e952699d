# SPDX-License-Identifier: Apache-2.0
"""Normalizations, window scores and presets in float64 numpy, written apart from the program."""
import math

import numpy as np
from scipy.special import chdtrc

from change_reference import IrMad, Mad, chronochrome, hacd


def box_sum(plane, side):
    """Sum over a side x side window cut at the image border. plane : (height, width)."""
    radius = side // 2
    for axis in (0, 1):
        total = np.cumsum(plane, axis=axis)
        total = np.concatenate([np.zeros_like(total.take([0], axis)), total], axis)
        n = plane.shape[axis]
        k = np.arange(n)
        plane = total.take(np.minimum(k + radius + 1, n), axis) - total.take(np.maximum(k - radius, 0), axis)
    return plane


def box_mean(plane, side, valid=None):
    """Mean over the valid pixels of the window; NaN at invalid pixels."""
    valid = np.ones(plane.shape, bool) if valid is None else valid
    pivot = plane[valid].mean()  # the running sums stay small
    count = np.maximum(box_sum(valid.astype(float), side), 1.0)
    mean = pivot + box_sum(np.where(valid, plane - pivot, 0.0), side) / count
    return np.where(valid, mean, np.nan)


def fit_lines(x, y, w, kind="orthogonal"):
    """gain, offset, sigma a band of AFTER y onto BEFORE x; sigma^2 = sum w d^2 / sum w."""
    total = w.sum()
    mx, my = x @ w / total, y @ w / total
    cx, cy = x - mx[:, None], y - my[:, None]
    sxx, syy, sxy = (cx * cx) @ w / total, (cy * cy) @ w / total, (cx * cy) @ w / total
    gain = {"none": np.ones_like(mx), "zscore": np.sqrt(sxx / syy), "regression": sxy / syy,
            "orthogonal": np.tan(0.5 * np.arctan2(2.0 * sxy, syy - sxx))}[kind]
    offset = np.zeros_like(mx) if kind == "none" else mx - gain * my
    d = gain[:, None] * y + offset[:, None] - x
    return gain, offset, np.sqrt((d * d) @ w / total)


def huber_fit(x, y, tolerance=1e-10, turns=200):
    """gain, offset of one band: orthogonal line under Huber weights, k = 1.345, s = 1.4826 median |r|."""
    w, last = np.ones(x.shape[1]), np.zeros(2)
    for _ in range(turns):
        gain, offset, _ = fit_lines(x, y, w)
        if np.abs(np.array([gain[0], offset[0]]) - last).max() <= tolerance:
            break
        last = np.array([gain[0], offset[0]])
        r = np.abs(gain[:, None] * y + offset[:, None] - x)[0]
        w = np.minimum(1.0, 1.345 * 1.4826 * np.median(r) / np.maximum(r, 1e-300))
    return gain, offset


def scaled_difference(x, y, w, kind="orthogonal"):
    """d_b / s_b of the fitted pair."""
    gain, offset, sigma = fit_lines(x, y, w, kind)
    return (gain[:, None] * y + offset[:, None] - x) / sigma[:, None]


def not_clipped(x, y):
    """Pixels that take part in the statistics: all but those at the joint minimum in every band of both dates, where
    these are more than 1 %."""
    low = np.minimum(x.min(axis=1), y.min(axis=1))[:, None]
    clipped = ((x == low) & (y == low)).all(axis=0)
    return ~clipped if clipped.mean() > 0.01 else np.ones_like(clipped)


def contextual_weights(x, y, w, shape, usable, turns=8, box=5, scale=0.8):
    """RECIPES: w = Q_p(0.8 p Tk / median(Tk)), Tk the box mean of T = sum_b d_b^2 / s_b^2, the fit under the last w."""
    p, grid = len(x), usable.reshape(shape)
    for _ in range(turns):
        t = (scaled_difference(x, y, w) ** 2).sum(axis=0)
        tk = box_mean(t.reshape(shape), box, grid).ravel()
        w = np.where(usable, chdtrc(p, scale * p * tk / np.median(tk[usable])), 0.0)
    return w


def geometric(planes, sides):
    """Geometric mean over planes and box sizes of box mean + 1e-6."""
    factors = [np.log(box_mean(plane, side) + 1e-6) for plane in planes for side in sides]
    return np.exp(sum(factors) / len(factors))


def texture(x, y, w, shape):
    """Texture channel e of the vhr preset, standardised under w."""
    gain, offset, sigma = fit_lines(x, y, w)
    centre = x @ w / w.sum()
    planes = []
    for date in (x, gain[:, None] * y + offset[:, None]):
        a = ((date - centre[:, None]) / sigma[:, None]).mean(axis=0).reshape(shape)
        variance = np.maximum(box_mean(a * a, 5) - box_mean(a, 5) ** 2, 0.0)
        planes.append(np.log(np.sqrt(variance) + 0.5).ravel())
    e = planes[1] - planes[0]
    mean = e @ w / w.sum()
    return (e - mean) / math.sqrt(((e - mean) ** 2) @ w / w.sum())


def landcover_parts(before, after, clip=not_clipped, passes=7):
    """Contextual weights, S = sCVA and M = MAD of a scene without nodata. before, after : (bands, height, width)."""
    shape = before.shape[1:]
    x, y = before.reshape(len(before), -1).astype(float), after.reshape(len(after), -1).astype(float)
    usable = clip(x, y)
    start = IrMad(x, y, tolerance=0.0, passes=passes - 1, usable=usable).final_weights(x, y, usable)
    w = contextual_weights(x, y, start, shape, usable)
    s = np.sqrt((scaled_difference(x, y, w) ** 2).sum(axis=0)).reshape(shape)
    m = np.sqrt(Mad(x, y, w).statistic(x, y)).reshape(shape)
    return x, y, w, s, m


def preset_score(name, before, after):
    """(score, threshold rule) of a preset."""
    shape = before.shape[1:]
    if name == "sar":
        log = [np.log(box_mean(date.astype(float), 3) + 1.0) for date in (before[0], after[0])]
        return geometric([np.abs(log[1] - log[0])], (3, 9)), "auto"
    if name in ("construction", "anomaly"):
        x, y = before.reshape(len(before), -1).astype(float), after.reshape(len(after), -1).astype(float)
        score = np.sqrt(chronochrome(x, y)) if name == "construction" else hacd(x, y)
        return box_mean(score.reshape(shape), 3), "ki-sqrt"
    x, y, w, s, m = landcover_parts(before, after)
    if name == "multispectral":
        return geometric([s, m], (3,)), "ki-sqrt"
    if name == "vhr":
        e = texture(x, y, w, shape).reshape(shape)
        return geometric([np.sqrt(s * s + e * e)], (9, 21)), "auto"
    return geometric([s, m], (3, 9)), "auto"
