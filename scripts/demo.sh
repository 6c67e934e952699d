#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh clone to a change heatmap in one command: set-up, build, run, and where the results are.
#
#   scripts/demo.sh                   on a scene pair that `groundshift synth` makes
#   scripts/demo.sh BEFORE AFTER      on your own two rasters, on the same grid
#
# Results go to out/demo; a second run replaces them.
set -euo pipefail
case $# in
  0) before="" after="" ;;
  2) before=$(realpath -- "$1") after=$(realpath -- "$2") ;;
  *) echo "usage: scripts/demo.sh [BEFORE AFTER]" >&2 && exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/build.sh groundshift

program=build/release/bin/groundshift
out=out/demo
mkdir -p "$out"
if [ -z "$before" ]; then
  echo "demo: no pair given and none ships with the repository: making a synthetic scene (2048 x 2048, 4 bands)"
  "$program" synth "$out/scene" --width 2048 --height 2048 --bands 4 --seed 7 --overwrite
  before=$out/scene/before.tif
  after=$out/scene/after.tif
fi
"$program" detect "$before" "$after" "$out/change.tif" --overwrite

# The summary is written last and names every product: what it lists is what there is.
/usr/bin/python3 - "$out/change.json" <<'PY'
import json
import os
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    summary = json.load(file)
print()
for product in summary["products"]:
    print(f"demo: {product['name']:<10} {os.path.abspath(product['path'])}")
print(f"demo: {'summary':<10} {os.path.abspath(sys.argv[1])}")
PY
