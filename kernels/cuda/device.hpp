// SPDX-License-Identifier: Apache-2.0
// The two things that the rest of the kernels may ask of this room: what devices there are, and a backend on one.
#pragma once

#include <memory>

#include "kernels/cuda/runtime.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Fills devices and cuda_unusable_because. Does not throw; any error of the runtime means "no usable device".
void describe_devices(Capabilities& capabilities);

/// Backend on one device. Throws DeviceFault, saying why, when there is no such device or it cannot run this build.
std::unique_ptr<Backend> make_device_backend(int device);

}  // namespace groundshift::GS_CUDA_NAMESPACE
