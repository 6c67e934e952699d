# SPDX-License-Identifier: Apache-2.0
# GDAL's own validator on a file: check_cog.py FILE. Exit 0: a valid cloud-optimized GeoTIFF without a warning.
import sys

from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate

warnings, errors, _ = validate(sys.argv[1], full_check=True)
for message in warnings + errors:
    print(message)
sys.exit(1 if warnings or errors else 0)
