#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh clone to a heatmap, its picture, the places that changed and their page in one command: set-up, build,
# run, and where the results are.
#
#   scripts/demo.sh                   on the real pair in examples/romania-logging (Sentinel-2, 2017 and 2020)
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
  before=examples/romania-logging/before.tif
  after=examples/romania-logging/after.tif
  echo "demo: Sentinel-2, 2017-07-11 and 2020-06-30: logging in a Romanian forest (examples/romania-logging/README.md)"
fi
"$program" detect "$before" "$after" "$out/change.tif" --products score,sites,report --overwrite

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
