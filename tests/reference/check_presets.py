# SPDX-License-Identifier: Apache-2.0
"""Holds whole presets to the numpy reference, pixel by pixel, and the thresholds to the histogram rules."""
import numpy as np
from scipy.special import chdtrc

import threshold_reference as thresholds
from change_reference import ScaledF
from harness import CLASSIC, Check, read_raster
from preset_reference import fit_lines, landcover_parts, preset_score, scaled_difference

# pair, preset
PRESETS = [("taizhou", "multispectral"), ("taizhou", "general"), ("szada-1-crop", "general"), ("szada-1-crop", "vhr"),
           ("sardinia-lake", "general"), ("bern-sar", "sar"), ("taizhou", "construction"), ("taizhou", "anomaly")]
# The program takes the median of the contextual statistic from 0.8 % bins and its weights from a table.
SCORE_TOLERANCE = 2e-3
BIN = 2.0 ** (1.0 / thresholds.PER_OCTAVE)
RULES = ("otsu", "triangle", "ki", "ki-sqrt", "auto")


def check_thresholds(check, what, run):
    """Every rule on the program's own scores, within one bin; the share of pixels above the one that was used."""
    score = run.pixels()[0]
    report = run.summary()["thresholds"]
    for rule in RULES:
        if rule in report["all"]:
            found, expected = report["all"][rule]["value"], thresholds.threshold(rule, score)
            check.expect("%s: %s" % (what, rule), 1.0 / BIN <= found / expected <= BIN,
                         "%.5f, %.5f" % (found, expected))
    used = report["used"]
    finite = score[np.isfinite(score)]
    share = float((finite > used["value"]).mean())
    near = float((np.abs(np.log2(np.maximum(finite, 1e-30) / used["value"])) < 1.0 / thresholds.PER_OCTAVE).mean())
    check.expect(what + ": changed fraction", abs(share - used["changed_fraction"]) <= near + 1e-9,
                 "%.6f, %.6f" % (used["changed_fraction"], share))


def check_preset(check, pair, preset):
    paths = check.scene(pair)[:2]
    run = check.detect(*paths, "--preset", preset).require()
    score, rule = preset_score(preset, *(read_raster(path) for path in paths))
    what = "%s %s" % (pair, preset)
    check.close(what + ": score", run.pixels()[0], score, SCORE_TOLERANCE)
    used = run.summary()["thresholds"]["used"]["rule"]
    check.expect(what + ": rule", used == rule, "%s, %s expected" % (used, rule))
    check_thresholds(check, what, run)


def check_class_product(check):
    """class is 1 exactly where the score passes the threshold that was used, before any cleaning."""
    before, after, _ = check.scene("taizhou")
    run = check.detect(before, after, "--products", "score,class", "--min-area", "0", "--hysteresis", "1").require()
    score, marked = run.pixels()[0], run.pixels("class")[0]
    found = score > run.summary()["thresholds"]["used"]["value"]
    values = np.unique(marked)
    check.expect("class: two values", len(values) == 2, str(values))
    check.expect("class: change where score > threshold", np.array_equal(marked == values[-1], found),
                 "%d pixels differ" % (found != (marked == values[-1])).sum())


def check_p_values(check):
    """pvalue against chi-square and against the scaled F fitted in numpy to the same T."""
    before, after, _ = check.scene("taizhou")
    for null in ("chi2", "f"):
        options = ["--score", "irmad", "--null", null, *CLASSIC]
        run = check.detect(before, after, "--products", "score,pvalue", *options).require()
        t, found = run.pixels()[0] ** 2, run.pixels("pvalue")[0]
        expected = chdtrc(6, t) if null == "chi2" else ScaledF(t.ravel(), 6).p_value(t)
        # nu and k of the program come from 0.8 % bins, interpolated.
        certain = expected > (1e-30 if null == "chi2" else 1e-6)
        check.close("pvalue under " + null, np.log(found[certain]), np.log(expected[certain]),
                    2e-3 if null == "chi2" else 2e-2)
        alpha = 0.01
        cut = check.detect(before, after, "--threshold", "p:%s" % alpha, *options).require()
        share = float((found <= alpha).mean())
        used = cut.summary()["thresholds"]["used"]
        check.expect("threshold p:%s under %s" % (alpha, null), abs(used["changed_fraction"] - share) <= 2e-3,
                     "%.5f, %.5f of the p-values" % (used["changed_fraction"], share))


def check_contextual_fit(check):
    """gain and offset of the contextual refit."""
    before, after, _ = check.scene("taizhou")
    x, y, w, _, _ = landcover_parts(read_raster(before), read_raster(after))
    gain, offset, _ = fit_lines(x, y, w)
    bands = check.normalize(before, after, "--normalize", "contextual").require().summary()["normalization"]["bands"]
    found = np.transpose([[band[key] for band in bands] for key in ("gain", "offset")])
    check.close("contextual: gain and offset", found, np.transpose([gain, offset]), SCORE_TOLERANCE)
    run = check.detect(before, after, "--normalize", "contextual", "--score", "scva", "--smooth", "1", "--fit-pixels",
                       "all").require()
    expected = np.sqrt((scaled_difference(x, y, w) ** 2).sum(axis=0)).reshape(run.pixels()[0].shape)
    check.close("contextual: scva", run.pixels()[0], expected, SCORE_TOLERANCE)


def main():
    check = Check(__doc__)
    for pair, preset in PRESETS:
        check.part(check_preset, pair, preset)
    for part in (check_contextual_fit, check_class_product, check_p_values):
        check.part(part)
    check.finish()


if __name__ == "__main__":
    main()
