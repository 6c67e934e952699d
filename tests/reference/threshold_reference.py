# SPDX-License-Identifier: Apache-2.0
"""Thresholds on the log2 histogram and accuracy against labels, in plain numpy, to compare the program with."""
import numpy as np

BINS, PER_OCTAVE, LOWEST = 4096, 256, -8.0
CENTRES = 2.0 ** ((np.arange(BINS) + 0.5) / PER_OCTAVE + LOWEST)


def octaves_above(score):
    """How many octaves the histogram moves up so that its end, 2^8 at rest, lies above the largest score."""
    return max(int(np.frexp(np.nanmax(score))[1]) - 8, 0)


def log_histogram(score):
    """Counts of finite scores in 4096 bins of log2(score), 256 an octave from 2^-8; the ends take what lies beyond."""
    score = score[np.isfinite(score)] / 2.0 ** octaves_above(score)
    with np.errstate(divide="ignore"):
        position = np.floor((np.log2(np.maximum(score, 0.0)) - LOWEST) * PER_OCTAVE)
    return np.bincount(np.clip(position, 0, BINS - 1).astype(int), minlength=BINS)


def class_sums(counts, values):
    """Share, mean and variance of the bins up to k and of those above, for every k."""
    counts, values = counts.astype(np.longdouble), values.astype(np.longdouble)
    total = counts.sum()
    w0, m0, q0 = np.cumsum(counts), np.cumsum(counts * values), np.cumsum(counts * values * values)
    w1, m1, q1 = total - w0, m0[-1] - m0, q0[-1] - q0
    with np.errstate(divide="ignore", invalid="ignore"):
        m0, m1, q0, q1 = m0 / w0, m1 / w1, q0 / w0, q1 / w1
    return w0 / total, m0, np.maximum(q0 - m0 * m0, 0), w1 / total, m1, np.maximum(q1 - m1 * m1, 0)


def otsu(counts, values=CENTRES):
    """Bin whose upper edge parts the classes of largest w0 w1 (m0 - m1)^2."""
    w0, m0, _, w1, m1, _ = class_sums(counts, values)
    with np.errstate(invalid="ignore"):
        between = np.where((w0 > 0) & (w1 > 0), w0 * w1 * (m0 - m1) ** 2, -1.0)
    return int(np.argmax(between))


def triangle(counts, box=65, tail=1e-5):
    """Bin farthest below the line from the peak of the smoothed counts to the last bin with more than tail N beyond."""
    smooth = np.convolve(counts, np.ones(box) / box, mode="same")
    peak = int(np.argmax(smooth))
    beyond = np.cumsum(counts[::-1])[::-1]
    last = int(np.flatnonzero(beyond > tail * counts.sum())[-1])
    if last <= peak:
        return peak
    k = np.arange(peak, last + 1)
    along, height = (k - peak) / (last - peak), smooth[peak:last + 1] / smooth[peak]
    return peak + int(np.argmax(1.0 - along - height))


def kittler_illingworth(counts, values=CENTRES):
    """Minimum of 1 + 2 (P0 ln s0 + P1 ln s1) - 2 (P0 ln P0 + P1 ln P1); both classes > 1e-3, interior, else Otsu of the
    scores themselves."""
    p0, _, v0, p1, _, v1 = class_sums(counts, values)
    occupied = np.cumsum(counts > 0)  # one bin alone has no spread
    usable = (p0 > 1e-3) & (p1 > 1e-3) & (occupied > 1) & (occupied[-1] - occupied > 1) & (v0 > 0) & (v1 > 0)
    if usable.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            j = 1.0 + p0 * np.log(v0) + p1 * np.log(v1) - 2.0 * (p0 * np.log(p0) + p1 * np.log(p1))
        j = np.where(usable, j, np.inf)
        best = int(np.argmin(j))
        inside = np.flatnonzero(usable)
        if j[best] < min(j[inside[0]], j[inside[-1]]):  # splits in a gap are one and the same
            return best
    return otsu(counts)


def upper_edge(k):
    return 2.0 ** ((k + 1.0) / PER_OCTAVE + LOWEST)


def threshold(rule, score):
    """Threshold of a rule (otsu, triangle, ki, ki-sqrt, auto); change is score >= threshold."""
    counts = log_histogram(score)
    rules = {"otsu": lambda: otsu(counts), "triangle": lambda: triangle(counts),
             "ki": lambda: kittler_illingworth(counts),
             "ki-sqrt": lambda: kittler_illingworth(counts, np.sqrt(CENTRES)),
             "auto": lambda: max(otsu(counts), triangle(counts))}
    return upper_edge(rules[rule]()) * 2.0 ** octaves_above(score)


def auc(score, changed):
    """Area under the ROC curve, ties half. score, changed : flat, labelled pixels only."""
    values, index = np.unique(score, return_inverse=True)
    positives = np.bincount(index, weights=changed, minlength=len(values))
    negatives = np.bincount(index, weights=~changed, minlength=len(values))
    below = np.cumsum(negatives) - negatives
    return float((positives * (below + negatives / 2)).sum() / (positives.sum() * negatives.sum()))


def kappa_of(tp, fp, fn, tn):
    n = tp + fp + fn + tn
    agreed, expected = (tp + tn) / n, ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / n ** 2
    return (agreed - expected) / (1.0 - expected)


def kappa(score, changed, cut):
    found = score >= cut
    return float(kappa_of((found & changed).sum(), (found & ~changed).sum(), (~found & changed).sum(),
                          (~found & ~changed).sum()))


def oracle_kappa(score, changed):
    """Largest kappa of any threshold."""
    order = np.argsort(-score, kind="stable")
    hits, found = np.cumsum(changed[order]), np.arange(1, len(score) + 1)
    last_of_tie = np.append(np.diff(score[order]) != 0, True)
    hits, found = hits[last_of_tie].astype(float), found[last_of_tie].astype(float)
    positives, n = float(changed.sum()), float(len(score))
    return float(kappa_of(hits, found - hits, positives - hits, n - found - positives + hits).max())


def rate_at(score, changed, false_positive_rate):
    """True positive rate at the threshold that this share of the unchanged pixels exceeds."""
    return float((score[changed] > np.quantile(score[~changed], 1.0 - false_positive_rate)).mean())
