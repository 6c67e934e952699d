#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures every preset, and the classical scores beside them, against truth: the accuracy table of the README.

    scripts/measure_presets.py --program build/release/bin/groundshift --data ../shared/data [--picture presets.svg]

Real pairs with truth; a real pair with buildings painted into AFTER, where eleven years of crops are the rest; and
synthetic ones of `groundshift synth`: few buildings, clearings and burns of low contrast among a strong season.
Prints Markdown. The picture shows the ROC curves of the construction preset and its rivals on the painted buildings and
the first synthetic pair, for the false positive rates that matter there (up to 5 %).
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
PAINTED = "naip-2009-2020-gridshift"  # rows are cut to those of both dates, which lie a fifth of a pixel apart
# Red, green, blue, infrared in 8 bits: sheet metal, concrete, tiles; and what a shadow leaves of the ground.
ROOFS = ((205, 205, 210, 190), (150, 145, 140, 135), (150, 95, 80, 120))
SHADOW = 0.45
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


def paint_buildings(source, folder, seed, building_count=90):
    """Writes the pair with buildings of 6 to 16 pixels and their shadows painted into AFTER, and its truth: roofs are
    changed, shadows unlabelled, all else is unchanged, what really changed there included. Gives the three paths."""
    rng = np.random.default_rng(seed)
    dates = [gdal.Open(str(source / (role + ".tif"))).ReadAsArray() for role in ROLES[:2]]
    height, width = (min(date.shape[axis] for date in dates) for axis in (1, 2))
    before, after = (date[:, :height, :width] for date in dates)
    after, truth = after.copy(), np.ones((1, height, width), np.uint8)
    painted = 0
    while painted < building_count:
        tall, wide, depth = rng.integers(6, 17), rng.integers(6, 17), rng.integers(1, 4)
        top, left = rng.integers(8, height - 32), rng.integers(8, width - 32)
        site = np.s_[:, top - 2:top + tall + depth + 2, left - 2:left + wide + depth + 2]
        if (truth[site] != 1).any() or (before[site] == 0).any() or (after[site] == 0).any():
            continue
        shadow, roof = (np.s_[:, top + d:top + tall + d, left + d:left + wide + d] for d in (depth, 0))
        after[shadow] = np.maximum(after[shadow] * SHADOW, 1).astype(np.uint8)
        truth[shadow] = 0
        colour = np.array(ROOFS[rng.integers(len(ROOFS))])[:, None, None]
        grain = rng.normal(0.0, 5.0, after[roof].shape)
        after[roof] = np.clip(np.rint(colour * rng.uniform(0.85, 1.15) + grain), 1, 255).astype(np.uint8)
        truth[roof] = 2
        painted += 1
    truth[:, ((before == 0) | (after == 0)).any(axis=0)] = 0
    folder.mkdir()
    paths = []
    for role, bands in zip(ROLES, (before, after, truth)):
        paths.append(folder / (role + ".tif"))
        raster = gdal.GetDriverByName("GTiff").Create(str(paths[-1]), width, height, len(bands), gdal.GDT_Byte)
        raster.WriteArray(bands)
        for number in range(1, len(bands) + 1):
            raster.GetRasterBand(number).SetNoDataValue(0)
        raster = None
    return paths


def roc(heatmap, truth):
    """False and true positive rates at rising false positive rate."""
    score, label = (gdal.Open(str(path)).ReadAsArray().ravel() for path in (heatmap, truth))
    known = (label > 0) & np.isfinite(score)
    order = np.argsort(-score[known], kind="stable")
    changed = (label[known] == 2)[order]
    return np.cumsum(~changed) / max((~changed).sum(), 1), np.cumsum(changed) / max(changed.sum(), 1)


def curves_of(rows, truth):
    return {method: roc(rows[method]["heatmap"], truth) for method in CURVES if "heatmap" in rows[method]}


def svg(panels):
    """One panel a scene: ROC curves up to LARGEST_FPR. panels : [(title, {method: (fpr, tpr)})]"""
    side, gap, left, top = 320, 70, 60, 50
    width, height = left + len(panels) * (side + gap) + 70, top + side + 60
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
        for method, (fpr, tpr) in curves.items():
            grid = np.linspace(0.0, LARGEST_FPR, 161)
            points = " ".join("%.1f,%.1f" % (x0 + side * f / LARGEST_FPR, y0 + side * (1.0 - np.interp(f, fpr, tpr)))
                              for f in grid)
            text.append('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>' % (CURVES[method], points))
    for line, (method, colour) in enumerate(CURVES.items()):
        text.append('<text x="%d" y="%d" fill="%s">%s</text>' % (width - 120, top + 16 + 18 * line, colour, method))
    return "\n".join([*text, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", default=os.environ.get("GROUNDSHIFT_TEST_DATA"), help="folder of the real scenes")
    parser.add_argument("--picture", help="write the ROC curves here as SVG")
    parser.add_argument("--only", nargs="+", help="names of scenes: %s, synthetic" % ", ".join([*REAL, "painted"]))
    arguments = parser.parse_args()
    wanted = arguments.only or [*REAL, "painted", "synthetic"]
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
        for seed in (1, 2) if "painted" in wanted else ():
            source = pathlib.Path(arguments.data, "pairs", PAINTED)
            pair = paint_buildings(source, pathlib.Path(folder, "painted_%d" % seed), seed)
            rows = {method: measure(arguments.program, folder, pair, method, words)
                    for method, words in METHODS.items()}
            table("%s, 90 buildings painted in, seed %d" % (PAINTED, seed), rows, {})
            if seed == 1:
                panels.append(("90 buildings painted into a real pair", curves_of(rows, pair[2])))
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
            if (contrast, seed) == SYNTHETIC[0]:
                panels.append(("synthetic, %s contrast, strong season" % contrast, curves_of(rows, pair[2])))
    if arguments.picture:
        pathlib.Path(arguments.picture).write_text(svg(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
