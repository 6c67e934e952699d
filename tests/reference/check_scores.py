# SPDX-License-Identifier: Apache-2.0
"""Holds every statistical and window score of the program to numpy and skimage, on a real pair and on random ones."""
import numpy as np

import change_reference as reference
from harness import CLASSIC, Check, read_raster, skip
from preset_reference import box_mean, box_sum, huber_fit

try:
    from skimage.exposure import match_histograms
    from skimage.metrics import structural_similarity
except ImportError:
    skip("skimage is not installed (package python3-skimage)")

T_TOLERANCE = 1e-5  # of 1 + T
# Passes until the fixed point: what is compared is the solution, not where an iteration was stopped.
CONVERGED = ["--irmad-tolerance", "1e-8", "--irmad-passes", "1000"]


def random_pair(p, kind, height, width, seed):
    """Bands of mixed smooth structure and noise; AFTER has another radiometry, mixed bands and some changed blocks."""
    rng = np.random.default_rng([seed, p])
    rows, columns = np.mgrid[0:height, 0:width]
    ground = np.stack([np.sin(rows / rng.uniform(5, 40) + k) + np.cos(columns / rng.uniform(5, 40) - k)
                       for k in range(p)])
    before = ground + 0.4 * rng.standard_normal(ground.shape)
    mixing = np.eye(p) + 0.3 * rng.standard_normal((p, p)) / np.sqrt(p)
    after = np.tensordot(mixing, ground, 1) + 0.4 * rng.standard_normal(ground.shape)
    for _ in range(12):
        y, x = rng.integers(0, height - 12), rng.integers(0, width - 12)
        after[:, y:y + 12, x:x + 12] += 2.0 * rng.standard_normal((p, 1, 1))
    scale = rng.uniform(80, 400, (p, 1, 1))
    pair = [3000.0 + scale * before, 2500.0 + 0.8 * scale * after]
    if kind == "f32":
        return [(date / 10000.0).astype(np.float32) for date in pair]
    return [np.clip(np.rint(date), 0, 65535).astype(np.uint16) for date in pair]


def flat(paths):
    """Bands x pixels in float64, and the image's height and width."""
    dates = [read_raster(path).astype(np.float64) for path in paths]
    return [date.reshape(len(date), -1) for date in dates], dates[0].shape[1:]


def check_t(check, what, run, expected, shape, tolerance=T_TOLERANCE):
    check.close(what, run.require().pixels()[0] ** 2, expected.reshape(shape), tolerance)


def check_irmad(check, what, paths):
    """Textbook mode pass by pass, consistent mode at the fixed point."""
    (x, y), shape = flat(paths)
    run = check.detect(*paths, "--score", "irmad", "--irmad", "canty", *CLASSIC).require()
    report, own = run.summary()["statistics"]["irmad"], reference.IrMad(x, y, "canty", 1e-3)
    solved = len(report["rho_by_iteration"])  # a pass that a guard ended gives no solution
    check.expect(what + " irmad canty: solutions, degenerate",
                 abs(solved - len(own.history)) <= 1 and report["degenerate"] == own.degenerate,
                 "%d %s, %d %s expected" % (solved, report["degenerate"], len(own.history), own.degenerate))
    same = reference.IrMad(x, y, "canty", 0.0, passes=solved)
    # Below three bands the textbook iteration has no fixed point: it magnifies the rounding of float coefficients.
    check_t(check, what + " irmad canty", run, same.statistic(x, y), shape, T_TOLERANCE if len(x) >= 3 else 5e-5)
    run = check.detect(*paths, "--score", "irmad", *CONVERGED, *CLASSIC).require()
    own = reference.IrMad(x, y, "consistent", 1e-9, 1000)
    report = run.summary()["statistics"]["irmad"]
    check.expect(what + " irmad: converged or degenerate alike", report["degenerate"] == own.degenerate and
                 (report["converged"] or own.degenerate), "%s of %s" % (report["degenerate"], own.degenerate))
    if not own.degenerate or len(own.history) == len(report["rho_by_iteration"]):
        check_t(check, what + " irmad at its fixed point", run, own.statistic(x, y), shape)


