# SPDX-License-Identifier: Apache-2.0
"""Golden numbers of the textbook methods and the accuracy that the presets must reach on real scenes.

The numbers come from float64 numpy references; change_reference.py and preset_reference.py beside this file give them
again (run with --reference to see that, without the program).
"""
import json

import numpy as np

import threshold_reference as accuracy
from change_reference import IrMad, Mad, iterated_slow_features, slow_features
from harness import CLASSIC, Check, read_raster
from preset_reference import fit_lines, preset_score

ASTER_RHO = [0.918877, 0.979093, 0.994255]
ASTER_FITS = [(1.383160, 19.047685, 0.994329), (1.426778, 15.487514, 0.997695), (1.152285, 19.297823, 0.996099)]
TAIZHOU_MAD = [0.11358, 0.30550, 0.47611, 0.54217, 0.71378, 0.81304]
TAIZHOU_IRMAD = [0.45760, 0.57265, 0.70874, 0.87616, 0.96716, 0.98329]
CONVERGED = ["--irmad", "canty", "--irmad-tolerance", "1e-7", "--irmad-passes", "500"]
# score, options, AUC on taizhou, tolerance on either side
TAIZHOU_AUC = [("mad", [], 0.974, 0.002), ("irmad", ["--irmad", "canty"], 0.995, 0.002), ("irmad", [], 0.995, 0.002)]
# pair, options, least AUC, least kappa at the preset's own threshold
PRESETS = [("taizhou", [], 0.999, 0.975), ("sardinia-lake", ["--preset", "general"], 0.996, None),
           ("szada-1-crop", ["--preset", "general"], 0.895, None), ("szada-3", ["--preset", "general"], 0.918, None),
           ("szada-1-crop", ["--preset", "vhr"], 0.930, None), ("szada-3", ["--preset", "vhr"], 0.944, None),
           ("bern-sar", ["--preset", "sar"], 0.997, None)]


def evaluate(check, run, truth):
    """The report of `groundshift evaluate` at the run's own threshold."""
    used = run.summary()["thresholds"]["used"]["value"]
    report = check.run("evaluate", run.out, truth, "--json", "--threshold", repr(used)).require()
    return json.loads(report.stdout)


def labelled(score, truth):
    """Score and label of the labelled pixels, for the AUC of threshold_reference."""
    truth = read_raster(truth)[0]
    known = (truth > 0) & np.isfinite(score)
    return score[known], truth[known] == 2


def check_aster(check):
    before, after, _ = check.scene("aster-rotated")
    run = check.detect(before, after, "--score", "irmad", "--irmad", "canty", *CLASSIC).require()
    report = run.summary()["statistics"]["irmad"]
    check.expect("aster canty: passes", report["iterations"] == 27, "%d, 27 expected" % report["iterations"])
    check.expect("aster canty: converged", report["converged"] and not report["degenerate"])
    check.close("aster canty: rho", np.sort(report["rho"]), ASTER_RHO, 5e-4, scale=1.0)

    x, y = (read_raster(path).reshape(3, -1).astype(float) for path in (before, after))
    reference = IrMad(x, y, "canty", 1e-3)
    check.close("aster canty: T", run.pixels()[0].ravel() ** 2, reference.statistic(x, y), 1e-4)
    product = check.detect(before, after, "--score", "irmad", "--irmad", "canty", "--null", "chi2", "--products",
                           "score,pvalue", *CLASSIC).require()
    kept = int((product.pixels("pvalue")[0] > 0.95).sum())
    check.expect("aster canty: pixels with P(no change) > .95", kept == 110, "%d, 110 expected" % kept)

    run = check.normalize(before, after, "--normalize", "pif", "--irmad", "canty", "-ot", "Float32").require()
    bands = run.summary()["normalization"]["bands"]
    for number, (band, (gain, offset, r)) in enumerate(zip(bands, ASTER_FITS), 1):
        found = [band["gain"], band["offset"], band["r"]]
        check.close("aster pif canty: band %d gain, offset, r" % number, found, [gain, offset, r], 1e-5, scale=1.0)
        check.expect("aster pif canty: band %d pixels" % number, abs(band["n_effective"] - 110) < 1e-6,
                     "%s, 110 expected" % band["n_effective"])
    gain, offset = (np.array([band[key] for band in bands])[:, None] for key in ("gain", "offset"))
    check.close("aster pif canty: pixels = gain * after + offset", run.pixels().reshape(3, -1), gain * y + offset, 1e-6)


