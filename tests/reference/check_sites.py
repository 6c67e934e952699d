# SPDX-License-Identifier: Apache-2.0
"""The verb sites against scipy.ndimage and gdal_polygonize, on many small masks, cleaned and not."""
import collections
import json
import math

import numpy as np
from osgeo import gdal, ogr, osr
from scipy import ndimage

from harness import Check

FOUR = ndimage.generate_binary_structure(2, 1)
EIGHT = ndimage.generate_binary_structure(2, 2)
ORIGIN, STEP = (500000.0, 5000000.0), 10.0


def structure(connectivity):
    return FOUR if connectivity == 4 else EIGHT


def spiral(side):
    """A path one pixel wide that winds inwards, one pixel apart."""
    mask = np.zeros((side, side), bool)
    x, y, dx, dy = 0, 0, 1, 0
    mask[0, 0] = True
    turns = 0
    while turns < 2:
        ahead, beyond = (y + dy, x + dx), (y + 2 * dy, x + 2 * dx)
        inside = 0 <= ahead[0] < side and 0 <= ahead[1] < side
        free = inside and not mask[ahead] and not (0 <= beyond[0] < side and 0 <= beyond[1] < side and mask[beyond])
        if free:
            y, x = ahead
            mask[y, x] = True
            turns = 0
        else:
            dx, dy = -dy, dx
            turns += 1
    return mask


