// SPDX-License-Identifier: Apache-2.0
// The device's part of the decode bench, in a file of its own that only builds with CUDA have.
#pragma once

namespace groundshift::bench {

/// Registers decode/device/... for both codecs and 121, 512, 1024 and 2048 blocks in flight; without CUDA in the build
/// nothing.
void add_device_benches();

}  // namespace groundshift::bench
