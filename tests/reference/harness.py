# SPDX-License-Identifier: Apache-2.0
"""How the checks of this folder run the program, pass rasters to it, and say what they found.

Exit status of a check: 0 all held, 1 something did not, 77 could not run (a failure instead where CI is set).
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

SKIPPED = 77
CLASSIC = ["--normalize", "none", "--smooth", "1", "--fit-pixels", "all"]  # the score alone


def skip(reason):
    """Ends the check: what it needs is not here."""
    print("SKIPPED:", reason)
    sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)


def read_raster(path):
    """(bands, height, width) in the file's type."""
    array = gdal.Open(str(path)).ReadAsArray()
    return array[None] if array.ndim == 2 else array


def write_raster(path, bands, descriptions=(), nodata=None):
    """A plain GeoTIFF without georeference. bands : (bands, height, width)."""
    kind = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "float32": gdal.GDT_Float32,
            "float64": gdal.GDT_Float64}[bands.dtype.name]
    count, height, width = bands.shape
    raster = gdal.GetDriverByName("GTiff").Create(str(path), width, height, count, kind, ["INTERLEAVE=BAND"])
    raster.WriteArray(bands)
    for number in range(1, raster.RasterCount + 1):
        band = raster.GetRasterBand(number)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if descriptions:
            band.SetDescription(descriptions[number - 1])
    raster = None
    return str(path)


class RunFailed(Exception):
    """The program gave no result where one was due."""


class Run:
    """One run of a verb: exit status, messages, and of `detect` and `normalize` the result and the summary."""

    def __init__(self, process, out):
        self.status, self.stdout, self.stderr, self.out = process.returncode, process.stdout, process.stderr, out

    def require(self):
        if self.status != 0:
            raise RunFailed("exit status %d: %s" % (self.status, self.stderr.strip()))
        return self

    def summary(self):
        return json.loads(pathlib.Path(self.out).with_suffix(".json").read_text(encoding="utf-8"))

    def pixels(self, product=None):
        """The output's bands in float64, or those of the product that stands beside it."""
        path = pathlib.Path(self.out)
        if product:
            path = path.with_name("%s_%s%s" % (path.stem, product, path.suffix))
        return read_raster(path).astype(np.float64)

    def warning_codes(self):
        return [warning["code"] for warning in self.summary()["warnings"]]


class Check:
    """One script's run: its arguments, a scratch folder, the program, and the tally of what was compared."""

    def __init__(self, about, arguments=()):
        parser = argparse.ArgumentParser(description=about)
        parser.add_argument("--program", default=os.environ.get("GROUNDSHIFT_PROGRAM"), help="groundshift itself")
        parser.add_argument("--data", default=os.environ.get("GROUNDSHIFT_TEST_DATA"), help="folder of the real scenes")
        parser.add_argument("--keep", help="write the scenes and results here and leave them")
        for names, settings in arguments:
            parser.add_argument(*names, **settings)
        self.arguments = parser.parse_args()
        self.temporary = None if self.arguments.keep else tempfile.TemporaryDirectory(prefix="groundshift_")
        self.folder = pathlib.Path(self.arguments.keep or self.temporary.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.compared, self.failed, self.runs = 0, 0, 0

    def scene(self, name):
        """Paths of before, after and truth of a real pair."""
        if not self.arguments.data or not pathlib.Path(self.arguments.data, "pairs").is_dir():
            skip("no folder of real scenes (GROUNDSHIFT_TEST_DATA, --data)")
        folder = pathlib.Path(self.arguments.data, "pairs", name)
        return [str(folder / (role + ".tif")) for role in ("before", "after", "truth")]

    def run(self, verb, *words, backend="cpu", timeout=900):
        """Runs the program; no shell. The result file is the third word of detect and normalize."""
        if not self.arguments.program or not os.access(self.arguments.program, os.X_OK):
            sys.exit("no program to run: --program or GROUNDSHIFT_PROGRAM says %s" % self.arguments.program)
        environment = dict(os.environ, GROUNDSHIFT_BACKEND=backend)
        process = subprocess.run([self.arguments.program, verb, *map(str, words)], env=environment, timeout=timeout,
                                 capture_output=True, text=True, check=False)
        return Run(process, words[2] if len(words) > 2 else None)

    def new_output(self):
        self.runs += 1
        return str(self.folder / ("out_%03d.tif" % self.runs))

    def detect(self, before, after, *options):
        return self.run("detect", before, after, self.new_output(), "-of", "GTiff", "--overwrite", "--quiet", *options)

    def normalize(self, before, after, *options):
        return self.run("normalize", before, after, self.new_output(), "--overwrite", "--quiet", *options)

    def pair(self, name, before, after, **settings):
        """Writes a pair and gives its paths."""
        return [write_raster(self.folder / ("%s_%s.tif" % (name, role)), array, **settings)
                for role, array in (("before", before), ("after", after))]

    def expect(self, what, held, detail=""):
        self.compared += 1
        self.failed += not held
        print("%-4s %s%s" % ("ok" if held else "FAIL", what, ": " + detail if detail else ""), flush=True)
        return bool(held)

    def close(self, what, found, expected, tolerance, scale=None):
        """|found - expected| <= tolerance * scale at every pixel, NaN at the same. scale None is 1 + |expected|."""
        found, expected = np.asarray(found, float), np.asarray(expected, float)
        if found.shape != expected.shape:
            return self.expect(what, False, "shapes %s and %s" % (found.shape, expected.shape))
        same_nan = np.array_equal(np.isnan(found), np.isnan(expected))
        scale = 1.0 + np.abs(expected) if scale is None else scale
        off = np.abs(found - expected) / scale
        worst = float(np.nanmax(off)) if np.isfinite(off).any() else np.inf
        return self.expect(what, same_nan and worst <= tolerance, "worst %.2e of %.0e allowed%s" %
                           (worst, tolerance, "" if same_nan else ", NaN at other pixels"))

    def part(self, function, *words):
        """A part of the check; a run in it that gives no result fails this part, and the others go on."""
        try:
            function(self, *words)
        except RunFailed as failure:
            self.expect("%s %s" % (function.__name__, " ".join(str(word) for word in words if isinstance(word, str))),
                        False, str(failure))

    def finish(self):
        if self.temporary:
            self.temporary.cleanup()
        print("%d compared, %d failed" % (self.compared, self.failed))
        sys.exit(0 if self.compared and not self.failed else 1)