def masks(count):
    """(name, mask) of odd sizes: noise of 1 % to 60 %, smoothed noise, and shapes that labellings get wrong."""
    rng = np.random.default_rng(5)
    shapes = [("spiral", spiral(61)), ("spiral inside out", ~spiral(40)), ("all", np.ones((33, 47), bool)),
              ("one pixel", np.ones((1, 1), bool)), ("one row", rng.random((1, 200)) < 0.5),
              ("one column", rng.random((150, 1)) < 0.5), ("none", np.zeros((20, 30), bool)),
              ("checkerboard", np.indices((50, 51)).sum(0) % 2 == 0),
              ("checkerboard of threes", np.indices((64, 63)).sum(0) // 3 % 2 == 0)]
    comb = np.zeros((40, 80), bool)
    comb[:, ::2] = True
    shapes.append(("comb down", comb.copy()))
    comb[-1] = True
    shapes += [("comb joined below", comb.copy()), ("comb joined above", comb[::-1].copy()),
               ("comb on its side", comb.T.copy())]
    rings = np.zeros((65, 65), bool)
    for i in range(0, 32, 2):
        rings[i:65 - i, i:65 - i] = True
        rings[i + 1:64 - i, i + 1:64 - i] = False
    shapes.append(("rings in rings", rings))
    yield from shapes
    for i in range(count - len(shapes)):
        height, width = rng.integers(1, 120, 2)
        noise = rng.random((height, width))
        if i % 3 == 2:
            noise = ndimage.uniform_filter(noise, 3)
            noise = noise.argsort(axis=None).argsort().reshape(noise.shape) / noise.size
        density = 0.01 + 0.59 * rng.random()
        yield "noise %d of %.0f %%" % (i, 100 * density), noise < density


def write(path, scores, block=None, crs=True):
    options = [] if block is None else ["TILED=YES", "BLOCKXSIZE=%d" % block, "BLOCKYSIZE=%d" % block]
    raster = gdal.GetDriverByName("GTiff").Create(str(path), scores.shape[1], scores.shape[0], 1, gdal.GDT_Float32,
                                                  options)
    if crs:
        place = osr.SpatialReference()
        place.ImportFromEPSG(32633)
        raster.SetProjection(place.ExportToWkt())
        raster.SetGeoTransform((ORIGIN[0], STEP, 0, ORIGIN[1], 0, -STEP))
    raster.WriteArray(scores.astype(np.float32))
    raster = None
    return str(path)


def sites(check, heatmap, *options, out=None):
    """Features of the layer by id: (attributes, geometry in pixel corners)."""
    out = out or str(check.folder / "sites.gpkg")
    run = check.run("sites", heatmap, out, "--overwrite", "--quiet", *options).require()
    run.features = collections.OrderedDict()
    layer = ogr.Open(out)
    for feature in layer.GetLayer(0):
        run.features[feature["id"]] = (feature.items(), feature.GetGeometryRef().Clone())
    return run


def expected_components(mask, connectivity):
    """Labels in raster order of their first pixel, as scipy numbers them, and their areas and boxes."""
    labels, count = ndimage.label(mask, structure(connectivity))
    first = ndimage.minimum(np.arange(mask.size).reshape(mask.shape), labels, np.arange(1, count + 1)) if count else []
    order = np.argsort(first)
    renumbered = np.zeros(count + 1, int)
    renumbered[1 + order] = np.arange(1, count + 1)
    return renumbered[labels], count


def polygonized(mask, connectivity):
    """gdal_polygonize's polygons of what is set, in columns and negative rows."""
    raster = gdal.GetDriverByName("MEM").Create("", mask.shape[1], mask.shape[0], 1, gdal.GDT_Byte)
    raster.SetGeoTransform((0, 1, 0, 0, 0, -1))
    raster.GetRasterBand(1).WriteArray(mask.astype(np.uint8))
    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = source.CreateLayer("p")
    layer.CreateField(ogr.FieldDefn("v", ogr.OFTInteger))
    gdal.Polygonize(raster.GetRasterBand(1), raster.GetRasterBand(1), layer, 0,
                    ["8CONNECTED=8"] if connectivity == 8 else [])
    return [feature.GetGeometryRef().Clone() for feature in layer]


def pixel_geometry(geometry):
    """From the grid's CRS to columns and negative rows."""
    out = geometry.Clone()
    for part in (out.GetGeometryRef(i) for i in range(out.GetGeometryCount())):
        for ring in (part.GetGeometryRef(i) for i in range(part.GetGeometryCount())):
            for i in range(ring.GetPointCount()):
                x, y = ring.GetPoint_2D(i)
                ring.SetPoint_2D(i, (x - ORIGIN[0]) / STEP, (y - ORIGIN[1]) / STEP)
    return out


def burnt(geometry, shape):
    """Pixels whose centre the geometry holds."""
    raster = gdal.GetDriverByName("MEM").Create("", shape[1], shape[0], 1, gdal.GDT_Byte)
    raster.SetGeoTransform((0, 1, 0, 0, 0, -1))
    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = source.CreateLayer("p")
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(geometry)
    layer.CreateFeature(feature)
    gdal.PushErrorHandler("CPLQuietErrorHandler")  # neither has a CRS, and GDAL says so every time
    gdal.RasterizeLayer(raster, [1], layer, burn_values=[1])
    gdal.PopErrorHandler()
    return raster.ReadAsArray() == 1


def compare(mask, scores, connectivity, features):
    """What is wrong with the features of a mask; empty: nothing."""
    labels, count = expected_components(mask, connectivity)
    if sorted(features) != list(range(1, count + 1)):
        return "%d features, %d components" % (len(features), count)
    boxes = ndimage.find_objects(labels)
    def weight(site):
        mean = site["score_sum"] / site["area_px"]
        return mean * mean * mean * math.sqrt(site["area_px"])

    ranking = sorted(features, key=lambda i: (-weight(features[i][0]), -features[i][0]["area_px"], i))
    if [features[i][0]["rank"] for i in ranking] != list(range(1, count + 1)) or list(features) != ranking:
        return "ranks"
    for number, (values, geometry) in features.items():
        rows, cols = boxes[number - 1]
        inside = labels == number
        box = (values["col"], values["row"], values["cols"], values["rows"])
        if box != (cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start):
            return "box of %d: %s" % (number, box)
        if values["area_px"] != inside.sum() or abs(values["area_m2"] - 100.0 * inside.sum()) > 1e-6:
            return "area of %d" % number
        own = scores[inside].astype(float)
        if abs(values["score_sum"] - own.sum()) > 1e-9 * own.sum() or values["score_max"] != own.max():
            return "scores of %d" % number
        if not geometry.IsValid():
            return "geometry of %d is not valid" % number
        pixels = pixel_geometry(geometry)
        if abs(pixels.Area() - inside.sum()) > 1e-6:
            return "outline of %d covers %g pixels of %d" % (number, pixels.Area(), inside.sum())
        padded = np.pad(inside, 1)
        perimeter = sum((inside & ~np.roll(padded, step, axis)[1:-1, 1:-1]).sum() for step in (1, -1) for axis in (0, 1))
        if abs(values["compactness"] - 4 * np.pi * inside.sum() / perimeter ** 2) > 1e-12:
            return "compactness of %d" % number
        edge = rows.start == 0 or cols.start == 0 or rows.stop == mask.shape[0] or cols.stop == mask.shape[1]
        if bool(values["touches_edge"]) != edge:
            return "touches_edge of %d" % number
        if count <= 60 and not np.array_equal(burnt(pixels, mask.shape), inside):
            return "outline of %d covers other pixels" % number
    return compare_polygonized(mask, labels, connectivity, features)


def compare_polygonized(mask, labels, connectivity, features):
    """gdal_polygonize's polygons cover the same components; those of 4 neighbours are compared as shapes."""
    theirs = polygonized(mask, connectivity)
    if len(theirs) != len(features):
        return "gdal_polygonize has %d polygons, not %d" % (len(theirs), len(features))
    pixels = {number: pixel_geometry(geometry) for number, (_, geometry) in features.items()}
    found = sorted((round(g.Area()), g.GetEnvelope()) for g in pixels.values())
    if found != sorted((round(g.Area()), g.GetEnvelope()) for g in theirs):
        return "boxes and areas differ from gdal_polygonize's"
    if len(theirs) > 200:
        return ""
    for other in theirs:
        inside = burnt(other, mask.shape)
        number = labels[inside][0]
        if not np.array_equal(inside, labels == number):
            return "gdal_polygonize's polygon of %d covers other pixels" % number
        if connectivity == 4 and other.IsValid() and pixels[number].SymDifference(other).Area() != 0:
            return "outline of %d is not gdal_polygonize's" % number
    return ""


def check_masks(check, count):
    """Labels, areas, boxes, outlines of uncleaned masks."""
    rng = np.random.default_rng(9)
    wrong = []
    for i, (name, mask) in enumerate(masks(count)):
        scores = np.where(mask, 1.0 + rng.random(mask.shape), rng.random(mask.shape)).astype(np.float32)
        heatmap = write(check.folder / "mask.tif", scores)
        connectivity = 4 if i % 2 else 8
        both = (4, 8) if i < 14 else (connectivity,)
        for c in both:
            run = sites(check, heatmap, "--threshold", "value:1", "--min-area", "0", "--connectivity", c)
            problem = compare(mask, scores, c, run.features)
            if problem:
                wrong.append("%s, %d neighbours: %s" % (name, c, problem))
    check.expect("%d masks as scipy and gdal_polygonize have them" % count, not wrong, "; ".join(wrong[:5]))


def cleaned(scores, options):
    """The rules of find_sites.hpp in scipy. Scores are NaN where there are none."""
    known = ~np.isnan(scores)
    high = np.nan_to_num(scores, nan=-1) > np.float32(options["threshold"])
    mask = high
    connected = structure(options["connectivity"])
    if options["hysteresis"] > 1:
        low = np.nan_to_num(scores, nan=-1) > np.float32(options["threshold"] / options["hysteresis"])
        labels, _ = ndimage.label(low, connected)
        mask = low & np.isin(labels, np.unique(labels[high & low]))
    for step in ("open", "close"):
        radius = options[step]
        if radius:
            span = np.arange(-radius, radius + 1)
            disk = span[:, None] ** 2 + span[None] ** 2 <= radius ** 2

            def dilate(image):
                return ndimage.binary_dilation(image, disk) & known

            def erode(image):
                return ndimage.binary_erosion(image | ~known, disk, border_value=1) & known

            mask = dilate(erode(mask)) if step == "open" else erode(dilate(mask))
    labels, count = ndimage.label(mask, connected)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    mask = mask & (areas[labels] >= options["min_area"])
    if options["max_hole"]:
        holes, count = ndimage.label(~mask, structure(12 - options["connectivity"]))
        areas = np.bincount(holes.ravel(), minlength=count + 1)
        bad = set(np.unique(holes[~known])) | {0}
        for side in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
            bad |= set(np.unique(side))
        fill = (areas <= options["max_hole"]) & ~np.isin(np.arange(count + 1), list(bad))
        mask = mask | fill[holes]
    return mask


def check_cleaning(check, count):
    """Hysteresis, opening, closing, areas and holes beside pixels without a score; the class raster; 5 x 5 near masks."""
    rng = np.random.default_rng(11)
    wrong = []
    for i in range(count):
        height, width = rng.integers(1, 100, 2)
        scores = ndimage.gaussian_filter(rng.random((height, width)), rng.choice([0.5, 0.8, 1.5])).astype(np.float32)
        if i % 4:
            scores[ndimage.uniform_filter(rng.random(scores.shape), 5) > 0.58] = np.nan
        threshold = np.float32(np.nanquantile(scores, rng.choice([0.4, 0.6, 0.8]))) if not np.isnan(scores).all() else 1
        options = {"threshold": float(threshold), "hysteresis": float(rng.choice([1, 1.05])),
                   "open": int(rng.choice([0, 0, 1, 2, 3])), "close": int(rng.choice([0, 0, 1, 2, 5])),
                   "min_area": int(rng.choice([1, 4, 12])), "max_hole": int(rng.choice([0, 3, 20])),
                   "connectivity": int(rng.choice([4, 8]))}
        heatmap = write(check.folder / "clean.tif", scores)
        mask_file = check.folder / "mask_out.tif"
        words = ["--threshold", "value:%r" % options["threshold"], "--hysteresis", options["hysteresis"],
                 "--open", options["open"], "--close", options["close"], "--min-area", "%dpx" % options["min_area"],
                 "--max-hole", "%dpx" % options["max_hole"], "--connectivity", options["connectivity"],
                 "--class-out", mask_file]
        if np.isnan(scores).all():
            continue
        run = sites(check, heatmap, *words)
        mask = cleaned(scores, options)
        classes = gdal.Open(str(mask_file)).ReadAsArray()
        if not np.array_equal(classes, np.where(np.isnan(scores), 255, mask)):
            wrong.append("%s: the mask" % options)
            continue
        problem = compare(mask, scores, options["connectivity"], run.features)
        near = ndimage.binary_dilation(np.isnan(scores), np.ones((5, 5)))
        labels, _ = expected_components(mask, options["connectivity"])
        for number, (values, _) in run.features.items():
            if abs(values["near_mask"] - near[labels == number].mean()) > 1e-12:
                problem = problem or "near_mask of %d" % number
        if problem:
            wrong.append("%s: %s" % (options, problem))
    check.expect("%d cleaned masks as scipy has them" % count, not wrong, "; ".join(wrong[:5]))


def check_blocks(check):
    """Same bytes of every attribute and outline however the heatmap is stored, with any memory and threads."""
    rng = np.random.default_rng(3)
    scores = ndimage.gaussian_filter(rng.random((700, 900)), 1.0).astype(np.float32)
    scores[rng.random(scores.shape) < 0.01] = np.nan
    reference = None
    for block in (None, 64, 256, 1024):
        heatmap = write(check.folder / "blocks.tif", scores, block)
        for words in (["--threads", 1], ["--threads", 3, "--memory", "64MiB"]):
            run = sites(check, heatmap, "--hysteresis", "1.05", "--open", 1, "--max-hole", "30px", *words)
            table = [(list(values.values()), geometry.ExportToWkb()) for values, geometry in run.features.values()]
            if reference is None:
                reference = table
            check.expect("blocks of %s, %s" % (block, words), table == reference and len(table) > 100,
                         "%d sites" % len(table))


def check_formats(check):
    """Each format holds the same sites; GeoJSON in longitude and latitude, exteriors counter-clockwise."""
    rng = np.random.default_rng(4)
    scores = ndimage.gaussian_filter(rng.random((120, 160)), 1.0).astype(np.float32)
    heatmap = write(check.folder / "formats.tif", scores)
    words = ["--threshold", "value:0.55", "--connectivity", 4]
    gpkg = sites(check, heatmap, *words)
    for extension in ("geojson", "fgb", "shp"):
        other = sites(check, heatmap, *words, out=str(check.folder / ("sites." + extension)))
        same = all(other.features[i][0]["area_px"] == gpkg.features[i][0]["area_px"] and
                   other.features[i][0]["rank"] == gpkg.features[i][0]["rank"] for i in gpkg.features)
        check.expect(extension, len(other.features) == len(gpkg.features) > 20 and same)
    document = json.loads((check.folder / "sites.geojson").read_text(encoding="utf-8"))
    place = osr.SpatialReference()
    place.ImportFromEPSG(32633)
    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    for each in (place, degrees):
        each.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    change = osr.CoordinateTransformation(place, degrees)
    worst, turned = 0.0, True
    for feature in document["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        turned &= bool(np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]) > 0)
        corner = gpkg.features[feature["properties"]["id"]][1].GetGeometryRef(0).GetGeometryRef(0)
        theirs = sorted(change.TransformPoint(*corner.GetPoint_2D(i))[:2] for i in range(corner.GetPointCount() - 1))
        worst = max(worst, np.abs(np.array(theirs) - np.array(sorted(map(tuple, ring[:-1])))).max())
    check.expect("GeoJSON corners by PROJ", worst < 1e-6, "%.1e degrees" % worst)
    check.expect("GeoJSON exteriors run counter-clockwise", turned)
    values = next(iter(gpkg.features.values()))[0]
    middle = change.TransformPoint((values["x_min"] + values["x_max"]) / 2, (values["y_min"] + values["y_max"]) / 2)
    check.expect("centroid in its box", abs(values["lon"] - middle[0]) < 2e-3 and abs(values["lat"] - middle[1]) < 2e-3)


def check_geographic(check):
    """Areas on the ellipsoid: a one-degree cell against published figures, and a site against PROJ's geodesics."""
    scores = np.zeros((90, 4), np.float32)
    scores[20:25, 1:3] = 2
    raster = gdal.GetDriverByName("GTiff").Create(str(check.folder / "degrees.tif"), 4, 90, 1, gdal.GDT_Float32)
    place = osr.SpatialReference()
    place.ImportFromEPSG(4326)
    raster.SetProjection(place.ExportToWkt())
    raster.SetGeoTransform((10, 1, 0, 90, 0, -1))
    raster.WriteArray(scores)
    raster = None
    run = sites(check, str(check.folder / "degrees.tif"), "--threshold", "value:1", "--min-area", "2km2")
    values = run.features[1][0]
    # The same sum over strips of a thousandth of a degree of the ellipsoid's surface element M N cos(phi).
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    phi = np.deg2rad(65 + (np.arange(5000) + 0.5) / 1000)
    w = np.sqrt(1 - e2 * np.sin(phi) ** 2)
    area = np.sum(a * (1 - e2) / w ** 3 * a / w * np.cos(phi)) * np.deg2rad(1e-3) * np.deg2rad(2)
    check.expect("area on the ellipsoid", abs(values["area_m2"] / area - 1) < 1e-8, "%.6g m2" % values["area_m2"])
    check.expect("longitude and latitude", abs(values["lon"] - 12) < 1e-12 and abs(values["lat"] - 67.5) < 1e-12)


def main():
    check = Check(__doc__, [(["--masks"], {"type": int, "default": 200})])
    check.part(check_masks, check.arguments.masks)
    check.part(check_cleaning, check.arguments.masks // 2)
    check.part(check_blocks)
    check.part(check_formats)
    check.part(check_geographic)
    check.finish()


if __name__ == "__main__":
    main()
