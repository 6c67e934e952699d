# SPDX-License-Identifier: Apache-2.0
"""The page of a run in a real browser without a network: no complaint, no request, swipe, zoom, sorting and links work, on a wide and
on a phone-size window, in light and dark, by mouse, finger and keyboard. Skipped where there is no Chromium, in CI too."""
import json
import pathlib
import sys

import numpy as np
from osgeo import gdal, ogr, osr
from scipy import ndimage

from devtools import Browser, find_browser
from harness import SKIPPED, Check

REAL_FIELDS = ("area_m2", "lon", "lat", "x_min", "y_min", "x_max", "y_max", "score_mean", "score_max", "score_sum", "p_min",
               "compactness", "near_mask")
WHOLE_FIELDS = ("id", "rank", "area_px", "col", "row", "cols", "rows", "touches_edge")
DIRECTIONS = ("brighter", "darker", "greener", "barer")

# WCAG contrast of every kind of text against the first opaque background behind it; the worst and whose it is.
CONTRAST = """(() => {
  const parts = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let worst = [99, ''];
  for (const e of document.querySelectorAll('h1,h2,h3,p,li,dt,dd,th,td,button,label,legend,figcaption,summary,pre,.tag,.ends span')) {
    if (!e.textContent.trim() || !e.getClientRects().length) continue;
    let behind = e, paper;
    do { paper = parts(getComputedStyle(behind).backgroundColor); behind = behind.parentElement; }
    while (behind && paper.length === 4 && paper[3] < 0.5);
    if (paper.length === 4 && paper[3] < 0.5) paper = [255, 255, 255];
    const [a, b] = [light(parts(getComputedStyle(e).color)), light(paper)].sort((p, q) => q - p);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.tagName + ' ' + e.textContent.trim().slice(0, 30)];
  }
  return worst;
})()"""

# What assistive programs need; the list of what is wrong.
ACCESS = """(() => {
  const wrong = [];
  for (const image of document.images) if (!image.alt) wrong.push('image without text');
  for (const image of document.images) if (image.complete && !image.naturalWidth) wrong.push('broken image ' + image.alt);
  for (const input of document.querySelectorAll('input')) if (!input.labels.length) wrong.push('no label: ' + input.id);
  for (const button of document.querySelectorAll('button')) if (!button.textContent.trim()) wrong.push('empty button');
  let level = 0;
  for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
    if (Number(h.tagName[1]) > level + 1) wrong.push('heading jumps: ' + h.textContent);
    level = Number(h.tagName[1]);
  }
  for (const tag of ['header', 'main', 'footer']) if (document.getElementsByTagName(tag).length !== 1) wrong.push('landmark ' + tag);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id twice');
  if (!document.documentElement.lang) wrong.push('no language');
  for (const path of document.querySelectorAll('svg[role=img]')) if (!path.getAttribute('aria-label')) wrong.push('unnamed drawing');
  return wrong;
})()"""


