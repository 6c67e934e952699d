# SPDX-License-Identifier: Apache-2.0
"""Holds --score mad to Orfeo ToolBox's MultivariateAlterationDetector, an implementation of other authors.

OTB writes the components; the statistic sum_i M_i^2 / var(M_i), with the variances of its own components, must be ours.
"""
import shutil
import subprocess

import numpy as np

from harness import CLASSIC, Check, read_raster, skip

TOOL = "otbcli_MultivariateAlterationDetector"


def statistic(components):
    """Sum over the components of their squares in units of their variances."""
    components = components.astype(np.float64)
    centred = components - components.mean(axis=(1, 2), keepdims=True)
    return (centred ** 2 / (centred ** 2).mean(axis=(1, 2), keepdims=True)).sum(axis=0)


def main():
    check = Check(__doc__)
    if not shutil.which(TOOL):
        skip(TOOL + " is not installed (package otb-bin)")
    before, after, _ = check.scene("taizhou")
    components = str(check.folder / "otb.tif")
    subprocess.run([TOOL, "-in1", before, "-in2", after, "-out", components, "float"], check=True, capture_output=True)
    expected = statistic(read_raster(components))
    run = check.detect(before, after, "--score", "mad", *CLASSIC).require()
    check.close("taizhou: T of mad against OTB's components", run.pixels()[0] ** 2, expected, 1e-4)
    variances = np.sort(read_raster(components).astype(np.float64).var(axis=(1, 2)))
    rho = np.sort(run.summary()["statistics"]["mad"]["rho"])[::-1]
    check.close("taizhou: 2 (1 - rho) against the variances of OTB's components", 2.0 * (1.0 - rho), variances, 1e-4)
    check.finish()


if __name__ == "__main__":
    main()
