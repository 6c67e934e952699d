#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes examples/romania-logging from the Sentinel-2 cube that PyPI's package nrt 0.2.1 carries.

    pip download --no-deps nrt==0.2.1 && scripts/make_sample_pair.py nrt-0.2.1-py3-none-any.whl examples/romania-logging

Needs GDAL's Python bindings with the netCDF driver. Two clear dates of the same season are taken as they are: no
resampling, no scaling; only the geotransform is computed from the cube's pixel centres.
"""
import datetime
import os
import sys
import tempfile
import zipfile

import numpy as np
from osgeo import gdal, osr

CUBE = "nrt/data/sentinel2_cube_subset_romania_10m.nc"
DATES = {"before": datetime.date(2017, 7, 11), "after": datetime.date(2020, 6, 30)}
EPOCH = datetime.date(2015, 8, 1)  # "days since" of the cube's time axis
BANDS = {"B2": "blue", "B3": "green", "B4": "red", "B8": "nir"}
CLEAR = (4, 5, 6, 7)  # classes of Sentinel-2's scene classification: vegetation, bare, water, unclassified


def main(wheel, folder):
    gdal.UseExceptions()
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(wheel) as archive:
            cube = archive.extract(CUBE, scratch)
        group = gdal.OpenEx(cube, gdal.OF_MULTIDIM_RASTER).GetRootGroup()
        array = {name: group.OpenMDArray(name).ReadAsArray() for name in ("time", "x", "y", "SCL", *BANDS)}
    x, y = array["x"], array["y"]
    step = float(x[1] - x[0])
    transform = (float(x[0]) - step / 2, step, 0.0, float(y[0]) + step / 2, 0.0, float(y[1] - y[0]))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(3035)
    os.makedirs(folder, exist_ok=True)
    for role, date in DATES.items():
        index = int(np.flatnonzero(array["time"] == (date - EPOCH).days)[0])
        if not np.isin(array["SCL"][index], CLEAR).all():
            sys.exit(f"{date}: not clear everywhere")
        path = os.path.join(folder, role + ".tif")
        out = gdal.GetDriverByName("GTiff").Create(
            path, len(x), len(y), len(BANDS), gdal.GDT_UInt16,
            ["TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128", "COMPRESS=DEFLATE", "PREDICTOR=2", "ZLEVEL=9"])
        out.SetGeoTransform(transform)
        out.SetSpatialRef(crs)
        out.SetMetadataItem("TIFFTAG_DATETIME", date.strftime("%Y:%m:%d 00:00:00"))
        out.SetMetadataItem("TIFFTAG_COPYRIGHT", f"Contains modified Copernicus Sentinel data {date.year}")
        for number, (name, description) in enumerate(BANDS.items(), 1):
            band = out.GetRasterBand(number)
            band.WriteArray(array[name][index].astype(np.uint16))
            band.SetDescription(description)
            band.SetNoDataValue(0)
        del out
        print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