def check_taizhou(check):
    before, after, truth = check.scene("taizhou")
    run = check.detect(before, after, "--score", "mad", *CLASSIC).require()
    check.close("taizhou mad: rho", np.sort(run.summary()["statistics"]["mad"]["rho"]), TAIZHOU_MAD, 1e-4, scale=1.0)
    run = check.detect(before, after, "--score", "irmad", *CONVERGED, *CLASSIC).require()
    report = run.summary()["statistics"]["irmad"]
    check.close("taizhou irmad canty converged: rho", np.sort(report["rho"]), TAIZHOU_IRMAD, 1e-4, scale=1.0)
    for score, options, expected, tolerance in TAIZHOU_AUC:
        run = check.detect(before, after, "--score", score, *options, *CLASSIC).require()
        auc = evaluate(check, run, truth)["auc"]
        check.expect("taizhou %s: AUC" % " ".join([score, *options]), abs(auc - expected) <= tolerance,
                     "%.4f, %.3f +- %.3f expected" % (auc, expected, tolerance))
        own = accuracy.auc(*labelled(run.pixels()[0], truth))
        check.expect("taizhou %s: evaluate's AUC against numpy" % score, abs(auc - own) < 1e-6,
                     "%.8f, %.8f" % (auc, own))
    # One pass of slow features is Mahalanobis's distance of the z-scored difference.
    run = check.detect(before, after, "--score", "mahalanobis", "--weights", "none", "--normalize", "zscore",
                       "--smooth", "1", "--fit-pixels", "all").require()
    auc = evaluate(check, run, truth)["auc"]
    check.expect("taizhou slow features: AUC", abs(auc - 0.976) <= 0.002, "%.4f, .976 +- .002 expected" % auc)
    auc = evaluate(check, check.detect(before, after, "--score", "isfa", *CLASSIC).require(), truth)["auc"]
    check.expect("taizhou isfa: AUC", auc >= 0.988, "%.4f, >= .988 expected" % auc)


def check_preset(check, pair, options, least_auc, least_kappa):
    before, after, truth = check.scene(pair)
    run = check.detect(before, after, *options).require()
    report = evaluate(check, run, truth)
    name = "%s %s" % (pair, options[-1] if options else "without options")
    check.expect(name + ": AUC", report["auc"] >= least_auc, "%.4f, >= %.3f expected" % (report["auc"], least_auc))
    if least_kappa:
        used = run.summary()["thresholds"]["used"]
        kappa = [at["kappa"] for rule, at in report["thresholds"].items()
                 if abs(at["threshold"] - used["value"]) <= 1e-6 * used["value"]]
        check.expect(name + ": kappa at its own threshold", kappa and kappa[0] >= least_kappa,
                     "%s at %s %.4f, >= %.3f expected" % (kappa, used["rule"], used["value"], least_kappa))


def check_reference(check):
    """The same numbers from the numpy reference alone."""
    x, y = (read_raster(path).reshape(3, -1).astype(float) for path in check.scene("aster-rotated")[:2])
    aster = IrMad(x, y, "canty", 1e-3)
    check.expect("reference: aster passes", len(aster.history) == 27, str(len(aster.history)))
    check.close("reference: aster rho", np.sort(aster.mad.rho), ASTER_RHO, 1e-6, scale=1.0)
    kept = (aster.final_weights(x, y) > 0.95).astype(float)
    check.expect("reference: aster pixels", kept.sum() == 110, str(kept.sum()))
    gain, offset, _ = fit_lines(x, y, kept)
    expected = [line[:2] for line in ASTER_FITS]
    check.close("reference: aster lines", np.transpose([gain, offset]), expected, 1e-6, scale=1.0)

    *paths, truth = check.scene("taizhou")
    x, y = (read_raster(path).reshape(6, -1).astype(float) for path in paths)
    mad, converged = Mad(x, y), IrMad(x, y, "canty", 1e-7, 500)
    check.close("reference: taizhou mad rho", mad.rho[::-1], TAIZHOU_MAD, 1e-5, scale=1.0)
    # The published values stopped a little before the fixed point.
    check.close("reference: taizhou irmad rho", converged.mad.rho[::-1], TAIZHOU_IRMAD, 5e-5, scale=1.0)
    for name, t, expected in (("mad", mad.statistic(x, y), 0.974), ("sfa", slow_features(x, y), 0.976),
                              ("irmad canty", IrMad(x, y, "canty", 1e-3).statistic(x, y), 0.995),
                              ("irmad", IrMad(x, y).statistic(x, y), 0.995),
                              ("isfa", iterated_slow_features(x, y)[0], 0.995)):
        auc = accuracy.auc(*labelled(t.reshape(400, 400), truth))
        check.expect("reference: taizhou %s AUC" % name, abs(auc - expected) < 0.001, "%.4f" % auc)
    for pair, options, least_auc, least_kappa in PRESETS:
        *paths, truth = check.scene(pair)
        score, rule = preset_score(options[-1] if options else "multispectral", *(read_raster(path) for path in paths))
        auc = accuracy.auc(*labelled(score, truth))
        kappa = accuracy.kappa(*labelled(score, truth), accuracy.threshold(rule, score.ravel()))
        check.expect("reference: %s %s" % (pair, options[-1] if options else "multispectral"),
                     auc >= least_auc and kappa >= (least_kappa or 0), "AUC %.4f, kappa %.3f" % (auc, kappa))


def main():
    check = Check(__doc__, [(("--reference",), {"action": "store_true", "help": "hold the numpy reference to them"})])
    if check.arguments.reference:
        check_reference(check)
    else:
        check.part(check_aster)
        check.part(check_taizhou)
        for row in PRESETS:
            check.part(check_preset, *row)
    check.finish()


if __name__ == "__main__":
    main()
