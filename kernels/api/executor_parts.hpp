// SPDX-License-Identifier: Apache-2.0
// What each executor tells capabilities() about itself; implemented in the executors' rooms.
#pragma once

#include <string>

#include "kernels/api/backend.hpp"

namespace groundshift {

/// Instruction set that the CPU executor's loops run with on this machine, e.g. "x86-64-v3".
std::string cpu_feature_level();

/// Fills devices and cuda_unusable_because. Does not throw: a machine without driver or device is an answer.
void describe_cuda_devices(Capabilities& capabilities);

}  // namespace groundshift
