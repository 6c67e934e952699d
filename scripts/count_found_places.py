#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How many of the changes in a truth raster are among the first N sites of a run.

    count_found_places.py OUT.tif TRUTH.tif [--first 80] [--reach 3]

Places of the truth are 4-connected parts of its changed pixels (value 2) grown by --reach pixels, so that what one
planted object breaks into counts once. A site has found the places it overlaps. Needs `<stem>_sites.gpkg` beside OUT
(detect --products sites). Prints: places, found by any site, found by the first N, sites among those that hit none.
"""
import argparse
import pathlib
import sys

import numpy as np
from osgeo import gdal, ogr
from scipy import ndimage

CHANGED = 2


def site_mask(feature, transform):
    """The site's pixels within its bounding box."""
    columns, rows = feature["cols"], feature["rows"]
    raster = gdal.GetDriverByName("MEM").Create("", columns, rows, 1)
    a, b, c, d, e, f = transform
    x, y = feature["col"], feature["row"]
    raster.SetGeoTransform((a + b * x + c * y, b, c, d + e * x + f * y, e, f))
    reference = feature.GetGeometryRef().GetSpatialReference()
    if reference is not None:
        raster.SetProjection(reference.ExportToWkt())
    vectors = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = vectors.CreateLayer("site", reference)
    shape = ogr.Feature(layer.GetLayerDefn())
    shape.SetGeometry(feature.GetGeometryRef())
    layer.CreateFeature(shape)
    gdal.RasterizeLayer(raster, [1], layer, burn_values=[1])
    return raster.ReadAsArray() > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("heatmap", type=pathlib.Path)
    parser.add_argument("truth")
    parser.add_argument("--first", type=int, default=80)
    parser.add_argument("--reach", type=int, default=3)
    arguments = parser.parse_args()
    gdal.UseExceptions()
    ogr.UseExceptions()

    truth = gdal.Open(arguments.truth)
    changed = truth.ReadAsArray() == CHANGED
    places, count = ndimage.label(ndimage.binary_dilation(changed, iterations=arguments.reach))
    vectors = ogr.Open(str(arguments.heatmap.with_name(arguments.heatmap.stem + "_sites.gpkg")))
    found, first, idle = set(), set(), 0
    for feature in vectors.GetLayer("sites"):
        x, y = feature["col"], feature["row"]
        box = places[y : y + feature["rows"], x : x + feature["cols"]]
        hit = set(np.unique(box[site_mask(feature, truth.GetGeoTransform())])) - {0} if box.any() else set()
        found |= hit
        if feature["rank"] <= arguments.first:
            first |= hit
            idle += not hit
    print(
        f"{count} places, {len(found)} found by any site, {len(first)} by the first {arguments.first}, "
        f"{idle} of which hit none"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