def write_sites(heatmap, threshold, path, least_pixels):
    """Components of score > threshold as the layer of sites; positions of a heatmap without georeference are (column, -row)."""
    raster = gdal.Open(str(heatmap))
    score, geotransform = raster.ReadAsArray(), raster.GetGeoTransform(can_return_null=True)
    place = geotransform or (0, 1, 0, 0, 0, -1)
    labels, count = ndimage.label(np.nan_to_num(score, nan=-1) > threshold, np.ones((3, 3)))
    layer_crs = osr.SpatialReference(raster.GetProjection()) if raster.GetProjection() else None
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("sites", layer_crs, ogr.wkbMultiPolygon)
    for names, kind in ((WHOLE_FIELDS, ogr.OFTInteger64), (REAL_FIELDS, ogr.OFTReal), (("direction",), ogr.OFTString)):
        for name in names:
            layer.CreateField(ogr.FieldDefn(name, kind))
    memory = gdal.GetDriverByName("MEM").Create("", labels.shape[1], labels.shape[0], 1, gdal.GDT_Int32)
    memory.SetGeoTransform(place)
    memory.GetRasterBand(1).WriteArray(labels)
    shape_source = ogr.GetDriverByName("Memory").CreateDataSource("shapes")  # must outlive its layer
    shapes = shape_source.CreateLayer("shapes", None, ogr.wkbPolygon)
    shapes.CreateField(ogr.FieldDefn("label", ogr.OFTInteger))
    gdal.Polygonize(memory.GetRasterBand(1), None, shapes, 0, ["8CONNECTED=8"])
    outlines = {}
    for shape in shapes:
        outlines.setdefault(shape["label"], []).append(shape.geometry().Clone())
    sites = []
    for label, box in zip(range(1, count + 1), ndimage.find_objects(labels)):
        inside = labels[box] == label
        if inside.sum() >= least_pixels:
            sites.append((float(score[box][inside].sum()), int(inside.sum()), -label, box, score[box][inside]))
    for rank, (total, pixels, label, box, values) in enumerate(sorted(sites, key=lambda s: s[:3], reverse=True), 1):
        feature = ogr.Feature(layer.GetLayerDefn())
        rows, cols = box
        values_of = {"id": -label, "rank": rank, "area_px": pixels, "col": cols.start, "row": rows.start,
                     "cols": cols.stop - cols.start, "rows": rows.stop - rows.start, "score_mean": float(values.mean()),
                     "score_max": float(values.max()), "score_sum": total, "direction": DIRECTIONS[rank % 4],
                     "compactness": 0.5, "near_mask": 0.0, "touches_edge": int(rows.start == 0 or cols.start == 0)}
        if geotransform:
            values_of["area_m2"] = pixels * abs(place[1] * place[5] - place[2] * place[4])
        for name, value in values_of.items():
            feature[name] = value
        outline = ogr.Geometry(ogr.wkbMultiPolygon)
        for polygon in outlines[-label]:
            outline.AddGeometry(polygon)
        feature.SetGeometry(outline)
        layer.CreateFeature(feature)
    return len(sites)


def centre(browser, selector):
    return browser.evaluate("(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center'}); const r = "
                            "e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2, r.width, r.height]; })()"
                            % json.dumps(selector))


def zoom_of(browser):
    return float(browser.evaluate("getComputedStyle(document.getElementById('map')).getPropertyValue('--z')"))


def value_of(browser, name):
    return float(browser.evaluate("document.getElementById('%s').value" % name))


def check_swipe(check, browser, name, phone):
    x, y, width, height = centre(browser, "#map")
    clip = (x - width / 2, y - height / 2, width, height)
    browser.evaluate("document.getElementById('swipe').focus()")
    looks = []
    for key, number in (("Home", 36), ("End", 35)):
        browser.key(key, number=number)
        looks.append(browser.screenshot(clip=clip))
    check.expect(name + ": the slider swipes by keyboard from one date to the other",
                 value_of(browser, "swipe") == 100 and looks[0] != looks[1])
    browser.evaluate("document.getElementById('swipe').value = 50; document.getElementById('swipe').dispatchEvent(new Event('input'))")
    line, y = browser.evaluate("(() => { const r = document.getElementById('divider').getBoundingClientRect(); "
                               "return [r.x + r.width / 2, r.y + r.height / 2]; })()")
    (browser.touch_drag if phone else browser.drag)(line, y, line - width / 4, y)
    clipped = browser.evaluate("document.getElementById('first-pane').style.clipPath")
    check.expect(name + ": the line on the map swipes by " + ("finger" if phone else "mouse"),
                 abs(value_of(browser, "swipe") - 25) < 2 and "75" in clipped or "74" in clipped or "76" in clipped, clipped)


def check_map(check, browser, name):
    x, y, _, _ = centre(browser, "#map")
    browser.evaluate("document.getElementById('map').focus()")
    browser.key("+", "Equal", 187, "+")
    once = zoom_of(browser)
    browser.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-300)
    browser.settle()
    twice = zoom_of(browser)
    before = browser.evaluate("document.getElementById('map').style.getPropertyValue('--tx')")
    browser.key("ArrowRight", number=39)
    moved = browser.evaluate("document.getElementById('map').style.getPropertyValue('--tx')") != before
    browser.key("0", "Digit0", 48, "0")
    check.expect(name + ": keys and wheel zoom, arrows move, 0 shows the whole scene",
                 1 < once < twice and moved and zoom_of(browser) == 1, "%g, %g" % (once, twice))
    browser.evaluate("document.getElementById('map').blur(); window.scrollTo(0, 0)")
    browser.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=100)
    browser.settle()
    check.expect(name + ": the wheel over a map that was not chosen leaves the map", zoom_of(browser) == 1)
    browser.evaluate("{ const o = document.getElementById('opacity'); o.value = 80; o.dispatchEvent(new Event('input')) }")
    check.expect(name + ": the overlay's strength is the slider's",
                 browser.evaluate("document.getElementById('score-picture').style.opacity") == "0.8")
    browser.evaluate("{ const o = document.getElementById('opacity'); o.value = 0; o.dispatchEvent(new Event('input')) }")


