# SPDX-License-Identifier: Apache-2.0
"""Pairs on different grids, misregistered or masked, through the program: against gdalwarp, and against themselves."""
import subprocess

import numpy as np
from osgeo import gdal
from scipy import ndimage

from harness import Check, read_raster

CVA = ["--normalize", "none", "--score", "cva", "--smooth", "1"]
CUTS = [["--tile", "256", "--threads", "1"], ["--tile", "512", "--threads", "3"], ["--memory", "64MiB", "--threads", "2"],
        ["--tile", "whole"]]


def like(path, source, bands, geotransform=None, nodata=None):
    """A GeoTIFF with the georeference of `source`."""
    kind = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "float32": gdal.GDT_Float32}[bands.dtype.name]
    origin = gdal.Open(str(source))
    raster = gdal.GetDriverByName("GTiff").Create(str(path), bands.shape[2], bands.shape[1], len(bands), kind)
    raster.SetGeoTransform(geotransform or origin.GetGeoTransform())
    raster.SetProjection(origin.GetProjection())
    raster.WriteArray(bands)
    if nodata is not None:
        for number in range(1, len(bands) + 1):
            raster.GetRasterBand(number).SetNoDataValue(nodata)
    raster = None
    return str(path)


def align(check, before, after, *options):
    return check.run("align", before, after, check.new_output(), "-of", "GTiff", "--overwrite", "--quiet", *options)


def warp(target, source, like_raster, method, *options):
    """gdalwarp onto the pixels of another raster, without approximated transforms."""
    grid = gdal.Open(like_raster)
    g = grid.GetGeoTransform()
    extent = [g[0], g[3] + g[5] * grid.RasterYSize, g[0] + g[1] * grid.RasterXSize, g[3]]
    subprocess.run(["gdalwarp", "-q", "-overwrite", "-et", "0", "-r", method, "-t_srs", grid.GetProjection(), "-te", *map(repr, extent), "-ts",
                    str(grid.RasterXSize), str(grid.RasterYSize), *options, str(source), str(target)], check=True)
    return read_raster(target).astype(np.float64)


def smooth_after(check, after, step, name):
    """Bands without detail that a kernel could differ about, float, on a grid of its own."""
    bands = np.stack([ndimage.gaussian_filter(band.astype(np.float32), 2.0) for band in read_raster(after)[:3]]) + 100
    g = gdal.Open(after).GetGeoTransform()
    return like(check.folder / name, after, bands, (g[0] + 11.3, step, 0, g[3] - 7.9, 0, -step))


def check_gdalwarp(check, before, after):
    """Same pixels as gdalwarp, far from the edges, where both use the same kernel. Lanczos is compared at the source's
    own scale only: GDAL 3.6 does not stretch it as it does the others (checked against the formula in the unit tests)."""
    for step, methods in ((30, ("bilinear", "cubic", "lanczos")), (12, ("bilinear", "cubic"))):
        source = smooth_after(check, after, step, "smooth_%d.tif" % step)
        for method in methods:
            run = align(check, before, source, "--align", "off", "-r", method).require()
            ours = run.pixels()
            theirs = warp(check.folder / "warped.tif", source, run.out, method, "-dstnodata", "nan")
            inside = ndimage.binary_erosion(np.isfinite(ours).all(0) & np.isfinite(theirs).all(0), iterations=8)
            off = (np.abs(ours - theirs) / np.abs(theirs))[:, inside]
            check.expect("gdalwarp -r %s, pixels of %d m" % (method, step), inside.sum() > 10000 and off.max() <= 1e-3,
                         "worst %.1e of the value over %d pixels" % (off.max(), inside.sum()))


