// SPDX-License-Identifier: Apache-2.0
// One packed tile decoded on a workspace's stream.
#pragma once

#include <span>

#include "kernels/cuda/device_record.hpp"
#include "kernels/cuda/device_workspace.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Backend::decode into `room`; waits for the stream.
void run_decode(DeviceWorkspace& slot, DeviceRecord& room, const PairTile& tile, const PackedTile& packed,
                std::span<codec::DecodeStatus> statuses);

}  // namespace groundshift::GS_CUDA_NAMESPACE
