# SPDX-License-Identifier: Apache-2.0
# GDAL's own validator on a file, and what rasterio reads of it: check_cog.py FILE. Exit 0: a valid cloud-optimized
# GeoTIFF without a warning, and rasterio finds the pixels, levels and georeference that GDAL finds.
import sys

import numpy
import rasterio
from osgeo import gdal
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate

gdal.UseExceptions()


def same(read, expected):
    return numpy.array_equal(read, expected, equal_nan=expected.dtype.kind == "f")


def differences(path):
    dataset = gdal.Open(path)
    with rasterio.open(path) as raster:
        if (raster.width, raster.height, raster.count) != (dataset.RasterXSize, dataset.RasterYSize, dataset.RasterCount):
            yield f"rasterio: {raster.width} x {raster.height} x {raster.count}"
        if raster.transform.to_gdal() != dataset.GetGeoTransform():
            yield f"rasterio: transform {raster.transform}"
        projection = dataset.GetProjection()
        if bool(raster.crs) != bool(projection) or (projection and raster.crs != rasterio.crs.CRS.from_wkt(projection)):
            yield f"rasterio: CRS {raster.crs}"
        for index in raster.indexes:
            band = dataset.GetRasterBand(index)
            nodata, expected = raster.nodatavals[index - 1], band.GetNoDataValue()
            if not (nodata == expected or (nodata != nodata and expected != expected)):
                yield f"rasterio: band {index}: nodata {nodata}, GDAL: {expected}"
            if raster.descriptions[index - 1] != (band.GetDescription() or None):
                yield f"rasterio: band {index}: description {raster.descriptions[index - 1]}"
            if not same(raster.read(index), band.ReadAsArray()):
                yield f"rasterio: band {index}: other pixels"
            if not same(raster.read_masks(index), band.GetMaskBand().ReadAsArray()):
                yield f"rasterio: band {index}: another mask"
            levels = [round(band.XSize / band.GetOverview(i).XSize) for i in range(band.GetOverviewCount())]
            if raster.overviews(index) != levels:
                yield f"rasterio: band {index}: overviews {raster.overviews(index)}, GDAL: {levels}"
    for level in range(len(levels)):
        with rasterio.open(path, overview_level=level) as overview:
            if not same(overview.read(1), dataset.GetRasterBand(1).GetOverview(level).ReadAsArray()):
                yield f"rasterio: overview {level}: other pixels"


warnings, errors, _ = validate(sys.argv[1], full_check=True)
found = warnings + errors + list(differences(sys.argv[1]))
for message in found:
    print(message)
sys.exit(1 if found else 0)