def check_hashes(check, before, after):
    """Resampled, masked and co-registered pixels do not know tiles, threads or memory."""
    g = gdal.Open(after).GetGeoTransform()
    moved = like(check.folder / "moved.tif", after, read_raster(after), (g[0] + 41.0, 29.0, 0.9, g[3] - 17.0, 0.9, -29.0))
    rng = np.random.default_rng(5)
    mask = (ndimage.gaussian_filter(rng.standard_normal((1, 300, 300)), 6) > 0.01).astype(np.uint8)
    clouds = like(check.folder / "clouds.tif", after, mask, (g[0], 40.0, 0, g[3], 0, -40.0))
    jobs = {"default": [], "lanczos, masks": ["-r", "lanczos", "--after-mask", clouds + ":invert:dilate=70m"],
            "co-registered": ["--align", "local"], "other CRS": ["-t_srs", "EPSG:32650", "--score", "cva"]}
    for name, options in jobs.items():
        runs = [check.detect(before, moved, "--products", "score,quality", *options, *cut).require() for cut in CUTS]
        hashes = {tuple(product["pixel_hash"] for product in run.summary()["products"] if "pixel_hash" in product)
                  for run in runs}
        check.expect("%s: one hash for %d cuts" % (name, len(CUTS)), len(hashes) == 1, str(len(hashes)))


def check_reprojected(check, before, after):
    """CVA against AFTER on another grid stays as near as gdalwarp's own way there and back."""
    same = check.detect(before, after, *CVA).require().pixels()[0]
    utm, degrees, turned = (str(check.folder / name) for name in ("utm.tif", "degrees.tif", "turned.tif"))
    cubic = ["gdalwarp", "-q", "-overwrite", "-r", "cubic", "-et", "0"]
    subprocess.run([*cubic, "-t_srs", "EPSG:32650", after, utm], check=True)
    subprocess.run([*cubic, "-t_srs", "EPSG:4326", after, degrees], check=True)
    source = gdal.Open(after)
    g = source.GetGeoTransform()
    c, s = 30 * np.cos(0.2), 30 * np.sin(0.2)
    centre = (g[0] + 200 * g[1], g[3] + 200 * g[5])
    like(turned, after, np.zeros((6, 600, 600), np.uint8),
         (centre[0] - 300 * (c + s), c, s, centre[1] - 300 * (s - c), s, -c))
    target = gdal.Open(turned, gdal.GA_Update)
    gdal.ReprojectImage(source, target, None, None, gdal.GRA_Cubic, 0, 0)
    target = None
    x = read_raster(before).astype(float)
    for path in (utm, degrees, turned):
        run = check.detect(before, path, *CVA, "--src-nodata", "0").require()
        ours = run.pixels()[0]
        back = warp(check.folder / "back.tif", path, run.out, "cubic", "-srcnodata", "0", "-dstnodata", "0")
        theirs = np.sqrt(((back - x) ** 2).sum(axis=0))
        inside = np.isfinite(ours) & (back != 0).all(axis=0)
        mine, gdals = (np.abs(score - same)[inside].mean() for score in (ours, theirs))
        name = path.rsplit("/", 1)[1]
        check.expect("%s: CVA as near to the same-grid result as gdalwarp's" % name,
                     run.summary()["grid"]["size"] == [400, 400] and inside.mean() > 0.99 and mine <= 1.02 * gdals,
                     "mean difference %.3f, gdalwarp's %.3f, CVA's mean %.1f" % (mine, gdals, same.mean()))


def auc(check, run, truth):
    run.require()
    labels, score = read_raster(truth)[0].ravel(), run.pixels()[0].ravel()
    known = (labels > 0) & np.isfinite(score)
    order = np.argsort(np.argsort(score[known], kind="stable"), kind="stable") + 1.0
    changed = labels[known] == 2
    return (order[changed].sum() - changed.sum() * (changed.sum() + 1) / 2) / changed.sum() / (~changed).sum()


def check_alignment(check, before, after, truth):
    """AFTER moved by a part of a pixel and by pixels: --align auto brings the accuracy back."""
    unmoved = auc(check, check.detect(before, after), truth)
    for dx, dy in ((0.7, -0.4), (2.3, 1.6)):
        moved = np.stack([ndimage.shift(band.astype(float), (dy, dx), order=3, mode="nearest")
                          for band in read_raster(after)])
        path = like(check.folder / "shifted.tif", after, np.clip(np.rint(moved), 0, 255).astype(np.uint8))
        off, on = check.detect(before, path), check.detect(before, path, "--align", "auto")
        found = on.require().summary()["alignment"]
        check.expect("moved by (%.1f, %.1f): AUC with --align auto" % (dx, dy), auc(check, on, truth) >= unmoved - 0.003,
                     "%.4f, unmoved %.4f, without %.4f; found (%.2f, %.2f)" %
                     (auc(check, on, truth), unmoved, auc(check, off, truth), found["affine_x"][0], found["affine_y"][0]))
    run = check.detect(before, after, "--align", "auto")
    check.expect("a pair that lies well is left alone", run.require().summary()["inputs"][1]["place"]["relation"] == "equal")