def check_fingers(check, browser, name):
    x, y, width, _ = centre(browser, "#map")
    browser.pinch(x, y, width * 0.2, width * 0.5)
    zoom = zoom_of(browser)
    before = float(browser.evaluate("parseFloat(document.getElementById('map').style.getPropertyValue('--tx'))"))
    browser.touch_drag(x + 60, y + 20, x + 30, y + 20)
    after = float(browser.evaluate("parseFloat(document.getElementById('map').style.getPropertyValue('--tx'))"))
    check.expect(name + ": two fingers zoom, one moves", 2.2 < zoom < 2.8 and abs(after - before + 30) < 3,
                 "zoom %.2f, moved by %.1f" % (zoom, after - before))
    browser.evaluate("document.getElementById('zoom-all').click()")
    browser.settle()


def check_sorting(check, browser, name):
    def column(number):
        return browser.evaluate("[...document.querySelectorAll('.sites tbody tr')].map(r => Number(r.cells[%d].dataset.v))" % number)

    area = "document.querySelectorAll('.sites thead button')[1]"
    states, orders = [], []
    for _ in range(2):
        browser.evaluate(area + ".click()")
        states.append(browser.evaluate(area + ".closest('th').getAttribute('aria-sort')"))
        orders.append(column(1))
    browser.evaluate("document.querySelector('.sites thead button').click()")
    ranks = column(0)
    check.expect(name + ": column titles sort both ways and say so",
                 states == ["descending", "ascending"] and orders[0] == sorted(orders[0], reverse=True) and
                 orders[1] == sorted(orders[1]) and ranks == sorted(ranks) and len(set(orders[0])) > 1,
                 "%s, %d rows" % (states, len(ranks)))


def check_links(check, browser, name):
    browser.evaluate("[...document.querySelectorAll('.sites tbody button')].pop().click()")  # the last: small, so that it is enlarged
    browser.settle()
    chosen = browser.evaluate("document.querySelector('.sites tr[aria-current=true]').dataset.id")
    inside = browser.evaluate("""(() => { const map = document.getElementById('map').getBoundingClientRect();
      const place = document.querySelector('.outlines path.selected').getBoundingClientRect();
      return Math.hypot(place.x + place.width / 2 - map.x - map.width / 2, place.y + place.height / 2 - map.y - map.height / 2); })()""")
    lit = browser.evaluate("document.querySelector('.outlines path.selected').dataset.id")
    check.expect(name + ": a row shows its place in the middle of the map",
                 zoom_of(browser) > 1 and chosen == lit and inside < 3, "%.1f pixels off" % inside)
    browser.evaluate("document.getElementById('zoom-all').click()")
    browser.settle()
    centre(browser, "#map")
    spot = browser.evaluate("""(() => { const box = document.getElementById('map').getBoundingClientRect();
      for (const path of document.querySelectorAll('.outlines path')) {
        const r = path.getBoundingClientRect();
        for (let i = 1; i < 20; ++i) for (let k = 1; k < 20; ++k) {
          const x = r.x + r.width * i / 20, y = r.y + r.height * k / 20;
          if (x < box.x || y < box.y || x > box.right || y > box.bottom) continue;
          const hit = document.elementFromPoint(x, y);
          if (hit === path && !path.classList.contains('selected')) return [x, y, path.dataset.id];
        }
      }
      return null; })()""")
    if check.expect(name + ": an outline can be hit", spot is not None):
        browser.click(spot[0], spot[1])
        row = browser.evaluate("(() => { const r = document.querySelector('.sites tr[aria-current=true]'), s = r.closest('.table-scroll')"
                               ".getBoundingClientRect(), b = r.getBoundingClientRect(); return [r.dataset.id, b.top >= s.top - 1 && "
                               "b.bottom <= s.bottom + 1, document.getElementById('status').textContent]; })()")
        check.expect(name + ": its row is chosen, brought into the table's view and told", row[0] == spot[2] and row[1] and
                     "Place" in row[2], row[2])


