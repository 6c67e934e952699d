#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures every preset, and the classical scores beside them, against truth: the accuracy table of the README.

    scripts/measure_presets.py --program build/release/bin/groundshift --data ../shared/data [--picture presets.svg]

Real pairs with truth, and synthetic ones of `groundshift synth`: few buildings, clearings and burns of low contrast
among a strong season, where everything changes and little is new. Prints Markdown. The picture shows the ROC curves of
the construction preset and its rivals on the first synthetic pair of each contrast, for the false positive rates that
matter there (up to 5 %).
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from osgeo import gdal

gdal.UseExceptions()

ROLES = ("before", "after", "truth")
CLASSIC = ["--normalize", "none", "--smooth", "1"]
METHODS = {"no options": [],
           "general": ["--preset", "general"], "multispectral": ["--preset", "multispectral"],
           "vhr": ["--preset", "vhr"],
           "construction": ["--preset", "construction"], "anomaly": ["--preset", "anomaly"], "sar": ["--preset", "sar"],
           "CVA, z-scored": ["--score", "cva", "--normalize", "zscore", "--smooth", "1", "--threshold", "otsu"],
           "MAD": ["--score", "mad", *CLASSIC, "--threshold", "otsu"],
           "IR-MAD": ["--score", "irmad", *CLASSIC, "--threshold", "otsu"],
           "PIF, sCVA, mean 3": ["--normalize", "pif", "--score", "scva", "--smooth", "3", "--threshold", "ki"]}
REAL = ("taizhou", "sardinia-lake", "szada-1-crop", "szada-3", "bern-sar")
# contrast, seed
SYNTHETIC = [("medium", 1), ("faint", 1), ("medium", 2), ("faint", 2)]
# Kappa of maps that others published for the pair, scored on the same labels: source data/README.md of the scenes.
PUBLISHED = {"taizhou": {"CVA": 0.8918, "MAD": 0.8091, "SFA": 0.8971, "ISFA": 0.9281, "IR-MAD": 0.9324}}
# Of the picture: method -> colour
CURVES = {"construction": "#c0392b", "anomaly": "#8e44ad", "general": "#2471a3", "MAD": "#117a65", "IR-MAD": "#7d6608",
          "CVA, z-scored": "#707b7c"}
LARGEST_FPR = 0.05


def run(program, *words):
    environment = dict(os.environ, GROUNDSHIFT_BACKEND=os.environ.get("GROUNDSHIFT_BACKEND", "cpu"))
    return subprocess.run([program, *map(str, words)], env=environment, capture_output=True, text=True, check=False)


def measure(program, folder, pair, method, options):
    """One row: a dict of figures and the heatmap's path; a message in place of figures where the program refuses."""
    out = pathlib.Path(folder) / (method.replace(" ", "_").replace(",", "") + ".tif")
    before, after, truth = pair
    done = run(program, "detect", before, after, out, "-of", "GTiff", "--overwrite", "--quiet", *options)
    if done.returncode != 0:
        return {"refused": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "exit %d" % done.returncode}
    used = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))["thresholds"]["used"]
    done = run(program, "evaluate", out, truth, "--json", "--threshold", repr(used["value"]))
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    report = json.loads(done.stdout)
    own = min((abs(at["threshold"] - used["value"]), at["kappa"]) for rule, at in report["thresholds"].items()
              if rule != "oracle" and isinstance(at["threshold"], float))[1]
    return {"auc": report["auc"], "oracle": report["thresholds"]["oracle"]["kappa"], "own": own, "rule": used["rule"],
            "tpr": report["tpr_at_fpr_0.01"], "heatmap": out}


def cell(value, digits=3):
    """A figure from -1 to 1 without its leading zero."""
    return ("%.*f" % (digits, value)).replace("0.", ".", 1)


def table(title, rows, published):
    print("\n**%s**\n" % title)
    print("| method | AUC | best kappa | kappa at own threshold | TPR at 1 % FPR |\n|---|---|---|---|---|")
    for method, row in rows.items():
        if "refused" in row:
            print("| %s | refused: %s | | | |" % (method, row["refused"]))
        else:
            print("| %s | %s | %s | %s (%s) | %s |" % (method, cell(row["auc"], 4), cell(row["oracle"]),
                                                      cell(row["own"]), row["rule"], cell(row["tpr"])))
    for name, kappa in published.items():
        print("| published map, %s | - | - | %s | - |" % (name, cell(kappa, 4)))


