// SPDX-License-Identifier: Apache-2.0
// Ties this room to the names that kernels/api declares.
#include "kernels/api/executor_parts.hpp"
#include "kernels/cuda/device.hpp"

namespace groundshift {

void describe_cuda_devices(Capabilities& capabilities) { cuda::describe_devices(capabilities); }

std::unique_ptr<Backend> make_cuda_backend(int device) { return cuda::make_device_backend(device); }

}  // namespace groundshift
