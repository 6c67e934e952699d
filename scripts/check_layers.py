#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads every #include and fails on a wrong arrow between rooms; also licence lines, file lengths, leftover markers.

check_layers.py [ROOT]        checks the tree (default: the one this script lies in); exit 1 with one line per finding
check_layers.py --self-test   builds a small tree with one fault of each kind and requires each to be reported

The rooms and arrows are those of ARCHITECTURE.md. An arrow means "may include", also over several steps inside kernels/
and inside host/; arrows that cross from host/ to kernels/ are one step, listed room by room.
"""
import pathlib
import re
import sys
import tempfile

ARROWS = {
    "kernels/view": [],
    "kernels/math": ["kernels/view"],
    "kernels/ops": ["kernels/math"],
    "kernels/recipes": ["kernels/ops"],
    "kernels/codec": ["kernels/view"],
    "kernels/api": ["kernels/math"],
    "kernels/solve": ["kernels/math"],
    "kernels/cpu": ["kernels/recipes", "kernels/codec", "kernels/api"],
    "kernels/cuda": ["kernels/recipes", "kernels/codec", "kernels/api"],
    "host/base": [],
    "host/geo": ["host/base"],
    "host/io": ["host/geo"],
    "host/plan": ["host/geo"],
    "host/align": ["host/plan", "host/io"],
    "host/pipeline": ["host/plan", "host/io"],
    "host/sites": ["host/plan", "host/io"],
    "host/engine": ["host/align", "host/pipeline", "host/sites"],
    "host/products": ["host/engine"],
    "host/synth": ["host/engine"],
    "host/evaluate": ["host/engine"],
    "host/bench": ["host/engine"],
    "host/cli": ["host/products", "host/synth", "host/evaluate", "host/bench"],
}
CROSSING = {
    "kernels/api": {"io", "align", "pipeline", "engine", "products", "bench"},
    "kernels/codec": {"io", "pipeline", "bench"},
    "kernels/view": {"geo", "io", "plan", "align", "pipeline", "sites", "engine", "products", "synth", "bench"},
    "kernels/solve": {"sites", "engine", "products", "align", "evaluate", "bench"},
}
# Single headers that a room may take from a room it has no arrow to: plain data both sides must agree on.
SINGLE_HEADERS = {
    "kernels/api": {"kernels/codec/decode_batch.hpp"},
    "kernels/solve": {"kernels/api/pair_tile.hpp", "kernels/api/gram_recipe.hpp", "kernels/api/resample_recipe.hpp"},
    "kernels/recipes": {"kernels/api/score_recipe.hpp", "kernels/api/pair_tile.hpp", "kernels/api/gram_recipe.hpp",
                        "kernels/api/resample_recipe.hpp"},
    "host/plan": {"kernels/api/pair_tile.hpp"},
    "host/products": {"kernels/math/float_bins.hpp"},
}
# External headers, and the only rooms that may name them.
EXTERNAL = [
    ("GDAL", re.compile(r"^(gdal|ogr|cpl_|vrtdataset|memdataset|commonutils)"), {"host/geo", "host/io"}),
    ("CUDA", re.compile(r"^(cuda|cub/|thrust/|nvtx3/|cooperative_groups|device_launch|curand|vector_types)"),
     {"kernels/cuda"}),
    ("CLI11", re.compile(r"^CLI/"), {"host/cli"}),
    ("JSON", re.compile(r"^nlohmann/"),
     {"host/engine", "host/products", "host/evaluate", "host/bench", "host/cli"}),
    ("TIFF", re.compile(r"^(tiff|xtiffio|geotiff)"), {"host/io"}),
    ("Eigen", re.compile(r"^Eigen/"), {"kernels/solve"}),
]
SOURCE_SUFFIXES = {".hpp", ".cpp", ".cuh", ".cu"}
CHECKED_SUFFIXES = SOURCE_SUFFIXES | {".py", ".sh", ".cmake"}
CHECKED_FOLDERS = ["kernels", "host", "tests", "bench", "scripts", "examples"]
MAX_LINES = 400
MARKERS = re.compile(r"\b(" + "TO" + "DO|" + "FIX" + "ME|XX" + r"X)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
LICENCE = "SPDX-License-Identifier: Apache-2.0"


def reachable(room):
    """Every room that `room` may include, itself among them."""
    found, open_rooms = set(), [room]
    while open_rooms:
        current = open_rooms.pop()
        if current not in found:
            found.add(current)
            open_rooms.extend(ARROWS[current])
    return found


def room_of(path):
    """kernels/ops/difference.hpp -> kernels/ops"""
    return "/".join(path.split("/")[:2])


def check_include(path, target, quoted, root):
    """Why `path` may not include `target`, or None."""
    room = room_of(path)
    top = target.split("/")[0]
    if top not in ("kernels", "host"):
        if quoted:
            return f'"{target}" is not named from the root of the tree (own headers: "kernels/..." or "host/...")'
        if target.startswith("fmt/") and not path.endswith((".cpp", ".cu")):
            return f"<{target}> belongs into .cpp files only"
        for name, pattern, rooms in EXTERNAL:
            if pattern.match(target) and room not in rooms:
                return f"<{target}>: {name} headers belong into {', '.join(sorted(rooms))} only"
        return None
    if not quoted:
        return f'own header <{target}> is included by "..."'
    if not (root / target).is_file():
        return f'"{target}" does not exist'
    if not target.endswith((".hpp", ".cuh")):
        return f'"{target}" is not a header'
    target_room = room_of(target)
    if target_room not in ARROWS:
        return f'"{target}" lies in no known room'
    if path.startswith("kernels/api/") and target_room == "kernels/api":
        return None
    if target_room in reachable(room) or target in SINGLE_HEADERS.get(room, ()):
        return None
    if path.startswith("host/") and room.split("/")[1] in CROSSING.get(target_room, ()):
        return None
    return f'"{target}": no arrow {room} -> {target_room}'


def check_source(path, lines, root):
    """Findings in one file of kernels/ or host/."""
    if room_of(path) not in ARROWS:
        yield path, 1, "lies in no known room"
        return
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            why = check_include(path, match[2], match[1] == '"', root)
            if why:
                yield path, number, why
    if len(lines) > MAX_LINES:
        yield path, len(lines), f"{len(lines)} lines; at most {MAX_LINES}: look for the second idea"


def check_tree(root):
    """Findings (path, line, why) over the whole tree, in path order."""
    files = [p for folder in CHECKED_FOLDERS for p in (root / folder).rglob("*") if p.is_file()]
    files += root.glob("CMakeLists.txt")
    for file in sorted(files):
        path = file.relative_to(root).as_posix()
        if file.suffix not in CHECKED_SUFFIXES and file.name != "CMakeLists.txt":
            continue
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        if not any(LICENCE in line for line in lines[:3]):
            yield path, 1, "no licence line"
        for number, line in enumerate(lines, 1):
            if MARKERS.search(line):
                yield path, number, "leftover marker: finish it or write an issue"
        if file.suffix in SOURCE_SUFFIXES and path.split("/")[0] in ("kernels", "host"):
            yield from check_source(path, lines, root)


FAULTS = {
    "kernels/ops/upward.hpp": ('#include "kernels/api/backend.hpp"', "no arrow kernels/ops -> kernels/api"),
    "kernels/cpu/host.cpp": ('#include "host/base/error.hpp"', "no arrow kernels/cpu -> host/base"),
    "kernels/solve/api.hpp": ('#include "kernels/api/backend.hpp"', "no arrow kernels/solve -> kernels/api"),
    "host/base/upward.hpp": ('#include "host/io/source.hpp"', "no arrow host/base -> host/io"),
    "host/plan/crossing.hpp": ('#include "kernels/api/backend.hpp"', "no arrow host/plan -> kernels/api"),
    "host/engine/inner.cpp": ('#include "kernels/ops/difference.hpp"', "no arrow host/engine -> kernels/ops"),
    "host/synth/sideways.cpp": ('#include "host/evaluate/job.hpp"', "no arrow host/synth -> host/evaluate"),
    "host/engine/gdal.cpp": ("#include <gdal_priv.h>", "GDAL headers belong"),
    "host/products/ogr.cpp": ("#  include <ogrsf_frmts.h>", "GDAL headers belong"),
    "kernels/api/cuda.cpp": ("#include <cuda_runtime.h>", "CUDA headers belong"),
    "host/engine/cli.hpp": ("#include <CLI/CLI.hpp>", "CLI11 headers belong"),
    "host/io/json.cpp": ("#include <nlohmann/json.hpp>", "JSON headers belong"),
    "host/engine/fmt.hpp": ("#include <fmt/format.h>", "into .cpp files only"),
    "host/io/relative.cpp": ('#include "source.hpp"', "not named from the root"),
    "host/io/ghost.cpp": ('#include "host/io/ghost.hpp"', "does not exist"),
    "host/io/angle.cpp": ("#include <host/io/source.hpp>", "is included by"),
    "host/attic/room.hpp": ("", "no known room"),
    "host/io/long.cpp": ("\n" * (MAX_LINES + 1), "at most 400"),
    "tests/unit/marker.cpp": ("// TO" + "DO: later", "leftover marker"),
    "tests/unit/bare.cpp": (None, "no licence line"),
}
RIGHT = {
    "kernels/view/raster_view.hpp": "",
    "kernels/ops/difference.hpp": '#include "kernels/view/raster_view.hpp"',
    "kernels/api/backend.hpp": '#include "kernels/view/raster_view.hpp"',
    "kernels/api/pair_tile.hpp": "",
    "kernels/solve/moments.hpp": '#include "kernels/api/pair_tile.hpp"',
    "kernels/cpu/score.cpp": '#include "kernels/ops/difference.hpp"\n#include "kernels/api/backend.hpp"',
    "host/base/error.hpp": "",
    "host/io/source.hpp": '#include "host/base/error.hpp"\n#include <gdal.h>\n#include "kernels/view/raster_view.hpp"',
    "host/evaluate/job.hpp": '#include "kernels/solve/moments.hpp"\n#include "host/io/source.hpp"',
    "host/engine/job.cpp": '#include "kernels/api/backend.hpp"\n#include <nlohmann/json.hpp>\n#include <fmt/format.h>',
}


def self_test():
    """A made-up tree: every fault is reported, once, with its reason; what is right is not reported."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in list(RIGHT.items()) + [(path, fault[0]) for path, fault in FAULTS.items()]:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("int bare;\n" if text is None else f"// {LICENCE}\n{text}\n", encoding="utf-8")
        findings = {}
        for path, _, why in check_tree(root):
            findings.setdefault(path, []).append(why)
    wrong = [f"{path}: reported though right: {findings[path]}" for path in RIGHT if path in findings]
    for path, (_, reason) in FAULTS.items():
        reported = findings.get(path, [])
        if len(reported) != 1 or reason not in reported[0]:
            wrong.append(f"{path}: expected one finding with '{reason}', got {reported}")
    print("\n".join(wrong) or f"self-test: {len(FAULTS)} faults reported, {len(RIGHT)} right files passed")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    findings = list(check_tree(root))
    for path, number, why in findings:
        print(f"{path}:{number}: {why}")
    print(f"check_layers: {len(findings)} finding{'' if len(findings) == 1 else 's'}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