def roc(heatmap, truth):
    """False and true positive rates at rising false positive rate."""
    score, label = (gdal.Open(str(path)).ReadAsArray().ravel() for path in (heatmap, truth))
    known = (label > 0) & np.isfinite(score)
    order = np.argsort(-score[known], kind="stable")
    changed = (label[known] == 2)[order]
    return np.cumsum(~changed) / max((~changed).sum(), 1), np.cumsum(changed) / max(changed.sum(), 1)


def svg(panels):
    """One panel a scene: ROC curves up to LARGEST_FPR. panels : [(title, {method: (fpr, tpr)})]"""
    side, gap, left, top = 320, 70, 60, 50
    width, height = left + len(panels) * (side + gap), top + side + 60
    text = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">' %
            (width, height), '<rect width="100%" height="100%" fill="white"/>']
    for number, (title, curves) in enumerate(panels):
        x0, y0 = left + number * (side + gap), top
        text.append('<text x="%d" y="%d" font-size="14">%s</text>' % (x0, y0 - 16, title))
        for k in range(6):
            at = y0 + side - k * side / 5
            text.append('<line x1="%d" x2="%d" y1="%g" y2="%g" stroke="#ddd"/>' % (x0, x0 + side, at, at))
            text.append('<text x="%d" y="%g" text-anchor="end">%.1f</text>' % (x0 - 6, at + 4, k / 5))
            at = x0 + k * side / 5
            text.append('<line x1="%g" x2="%g" y1="%d" y2="%d" stroke="#ddd"/>' % (at, at, y0, y0 + side))
            text.append('<text x="%g" y="%d" text-anchor="middle">%d %%</text>' % (at, y0 + side + 18,
                                                                                   round(100 * LARGEST_FPR * k / 5)))
        text.append('<text x="%g" y="%d" text-anchor="middle">share of unchanged pixels marked</text>' %
                    (x0 + side / 2, y0 + side + 40))
        if number == 0:
            text.append('<text transform="translate(16 %g) rotate(-90)" text-anchor="middle">share of changed pixels '
                        'found</text>' % (y0 + side / 2))
        for line, (method, (fpr, tpr)) in enumerate(curves.items()):
            grid = np.linspace(0.0, LARGEST_FPR, 161)
            points = " ".join("%.1f,%.1f" % (x0 + side * f / LARGEST_FPR, y0 + side * (1.0 - np.interp(f, fpr, tpr)))
                              for f in grid)
            text.append('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>' % (CURVES[method], points))
            text.append('<text x="%d" y="%d" fill="%s">%s</text>' % (x0 + side - 100, y0 + side - 96 + 16 * line,
                                                                     CURVES[method], method))
    return "\n".join([*text, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", default=os.environ.get("GROUNDSHIFT_TEST_DATA"), help="folder of the real scenes")
    parser.add_argument("--picture", help="write the ROC curves here as SVG")
    parser.add_argument("--only", nargs="+", help="names of scenes: %s, synthetic" % ", ".join(REAL))
    arguments = parser.parse_args()
    wanted = arguments.only or [*REAL, "synthetic"]
    if not arguments.data and set(wanted) != {"synthetic"}:
        sys.exit("measure_presets.py: no folder of real scenes (--data, GROUNDSHIFT_TEST_DATA)")
    panels = []
    with tempfile.TemporaryDirectory(prefix="groundshift_") as folder:
        for name in REAL:
            if name in wanted:
                pair = [pathlib.Path(arguments.data, "pairs", name, role + ".tif") for role in ROLES]
                rows = {method: measure(arguments.program, folder, pair, method, options)
                        for method, options in METHODS.items()}
                table(name, rows, PUBLISHED.get(name, {}))
        for contrast, seed in SYNTHETIC if "synthetic" in wanted else []:
            scene = pathlib.Path(folder, "%s_%d" % (contrast, seed))
            options = ["--size", "1024", "--bands", "4", "--pixel-size", "5", "--season", "2", "--contrast", contrast,
                       "--seed", str(seed)]
            done = run(arguments.program, "synth", scene, *options)
            if done.returncode != 0:
                raise SystemExit(done.stderr)
            pair = [scene / (role + ".tif") for role in ROLES]
            rows = {method: measure(arguments.program, folder, pair, method, words)
                    for method, words in METHODS.items()}
            table("`synth %s`" % " ".join(options), rows, {})
            curves = {method: roc(rows[method]["heatmap"], pair[2]) for method in CURVES if "heatmap" in rows[method]}
            if seed == 1:
                panels.append(("%s contrast, strong season" % contrast, curves))
    if arguments.picture:
        pathlib.Path(arguments.picture).write_text(svg(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