def check_forms(check, what, paths):
    """The other scores that are combinations of quadratic forms."""
    (x, y), shape = flat(paths)
    unweighted = ["--weights", "none", *CLASSIC]
    forward, backward = reference.chronochrome(x, y), reference.chronochrome(y, x)
    expected = {"mad": reference.Mad(x, y).statistic(x, y), "mahalanobis": reference.mahalanobis(x, y),
                "chronochrome --chronochrome forward": forward, "chronochrome --chronochrome backward": backward,
                "chronochrome --chronochrome smaller": np.minimum(forward, backward)}
    for score, t in expected.items():
        run = check.detect(*paths, "--score", *score.split(), *unweighted)
        check_t(check, "%s %s" % (what, score), run, t, shape)
    run = check.detect(*paths, "--score", "hacd", *unweighted).require()
    joint, apart = (t.reshape(shape) for t in reference.hacd_forms(x, y))
    # No square root; a difference of float sums is as exact as they are.
    check.close(what + " hacd", run.pixels()[0], np.maximum(joint - apart, 0.0), T_TOLERANCE, scale=1.0 + joint + apart)
    run = check.detect(*paths, "--score", "mahalanobis", "--weights", "none", "--normalize", "zscore", "--smooth", "1",
                       "--fit-pixels", "all")
    t = reference.mahalanobis(reference.standardised(x), reference.standardised(y))
    check_t(check, what + " mahalanobis, z-scored", run, t, shape)


def check_slow_features(check, what, paths):
    """ISFA at its fixed point; there is none below three bands."""
    (x, y), shape = flat(paths)
    t, _ = reference.iterated_slow_features(x, y, 1e-10, 1000)
    run = check.detect(*paths, "--score", "isfa", "--irmad-tolerance", "1e-9", "--irmad-passes", "1000", *CLASSIC)
    check_t(check, what + " isfa", run, t, shape)


def check_quadratic(check, what, paths, p):
    for part in (check_forms, check_irmad) + ((check_slow_features,) if p >= 3 else ()):
        check.part(part, what, paths)


def check_unequal_bands(check):
    """Three bands before, two after: two canonical variates."""
    before, after = random_pair(3, "u16", 130, 170, 5)
    paths = check.pair("unequal", before, after[:2])
    (x, y), shape = flat(paths)
    check_t(check, "3 and 2 bands mad", check.detect(*paths, "--score", "mad", *CLASSIC),
            reference.Mad(x, y).statistic(x, y), shape)


def check_holes(check):
    """Nodata of either date takes part in no statistic and no window."""
    before, after = random_pair(3, "u16", 140, 160, 6)
    rng = np.random.default_rng(3)
    before[1][rng.random(before[1].shape) < 0.1] = 0
    after[2][rng.random(after[2].shape) < 0.1] = 0
    paths = check.pair("holes", before, after, nodata=0)
    valid = (before != 0).all(axis=0) & (after != 0).all(axis=0)
    x, y = (date.astype(float)[:, valid] for date in (before, after))
    scores = {"mad": reference.Mad(x, y).statistic(x, y), "chronochrome": reference.chronochrome(x, y)}
    for name, expected in scores.items():
        plane = np.full(valid.shape, np.nan)
        plane[valid] = expected
        options = ["--score", name, "--weights", "none", "--normalize", "none", "--fit-pixels", "all"]
        check_t(check, "holes " + name, check.detect(*paths, *options, "--smooth", "1"), plane, valid.shape)
        smooth = box_mean(np.sqrt(np.where(valid, plane, 0.0)), 5, valid)
        run = check.detect(*paths, *options, "--smooth", "5").require()
        check.close("holes %s, box mean over valid pixels" % name, run.pixels()[0], smooth, 1e-5)


def inside(plane, radius):
    return plane[radius:-radius, radius:-radius]