def check_page(check, browser, name, page):
    folder = check.arguments.screenshots and pathlib.Path(check.arguments.screenshots)
    for width, height, phone in ((1400, 900, False), (390, 844, True)):
        at = "%s at %d" % (name, width)
        browser.media(prefers_color_scheme="light", prefers_reduced_motion="no-preference")
        browser.window(width, height, phone)
        browser.open(page)
        browser.evaluate("for (const image of document.images) image.loading = 'eager'")
        browser.settle()
        if folder:
            browser.screenshot(folder / ("%s_%d.png" % (name, width)))
            browser.screenshot(folder / ("%s_%d_whole.png" % (name, width)), whole=True)
        check.expect(at + ": nothing is wider than the window", browser.evaluate("document.scrollingElement.scrollWidth") <= width)
        wrong = browser.evaluate(ACCESS)
        check.expect(at + ": texts, labels, headings, landmarks", not wrong, "; ".join(wrong[:4]))
        check_swipe(check, browser, at, phone)
        check_map(check, browser, at)
        if phone:
            check_fingers(check, browser, at)
        check_sorting(check, browser, at)
        check_links(check, browser, at)
        for scheme in ("light", "dark"):
            browser.media(prefers_color_scheme=scheme)
            browser.settle()
            ratio, whose = browser.evaluate(CONTRAST)
            check.expect("%s: contrast in %s" % (at, scheme), ratio >= 4.5, "least %.1f, %s" % (ratio, whose))
        if folder:
            browser.screenshot(folder / ("%s_%d_dark.png" % (name, width)))
        left = [url[:80] for url in browser.requests if not url.startswith(("data:", "file:"))]
        files = [url for url in browser.requests if url.startswith("file:")]
        check.expect(at + ": no request leaves, the page is the only file", not left and len(files) == 1, "; ".join(left + files[1:]))
        check.expect(at + ": the console is silent", not browser.complaints, "; ".join(browser.complaints[:3]))
    browser.media(prefers_reduced_motion="reduce")
    moves = browser.evaluate("(() => { document.getElementById('map').classList.add('glide'); return getComputedStyle("
                             "document.querySelector('.stage')).transitionDuration; })()")
    check.expect(name + ": nothing glides where motion is unwanted", moves == "0s", moves)
    paper = browser.call("Page.printToPDF", printBackground=True)["data"]
    check.expect(name + ": it prints", len(paper) > 20000)


def main():
    check = Check(__doc__, [(("--screenshots",), {"help": "write what was seen here"}),
                            (("--pairs",), {"nargs": "+", "default": ["taizhou", "szada-1-crop"], "help": "pairs of the real scenes"})])
    if not find_browser():
        print("SKIPPED: no Chromium (Debian: apt-get install chromium)")
        sys.exit(SKIPPED)
    with Browser() as browser:
        print("network:", "none, by " + " ".join(browser.isolated) if browser.isolated else "a proxy that does not exist")
        for pair in check.arguments.pairs:
            before, after, _ = check.scene(pair)
            align = ["--align", "auto"] if "gridshift" in pair else []
            run = check.detect(before, after, "--products", "score,class", *align).require()
            out = pathlib.Path(run.out)
            write_sites(out, run.summary()["thresholds"]["used"]["value"], out.with_name(out.stem + "_sites.gpkg"), 12)
            page = out.with_suffix(".html")
            report = check.run("report", out.with_suffix(".json"), page, "--overwrite", "--quiet")
            size = page.stat().st_size if page.exists() else 0
            if check.expect(pair + ": a page below 15 MB", report.status == 0 and 0 < size < 15e6,
                            "%.1f MB %s" % (size / 1e6, report.stderr)):
                check.part(lambda c, b=browser, n=pair, p=page: check_page(c, b, n, p))
    check.finish()


if __name__ == "__main__":
    main()