def check_unrelated(check, before):
    other, _, _ = check.scene("szada-1-crop")
    crop = read_raster(other)[:1, :400, :400]
    path = like(check.folder / "unrelated.tif", before, np.repeat(crop, 6, axis=0))
    run = check.detect(before, path, "--align", "auto")
    check.expect("another place is refused", run.status == 3 and "no common structure" in run.stderr, run.stderr.strip())


def fits(run):
    summary = run.require().summary()
    return [summary["normalization"], summary["statistics"], summary["thresholds"]]


def check_masks(check, before, after):
    """What a mask takes out changes no statistic: the same run over pixels of any value there."""
    y, x = np.mgrid[0:400, 0:400]
    cloudy = ((y - 120) ** 2 + (x - 250) ** 2 < 60 ** 2) | (x + y > 700)
    clean = read_raster(after)
    spoilt = clean.copy()
    spoilt[:, cloudy] = 255
    nodata = like(check.folder / "nodata.tif", after, np.where(cloudy, 0, clean).astype(np.uint8), nodata=0)
    reference = fits(check.detect(before, nodata))
    udm2 = np.zeros((8, 400, 400), np.uint8)
    udm2[0] = ~cloudy
    scl = np.where(cloudy & (x % 2 == 0), 9, np.where(cloudy, 3, 4)).astype(np.uint8)[None]
    scl[0, :4, :4] = 11  # snow stays
    qa = np.where(cloudy, (1 << 3) | 64, 64).astype(np.uint16)[None]
    generic = (~cloudy).astype(np.uint8)[None] * 7
    for name, bands, rule in (("udm2", udm2, ":udm2"), ("scl", scl, ":scl"), ("qa_pixel", qa, ":qa_pixel"),
                              ("generic", generic, ""), ("bits", qa, ":bits=3"), ("values", scl, ":values=3,9")):
        mask = like(check.folder / ("mask_%s.tif" % name), after, bands)
        for role, picture in (("clean", clean), ("spoilt", spoilt)):
            path = like(check.folder / ("%s.tif" % role), after, picture, nodata=0)
            run = check.detect(before, path, "--after-mask", mask + rule, "--products", "score,quality")
            masked = run.require().pixels("quality")[0].astype(int) & 8 != 0
            check.expect("%s over %s pixels: the right pixels, the same fit" % (name, role),
                         np.array_equal(masked, cloudy) and np.isnan(run.pixels()[0][cloudy]).all() and
                         fits(run) == reference and run.summary()["quality"]["masked_after"] == int(cloudy.sum()))
    area = "%r,%r,%r,%r" % tuple(gdal.Open(after).GetGeoTransform()[0 if i % 2 == 0 else 3] + d
                                 for i, d in enumerate((3000.0, -9000.0, 9000.0, -3000.0)))
    run = check.detect(before, after, "--aoi", area, "--products", "score,quality")
    inside = np.isfinite(run.require().pixels()[0])
    check.expect("an area of interest of 200 x 200 pixels", inside.sum() == 40000 and inside[100:300, 100:300].all() and
                 run.summary()["quality"]["outside_aoi"] == 120000, str(inside.sum()))
    run = check.detect(before, after, "--aoi", "0,0,10,10")
    check.expect("an area outside is refused", run.status == 3 and "aoi" in run.stderr.lower(), run.stderr.strip())


def main():
    check = Check(__doc__)
    before, after, truth = check.scene("taizhou")
    for part in (check_gdalwarp, check_hashes, check_reprojected, check_masks):
        check.part(part, before, after)
    check.part(check_alignment, before, after, truth)
    check.part(check_unrelated, before)
    check.finish()


if __name__ == "__main__":
    main()