def check_windows(check, before, after, data_range=255):
    """ssim against skimage, ncc and the multilook log ratio against numpy."""
    x, y = (read_raster(path).astype(np.float64) for path in (before, after))
    options = ["--data-range", str(data_range), *CLASSIC]
    for side in (7, 11):
        maps = [structural_similarity(a, b, win_size=side, data_range=data_range, full=True)[1] for a, b in zip(x, y)]
        run = check.detect(before, after, "--score", "ssim", "--window", str(side), *options).require()
        check.close("ssim, window %d" % side, inside(run.pixels()[0], side // 2), inside(1.0 - np.mean(maps, axis=0),
                                                                                         side // 2), 1e-6, scale=1.0)
    count, floor, maps = 81.0, (data_range * 2.0 ** -12) ** 2, []
    for a, b in zip(x, y):
        a, b = a - a.mean(), b - b.mean()
        ma, mb = box_sum(a, 9) / count, box_sum(b, 9) / count
        va, vb, cab = ((box_sum(u * v, 9) - count * mu * mv) / (count - 1.0)
                       for u, v, mu, mv in ((a, a, ma, ma), (b, b, mb, mb), (a, b, ma, mb)))
        maps.append(cab / np.sqrt(np.maximum(va, floor) * np.maximum(vb, floor)))
    run = check.detect(before, after, "--score", "ncc", "--window", "9", *options).require()
    check.close("ncc, window 9", inside(run.pixels()[0], 4), inside(1.0 - np.mean(maps, axis=0), 4), 1e-6, scale=1.0)
    for side in (1, 3, 5):
        ratio = [np.abs(np.log((box_mean(b, side) + 1.0) / (box_mean(a, side) + 1.0))) for a, b in zip(x, y)]
        run = check.detect(before, after, "--score", "log-ratio", "--window", str(side), *CLASSIC).require()
        check.close("log-ratio, multilook %d" % side, run.pixels()[0], np.mean(ratio, axis=0), 1e-6)


def check_index(check):
    """Difference of the normalised difference of two named bands."""
    before, after = random_pair(4, "u16", 90, 110, 9)
    paths = check.pair("index", before, after, descriptions=("blue", "green", "red", "nir"))
    index = [(date[3] - date[2]) / (date[3] + date[2]) for date in (before.astype(float), after.astype(float))]
    run = check.detect(*paths, "--score", "index:ndvi", *CLASSIC).require()
    check.close("index:ndvi", run.pixels()[0], np.abs(index[1] - index[0]), 1e-6, scale=1.0)


def check_rounding(check, before, after, method):
    """BEFORE's pixel type by default, halves up, never nodata; other types when asked for."""
    exact = check.normalize(before, after, "--normalize", method, "-ot", "Float32").require().pixels()
    valid = ~np.isnan(exact)
    kind = read_raster(before).dtype
    for options, expected in (([], kind), (["-ot", "Byte"], np.dtype("uint8")), (["-ot", "Int16"], np.dtype("int16"))):
        run = check.normalize(before, after, "--normalize", method, *options).require()
        found = read_raster(run.out)
        check.expect("normalize %s %s: type" % (method, " ".join(options)), found.dtype == expected, str(found.dtype))
        limits = np.iinfo(expected)
        nodata = limits.min  # 0 or -32768, as the scene has none of its own
        rounded = np.clip(np.floor(exact[valid] + 0.5), limits.min, limits.max)
        rounded[rounded == nodata] += 1
        check.expect("normalize %s %s: rounded" % (method, " ".join(options)), np.array_equal(found[valid], rounded))
        check.expect("normalize %s %s: holes" % (method, " ".join(options)), (found[~valid] == nodata).all())


def check_normalize(check, before, after):
    """The verb normalize: histogram matching against skimage, Huber's line against numpy."""
    x, y = read_raster(before), read_raster(after)
    run = check.normalize(before, after, "--normalize", "histogram", "-ot", "Float32").require()
    expected = [match_histograms(b.astype(np.float64), a.astype(np.float64)) for a, b in zip(x, y)]
    check.close("normalize histogram", run.pixels(), expected, 1e-6)
    for method in ("histogram", "orthogonal"):
        check_rounding(check, before, after, method)
    run = check.normalize(before, after, "--normalize", "huber").require()
    for number, band in enumerate(run.summary()["normalization"]["bands"]):
        line = huber_fit(*(date[number].reshape(1, -1).astype(np.float64) for date in (x, y)))
        # The program takes the median of |r| from a histogram of 0.8 % bins.
        check.close("normalize huber: band %d" % (number + 1), [band["gain"], band["offset"]],
                    [line[0][0], line[1][0]], 1e-3)


def main():
    check = Check(__doc__, [(("--bands",), {"type": int, "nargs": "+", "default": [1, 2, 3, 4, 6, 13, 60]})])
    before, after, _ = check.scene("taizhou")
    check_quadratic(check, "taizhou", (before, after), 6)
    for p in check.arguments.bands:
        for kind in ("u16", "f32"):
            pair = random_pair(p, kind, 190, 230, 1)
            check_quadratic(check, "%d bands %s" % (p, kind), check.pair("random", *pair), p)
    for part in (check_windows, check_normalize):
        check.part(part, before, after)
    for part in (check_unequal_bands, check_holes, check_index):
        check.part(part)
    check.finish()


if __name__ == "__main__":
    main()
