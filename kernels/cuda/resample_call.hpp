// SPDX-License-Identifier: Apache-2.0
// Resampling as the backend calls it: copies in, one kernel, copies out.
#pragma once

#include "kernels/cuda/device_workspace.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Backend::resample on the workspace's stream; returns when the output is in host memory.
void run_resample(DeviceWorkspace& slot, const ResampleTile& tile, const ResampleWeights& weights);

}  // namespace groundshift::GS_CUDA_NAMESPACE
