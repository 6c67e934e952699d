# SPDX-License-Identifier: Apache-2.0
"""Degenerate pairs through every statistical score: a finite score with a warning, or a clear refusal.

Of each run: exit 0 with a finite score >= 0 at every pixel that is valid on both dates, or NaN there with the warning
`undefined_score`, which stands for nothing else; or exit 3 with a message. Never a crash, never NaN without a word,
never a score at nodata.
"""
import numpy as np

from harness import CLASSIC, Check, read_raster

UNWEIGHTED = ["--weights", "none", *CLASSIC]
SCORES = {"mad": ["--score", "mad", *CLASSIC],
          "irmad consistent": ["--score", "irmad", *CLASSIC],
          "irmad canty": ["--score", "irmad", "--irmad", "canty", *CLASSIC],
          "isfa": ["--score", "isfa", *CLASSIC],
          "chronochrome": ["--score", "chronochrome", *UNWEIGHTED],
          "hacd": ["--score", "hacd", *UNWEIGHTED],
          "mahalanobis": ["--score", "mahalanobis", *UNWEIGHTED],
          "general": ["--preset", "general"]}
REAL = ("levir-train-386-0512-0768", "dsifn-1-1", "dsifn-7-4")
# Inputs on which some score has no sound solution: exit 0 without any warning is wrong for these scores.
MUST_WARN = {"constant band": ("mad", "irmad consistent"),
             "identical dates": ("mad", "irmad consistent", "irmad canty"),
             "duplicated band": ("mad",), "linear combination": ("mad",), "fewer pixels than bands": ("mad",)}


def textured(rng, p, height, width, kind=np.uint16):
    """A pair with correlated bands and dates."""
    ground = rng.standard_normal((p, height, width)).cumsum(axis=2) * 20.0
    dates = [2000.0 + ground + 15.0 * rng.standard_normal(ground.shape) for _ in range(2)]
    if np.dtype(kind).kind == "f":
        return [date.astype(kind) for date in dates]
    limits = np.iinfo(kind)
    return [np.clip(date if limits.max > 255 else date / 16.0, limits.min, limits.max).astype(kind) for date in dates]


def constructed():
    """name -> (before, after, nodata) of inputs that break naive solvers."""
    rng = np.random.default_rng(11)
    scenes = {}

    def add(name, before, after, nodata=None):
        scenes[name] = (before, after, nodata)

    add("few pixels", *textured(rng, 4, 3, 4))
    before, after = textured(rng, 3, 40, 50)
    lone = np.zeros_like(before)
    lone[:, 20, 25] = before[:, 20, 25]
    add("one valid pixel", lone, after, 0)
    before, after = textured(rng, 4, 60, 70)
    flat = before.copy()
    flat[2] = 777
    add("constant band", flat, after)
    add("identical dates", before, before.copy())
    add("duplicated band", before[[0, 1, 1, 3]], after[[0, 1, 1, 3]])
    combined = [date.astype(np.float32) for date in (before, after)]
    for date in combined:
        date[3] = 0.5 * date[0] + 0.25 * date[1]
    add("linear combination", *combined)
    add("fewer pixels than bands", *textured(rng, 30, 4, 5))
    two = [rng.choice(np.array([40, 200], np.uint8), (3, 60, 70), p=[0.7, 0.3]) for _ in range(2)]
    add("two-valued 8-bit", *two)
    before, after = textured(rng, 3, 60, 70, np.uint8)
    filled = [date.copy() for date in (before, after)]
    fill = rng.random((60, 70)) < 0.9
    for date in filled:
        date[:, fill] = 0
    add("90 % fill that is not nodata", *filled)
    saturated = np.full((3, 60, 70), 255, np.uint8)
    add("all saturated", saturated, saturated.copy())
    add("one row", *textured(rng, 3, 1, 400))
    add("one column", *[date.transpose(0, 2, 1).copy() for date in textured(rng, 3, 1, 400)])
    board = (np.indices((60, 70)).sum(axis=0) % 2)[None] * np.array([100, 120, 140])[:, None, None]
    add("checkerboard", board.astype(np.uint8), (board[:, ::-1] + 20).astype(np.uint8))
    offset = [date + np.float32(1e7) for date in textured(rng, 3, 60, 70, np.float32)]
    add("huge offset floats", *offset)
    tiny = [(date * np.float32(1e-20)).astype(np.float32) for date in textured(rng, 3, 60, 70, np.float32)]
    add("tiny variance floats", *tiny)
    before, after = textured(rng, 3, 60, 70)
    add("anticorrelated", before, (5000 - before.astype(int) + after - before).clip(0, 65535).astype(np.uint16))
    return scenes


def valid_pixels(before, after, nodata):
    """Where every band of both dates holds a finite value that is not nodata."""
    both = np.concatenate([before, after]).astype(np.float64)
    valid = np.isfinite(both).all(axis=0)
    return valid if nodata is None else valid & (both != nodata).all(axis=0)


def judge(check, scene, name, run, valid):
    what = "%s, %s" % (scene, name)
    if run.status != 0:
        message = run.stderr.strip().splitlines()
        detail = "exit %d: %s" % (run.status, message[-1] if message else "")
        check.expect(what, run.status == 3 and bool(message), detail)
        return
    score, codes = run.pixels()[0], run.warning_codes()
    undefined = int((~np.isfinite(score[valid])).sum())
    sound = not np.isfinite(score[~valid]).any() and (undefined > 0) == ("undefined_score" in codes)
    sound = sound and not (score[np.isfinite(score)] < 0).any() and not np.isinf(score).any()
    if name in MUST_WARN.get(scene, ()):
        sound = sound and bool(codes)
    check.expect(what, sound, "%d of %d pixels undefined, largest %.4g, warnings %s" %
                 (undefined, valid.sum(), np.nanmax(score) if np.isfinite(score).any() else np.nan, codes))


def main():
    check = Check(__doc__)
    for scene, (before, after, nodata) in constructed().items():
        paths = check.pair("degenerate", before, after, nodata=nodata)
        for name, options in SCORES.items():
            judge(check, scene, name, check.detect(*paths, *options), valid_pixels(before, after, nodata))
    for scene in REAL:
        before, after, _ = check.scene(scene)
        valid = valid_pixels(read_raster(before), read_raster(after), None)
        for name, options in SCORES.items():
            judge(check, scene, name, check.detect(before, after, *options), valid)
    check.finish()


if __name__ == "__main__":
    main()
