// SPDX-License-Identifier: Apache-2.0
// Which CUDA devices this machine has, and why none can be used.
#include "kernels/cuda/device.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

std::string reason(cudaError_t error) {
  const std::string name = std::string(cudaGetErrorName(error)) + ": " + cudaGetErrorString(error);
  switch (error) {
    case cudaErrorInsufficientDriver:
      return "no NVIDIA driver is loaded, or it is older than this build needs (" + name + ")";
    case cudaErrorNoDevice: return "the driver sees no CUDA device (" + name + ")";
    default: return "the CUDA runtime failed (" + name + ")";
  }
}

}  // namespace

void describe_devices(Capabilities& capabilities) {
  int count = 0;  // an error leaves it untouched
  const cudaError_t counted = cudaGetDeviceCount(&count);
  if (counted != cudaSuccess) {
    capabilities.cuda_unusable_because = reason(counted);
    return;
  }
  for (int device = 0; device < count; ++device) {
    cudaDeviceProp properties{};
    const cudaError_t asked = cudaGetDeviceProperties(&properties, device);
    if (asked != cudaSuccess) {
      capabilities.cuda_unusable_because = reason(asked);
      continue;
    }
    capabilities.devices.push_back({device, properties.name, properties.totalGlobalMem,
                                    std::to_string(properties.major) + "." + std::to_string(properties.minor)});
  }
  if (!capabilities.devices.empty()) {
    capabilities.cuda_unusable_because.clear();
  } else if (capabilities.cuda_unusable_because.empty()) {
    capabilities.cuda_unusable_because = reason(cudaErrorNoDevice);
  }
}

}  // namespace groundshift::GS_CUDA_NAMESPACE
